import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findViolations, importsOf } from './architecture.ts';

const ROOT = join(import.meta.dirname, '../..');

const SOURCES = ['{src,web,test,bench,packs}/**/*.{ts,tsx,js}', 'bin/*.js'];

test('the house keeps its rules', () => {
  const paths = globSync(SOURCES, { cwd: ROOT, exclude: (name) => name === 'node_modules' });
  expect(paths).toContain('src/kernel/refusal.ts');
  const files = paths.map((path) => ({
    path: path.replaceAll('\\', '/'),
    text: readFileSync(join(ROOT, path), 'utf8'),
  }));
  expect(findViolations(files)).toEqual([]);
});

describe('a planted violation is found:', () => {
  const planted: [rule: string, path: string, text: string][] = [
    ['the kernel imports the runtime', 'src/kernel/a.ts', `import { dispatch } from '../runtime/dispatch.ts';`],
    ['even a type of it', 'src/kernel/a.ts', `import type { Door } from '../runtime/dispatch.ts';`],
    ['the kernel reads files', 'src/kernel/a.ts', `import { readFileSync } from 'node:fs';`],
    ['the kernel takes another package', 'src/kernel/a.ts', `import pg from 'pg';`],
    ['a module uses another module’s code', 'src/modules/duties/a.ts', `import { count } from '../findings/views.ts';`],
    ['a module re-exports another’s code', 'src/modules/duties/a.ts', `export { count } from '../findings/views.ts';`],
    ['a module loads another lazily', 'src/modules/duties/a.ts', `const f = await import('../findings/views.ts');`],
    [
      'one import of several lines, half types',
      'src/modules/duties/a.ts',
      `import {\n  type Row,\n  count,\n} from '../findings/views.ts';`,
    ],
    ['an importer uses another’s code', 'src/importers/nmap/a.ts', `import { line } from '../clamav/read.ts';`],
    [
      'a module uses an adapter',
      'src/modules/duties/a.ts',
      `import { connect } from '../../adapters/postgres/connect.ts';`,
    ],
    ['the runtime uses a door', 'src/runtime/a.ts', `import type { Route } from '../http/routes.ts';`],
    ['one door uses the other', 'src/http/a.ts', `import { say } from '../cli/say.ts';`],
    ['somebody imports the composition', 'src/http/a.ts', `import { startServer } from '../main.ts';`],
    ['the start command imports it eagerly', 'src/cli/serve.ts', `import { startServer } from '../main.ts';`],
    ['src uses the web', 'src/http/a.ts', `import { paths } from '../../web/paths.ts';`],
    ['src uses the tests', 'src/http/a.ts', `import { x } from '../../test/harness/database.ts';`],
    ['the web takes code of src', 'web/a.tsx', `import { isRefused } from '../src/kernel/refusal.ts';`],
    ['the web uses Node', 'web/a.tsx', `import { join } from 'node:path';`],
    ['a folder says nothing', 'src/runtime/utils/a.ts', ''],
    ['src grows a folder of its own', 'src/things/a.ts', ''],
    ['code in a pack', 'packs/base/a.ts', ''],
    ['a file is too long', 'web/a.tsx', 'x\n'.repeat(401)],
  ];
  test.each(planted)('%s', (_rule, path, text) => {
    expect(findViolations([{ path, text }])).toHaveLength(1);
  });
});

describe('what is allowed stays allowed:', () => {
  const fine: [rule: string, path: string, text: string][] = [
    ['types of a sibling', 'src/modules/duties/a.ts', `import type { Finding } from '../findings/events.ts';`],
    ['types named one by one', 'src/modules/duties/a.ts', `import { type A, type B } from '../findings/events.ts';`],
    ['a type asked for in passing', 'src/modules/duties/a.ts', `type F = import('../findings/events.ts').Finding;`],
    ['the kernel for everybody', 'src/print/a.ts', `import { isRefused } from '../kernel/refusal.ts';`],
    ['files beside siblings', 'src/importers/nmap/a.ts', `import { linesOf } from '../decode.ts';`],
    ['the register of siblings', 'src/importers/index.ts', `import { nmap } from './nmap/read.ts';`],
    ['doors over the middle', 'src/http/a.ts', `import { dispatch } from '../runtime/dispatch.ts';`],
    ['the composition knows everybody', 'src/main.ts', `import { duties } from './modules/duties/index.ts';`],
    ['the start command, lazily', 'src/cli/serve.ts', `const { startServer } = await import('../main.ts');`],
    ['types for the web', 'web/a.tsx', `import type { Refusal } from '../src/kernel/refusal.ts';`],
    ['a test of the kernel with its tools', 'src/kernel/a.test.ts', `import fc from 'fast-check';`],
    ['long messages', 'web/messages/zh.ts', 'x\n'.repeat(900)],
    ['an import in a comment', 'src/kernel/a.ts', `// import pg from 'pg';\n/* import pg from 'pg'; */`],
  ];
  test.each(fine)('%s', (_rule, path, text) => {
    expect(findViolations([{ path, text }])).toEqual([]);
  });
});

test('side-effect and default imports are seen', () => {
  const text = `import './a.ts';\nimport b, { type C } from './b.ts';\nimport * as d from "./d.ts";`;
  expect(importsOf({ path: 'x', text })).toEqual([
    { from: './a.ts', kind: 'code' },
    { from: './b.ts', kind: 'code' },
    { from: './d.ts', kind: 'code' },
  ]);
});
