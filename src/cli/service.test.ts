import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { afterAll, describe, expect, test } from 'vitest';
import { command } from './service.ts';
import { keepRunning } from './service-run.ts';
import { installSteps, isFolderOfOurs, quote, removeSteps, type ServiceSettings, taskXml } from './service-windows.ts';
import { requestStop } from './stop-request.ts';

const settings: ServiceSettings = {
  program: 'D:\\資安 系統\\R&D <1>\\Ancheng',
  dataDir: 'D:\\資安 系統\\data "x"',
  host: '0.0.0.0',
  port: 443,
  httpPort: 80,
};

/** Texts by element name, as any reader of XML sees them. */
function readXml(xml: string): Record<string, string> {
  const found: Record<string, string> = {};
  const parser = new SaxesParser({ xmlns: true });
  let open = '';
  parser.on('opentag', (tag) => {
    open = tag.local;
  });
  parser.on('text', (text) => {
    found[open] ??= text.trim();
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return found;
}

/** How Windows programs read a command line (CommandLineToArgvW), after Microsoft's description. */
function readCommandLine(line: string): string[] {
  const args: string[] = [];
  let at = 0;
  while (at < line.length) {
    while (line[at] === ' ') at++;
    if (at >= line.length) break;
    let arg = '';
    let quoted = false;
    for (; at < line.length && (quoted || line[at] !== ' '); at++) {
      let slashes = 0;
      while (line[at] === '\\') [slashes, at] = [slashes + 1, at + 1];
      if (line[at] === '"') {
        arg += '\\'.repeat(Math.floor(slashes / 2));
        if (slashes % 2 === 1) arg += '"';
        else quoted = !quoted;
        continue;
      }
      arg += '\\'.repeat(slashes);
      if (at >= line.length || (!quoted && line[at] === ' ')) break;
      arg += line[at];
    }
    args.push(arg);
  }
  return args;
}

describe('the Windows task', () => {
  const task = readXml(taskXml(settings));

  test('starts the program of a folder with spaces, Chinese and signs, with exactly these arguments', () => {
    expect(task.Command).toBe(`${settings.program}\\node_modules\\node\\bin\\node.exe`);
    expect(readCommandLine(task.Arguments ?? '')).toEqual([
      `${settings.program}\\bin\\ancheng.js`,
      ...['service', 'run', '--data', settings.dataDir, '--host', '0.0.0.0', '--port', '443', '--http-port', '80'],
    ]);
  });

  test('runs as LOCAL SERVICE without rights of its own, from start-up on, without end, on battery, once', () => {
    expect(task).toMatchObject({
      UserId: 'S-1-5-19',
      RunLevel: 'LeastPrivilege',
      ExecutionTimeLimit: 'PT0S',
      DisallowStartIfOnBatteries: 'false',
      StopIfGoingOnBatteries: 'false',
      MultipleInstancesPolicy: 'IgnoreNew',
      Interval: 'PT5M',
    });
    expect(taskXml(settings)).toContain('<BootTrigger>');
  });

  test('any argument comes back as it was given', () => {
    const awkward = fc.array(fc.oneof(fc.string(), fc.constantFrom('C:\\a b\\', '\\\\x\\"', '', ' ', '資 料\\')));
    fc.assert(
      fc.property(awkward, (args) => {
        const tidy = args.map((one) => one.replaceAll(/[\t\n\v\f\r]/g, ' '));
        expect(readCommandLine(tidy.map(quote).join(' '))).toEqual(tidy);
      }),
    );
  });
});

describe('installing', () => {
  const steps = installSteps(settings, 'C:\\Temp\\task.xml').map(({ program, args }) => [program, ...args].join(' '));

  test('the data folder is for administrators, the system and LOCAL SERVICE only; users may read the program', () => {
    const [program, data] = steps;
    expect(data).toContain('/inheritance:r');
    expect(data).toContain('*S-1-5-19:(OI)(CI)F');
    expect(data).not.toContain('*S-1-5-32-545');
    expect(program).toContain('*S-1-5-32-545:(OI)(CI)RX');
  });

  test('the firewall is opened for both ports in office networks, and not at all on loopback', () => {
    expect(steps.at(-1)).toContain('localport=443,80');
    expect(steps.at(-1)).toContain('profile=domain,private');
    const local = installSteps({ ...settings, host: '127.0.0.1' }, 'x').filter(({ args }) => args.includes('add'));
    expect(local).toEqual([]);
  });

  test('removing never touches the data', () => {
    expect(JSON.stringify(removeSteps)).not.toContain('data');
  });

  test.each([
    ['C:\\ProgramData\\Ancheng', true],
    ['D:\\資安\\', true],
    ['C:\\', false],
    ['C:\\Windows\\System32', false],
    ['C:\\Program Files', false],
    ['C:\\Users\\lin', false],
    ['\\\\server\\share', false],
    ['data', false],
  ])('%s may be given rights of its own: %s', (folder, fine) => {
    expect(isFolderOfOurs(folder)).toBe(fine);
  });

  test('elsewhere it says what to use instead', async () => {
    if (process.platform !== 'win32') expect(await command.run(['install'])).toBe(3);
  });
});

describe('what the task runs', () => {
  const folder = mkdtempSync(join(tmpdir(), '服務 run-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const log = () => readFileSync(join(folder, 'logs/ancheng.log'), 'utf8');
  const node = (script: string) => [process.execPath, '-e', script];

  test('starts again after a failure, keeps what was said, and ends when the program ends as asked', async () => {
    const count = join(folder, 'count');
    const failsTwice = `const fs=require('fs');const n=fs.existsSync(${JSON.stringify(count)})?+fs.readFileSync(${JSON.stringify(count)}):0;
      fs.writeFileSync(${JSON.stringify(count)},String(n+1));console.log('第',n,'次');process.exit(n<2?70:0)`;
    expect(await keepRunning(node(failsTwice), folder, 10)).toBe(0);
    for (const n of [0, 1, 2]) expect(log()).toContain(`第 ${n} 次`);
  });

  test('does not start again what is wrong usage, nor after it was asked to stop', async () => {
    expect(await keepRunning(node('process.exit(2)'), folder, 10)).toBe(2);
    const stops = `require('fs').writeFileSync(${JSON.stringify(join(folder, 'stop-requested'))},'');process.exit(1)`;
    expect(await keepRunning(node(stops), folder, 10)).toBe(0);
    expect(existsSync(join(folder, 'stop-requested'))).toBe(false);
  });

  test('a request left from before does not stop a new start', async () => {
    requestStop(folder);
    writeFileSync(join(folder, 'logs/ancheng.log'), 'x'.repeat(10_000_001));
    expect(await keepRunning(node('console.log("here")'), folder, 10)).toBe(0);
    expect(log()).toContain('here');
    expect(existsSync(join(folder, 'logs/ancheng.log.1'))).toBe(true);
  });
});
