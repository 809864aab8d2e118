import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { contract } from './src/http/contract.ts';
import { mockServer } from './web/dev/server.ts';

/**
 * The pages. `vite` alone serves them against a made-up office (`web/dev`); with ANCHENG_API set to a running installation
 * (`http://127.0.0.1:8080`) against the real thing. `vite build` writes `dist/web`.
 */
const installation = process.env.ANCHENG_API;

/** The last Edge and Chrome for Windows 7 to Server 2012, the last Firefox for them, iOS of 2023 (decision 0083). */
const OLDEST_BROWSERS = ['edge109', 'chrome109', 'firefox115', 'safari16.4'];

export default defineConfig({
  root: 'web',
  plugins: [react(), ...(installation ? [] : [mockServer(contract)])],
  server: {
    host: '127.0.0.1',
    ...(installation && {
      proxy: { '^/api/': { target: installation, changeOrigin: true, headers: { origin: installation } } },
    }),
  },
  preview: { host: '127.0.0.1' },
  build: { outDir: '../dist/web', emptyOutDir: true, target: OLDEST_BROWSERS, chunkSizeWarningLimit: 400 },
});
