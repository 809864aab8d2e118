import { describe, expect, test } from 'vitest';
import { runExamples } from '../../../src/kernel/engine/examples.ts';
import { compile } from '../../../src/kernel/pack/compile.ts';
import { formatDiagnostic } from '../../../src/kernel/pack/diagnostics.ts';
import type { ExampleFile, SourceFile } from '../../../src/kernel/pack/types.ts';
import { folder, miniature } from '../folder.ts';

// Whole packs are compiled and walked through.

/** The office's shipped procedure and the city's principles in miniature, adopted together. */
const city = [...miniature('taoyuan'), ...folder('test/packs/together/taoyuan')];
const files = [...['base', 'exceptions', 'xiluo'].flatMap((name) => folder(`packs/${name}`)), ...city];
const together = (all: SourceFile[] = files) => compile(all, { adopt: ['xiluo', 'taoyuan'] });
const edited = (path: string, text: string, by: string): SourceFile[] =>
  files.map((file) => (file.path === path ? { ...file, text: file.text.replace(text, by) } : file));
const said = (all: SourceFile[], ...adopt: string[]): string[] =>
  compile(all, { adopt }).diagnostics.map((one) => formatDiagnostic(one, 'en'));

const { definition, diagnostics, examples } = together();

describe('replaces: the city has its own rules for exceptions', () => {
  test('both compile together, and the plain exception form is left out', () => {
    expect(
      diagnostics.filter(({ severity }) => severity === 'error').map((one) => formatDiagnostic(one, 'en')),
    ).toEqual([]);
    expect(definition?.packs.map(({ name }) => name)).toEqual(['base', 'taoyuan', 'xiluo']);
    expect(definition?.records.exception?.packs).toEqual(['taoyuan']);
  });

  test('without saying so, the two forms clash', () => {
    const quiet = edited('taoyuan/pack.yaml', 'replaces: [exceptions]\n', '');
    expect(said(quiet, 'taoyuan', 'exceptions').join('\n')).toContain(
      'exceptions and taoyuan both declare record exception',
    );
  });

  test('what the replaced pack declares must be there, with its type', () => {
    const path = 'taoyuan/records/exception.yaml';
    expect(said(edited(path, '  revoke:\n', '  annul:\n'), 'taoyuan').join('\n')).toContain(
      'taoyuan/pack.yaml:6:12 taoyuan replaces exceptions but lacks action exception.revoke → declare it as there  [removes]',
    );
    expect(
      said(edited(path, 'type: date, required: submit', 'type: text, required: submit'), 'taoyuan').join('\n'),
    ).toContain('lacks a field of the same type: exception.until');
  });

  test('two packs cannot stand in for the same one', () => {
    const other = folder('packs/exceptions').map(({ path, text }) => ({
      path: path.replace('exceptions', 'county'),
      text: text
        .replace('name: exceptions', 'name: county')
        .replace('uses: [base]', 'uses: [base]\nreplaces: [exceptions]'),
    }));
    const found = said([...files, ...other], 'taoyuan', 'county');
    expect(found.join('\n')).toContain('county and taoyuan both replace exceptions');
  });
});

describe('parameters: the strictest rules and names its clause', () => {
  test.each([
    ['lower is stricter', 'scan_max_age_days', 14, 'taoyuan.made_up'],
    ['higher is stricter, here the office asks more', 'maintenance_notice_days', 3, 'xiluo.3.5.4'],
    ['higher is stricter, here the city asks more', 'go_live_archive_keep_years', 7, 'taoyuan.made_up'],
  ])('%s', (_, name, value, clause) => {
    expect(definition?.parameters[name]).toMatchObject({ value, setBy: { clause } });
  });

  test('lists meet where fewer is stricter and join where more is', () => {
    const office = edited(
      'xiluo/pack.yaml',
      'parameters:\n',
      `parameters:
  allowed_wireless_encryption: { value: [WPA3-SAE, WPA3-Enterprise, WPA2-Enterprise], clause: xiluo.5.1.2.2 }
  banned_algorithms: { value: [MD5, SHA-1, DES, 3DES, RC4], clause: xiluo.5.1.2.2 }
`,
    );
    const met = together(office).definition!.parameters;
    expect(met.allowed_wireless_encryption).toMatchObject({
      value: ['WPA3-Enterprise', 'WPA2-Enterprise'],
      setBy: { clause: 'taoyuan.made_up' },
    });
    expect(met.banned_algorithms).toMatchObject({
      value: ['MD5', 'SHA-1', 'DES', '3DES', 'RC4', 'RSA-1024'],
      setBy: { clause: 'taoyuan.made_up' },
    });
  });
});

type Step = ExampleFile['examples'][number]['steps'][number];
type Outcome = Record<string, unknown>;

const at = { file: 'together', line: 1, col: 1 };
const step = (when: Outcome, then: Outcome = {}): Step => ({ at, when, then });
const nameOf = ({ when }: Step): string =>
  String(when.does ?? Object.entries((when.opens ?? {}) as Outcome)[0]?.join(' '));

/** The office's own example of the whole way, some of its steps replaced by several. */
function wholeWay(replaced: Record<string, (own: Step) => Step[]>): ExampleFile {
  const file = examples.find(({ path }) => path === 'xiluo/examples/whole_way.yaml')!;
  const example = file.examples[0]!;
  const steps = example.steps.flatMap((own) => replaced[nameOf(own)]?.(own) ?? [own]);
  const world = [...file.world, { person: 'nie', unit: 'it', roles: ['network_manager'] }];
  return { ...file, world, examples: [{ ...example, steps }] };
}

const scanned = (finished: string, patched: string): Step =>
  step({
    fact: 'last_scan(vote)',
    is: { finished_at: finished, covers: ['web1'], patched_on: patched, tool: 'OpenVAS' },
  });

/** A service published by its bare address before the city's principles were adopted. */
const published = step({
  record: {
    service: 'web',
    name: '里鄰投票',
    owner: 'yu',
    system: 'vote',
    public: true,
    url: 'https://203.0.113.8/vote',
  },
});
const goodUrl = { url: 'https://vote.xiluo.example.tw/' };

const asked = {
  'go_live g1': (own: Step) => [published, own],
  // twenty days would do for the office, whose limit is thirty
  'g1.submit': (own: Step) => [
    scanned('2026-10-20T17:00', '2026-10-20'),
    step(own.when, { refused: 'scan_recent', clause: 'xiluo.5.2.2.3.3' }),
    scanned('2026-11-08T17:00', '2026-11-08'),
    own,
  ],
  // the office's group and the city's: each signs
  's1.accept': (own: Step) => [
    step(own.when, { state: { s1: 'review' }, waiting_for: ['kuo'] }),
    step(
      { at: '2026-11-11T09:10', who: 'kuo', does: 's1.accept', with: { opinion: '同意' } },
      { state: { s1: 'approved' } },
    ),
  ],
  'maintenance_notice n1': (own: Step) => [
    step(
      { at: '2026-11-16T08:50', who: 'hsu', does: 'g1.install', with: { installed_release: 'vote-1' } },
      { refused: 'announced', clause: 'xiluo.3.5.4' },
    ),
    own,
  ],
  'g1.confirm': (own: Step) => [
    step({ ...own.when, at: '2026-11-25T19:05' }, { refused: 'published_by_name', clause: 'taoyuan.made_up' }),
    step(
      { at: '2026-11-25T19:10', who: 'yu', does: 'web.save', with: goodUrl },
      { refused: 'registered_name', clause: 'taoyuan.8.0.b' },
    ),
    step({
      at: '2026-11-25T19:15',
      who: 'nie',
      opens: { dns_name: 'dns', name: 'vote.xiluo.example.tw', owner: 'yu', address: '203.0.113.8' },
    }),
    step({ at: '2026-11-25T19:20', who: 'nie', does: 'dns.approve' }),
    step({ at: '2026-11-25T19:25', who: 'yu', does: 'web.save', with: goodUrl }),
    own,
  ],
};

describe('a go-live that satisfies both', () => {
  test('is refused by either and walked from opening to filed', () => {
    const [result] = runExamples(definition!, [wholeWay(asked)]);
    expect(result?.got).toBeUndefined();
    expect(result?.ok).toBe(true);
    expect(result?.refusedGates).toEqual(
      expect.arrayContaining([
        'go_live.scan_recent',
        'go_live.announced',
        'system.published_by_name',
        'service.registered_name',
      ]),
    );
  });

  test('by the office alone: a scan of twenty days is recent enough, and its own people decide', () => {
    const office = compile(files, { adopt: ['xiluo'] }).definition!;
    const older = { 'g1.submit': (own: Step) => [scanned('2026-10-20T17:00', '2026-10-20'), own] };
    expect(runExamples(office, [wholeWay(older)])).toMatchObject([{ ok: true }]);
    expect(runExamples(definition!, [wholeWay(older)])).toMatchObject([
      { ok: false, got: expect.stringContaining('scan_recent') },
    ]);
  });
});
