import { existsSync } from 'node:fs';
import { type Browser, launch } from 'puppeteer-core';
import { PATIENCE_MS } from './patience.ts';

/** Debian's Firefox, spoken to in WebDriver BiDi (Playwright drives only a Firefox of its own); undefined where there is none. */
const path = [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(
  (one) => one && existsSync(one),
);

export const hasFirefox = path !== undefined;

/** A headless Firefox that speaks Taiwanese Chinese. Close it in `afterAll`. */
export const firefox = (): Promise<Browser> =>
  launch({
    browser: 'firefox',
    executablePath: path!,
    headless: true,
    timeout: PATIENCE_MS,
    env: { ...process.env, HOME: process.env.HOME ?? '/tmp', TZ: 'Asia/Taipei' },
    extraPrefsFirefox: { 'intl.accept_languages': 'zh-TW', 'intl.locale.requested': 'zh-TW' },
  });
