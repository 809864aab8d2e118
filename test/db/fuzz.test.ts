import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '../../src/http/contract.ts';
import { detectAndRead } from '../../src/importers/index.ts';
import { compile } from '../../src/kernel/pack/compile.ts';
import { isRefused } from '../../src/kernel/refusal.ts';
import { QUESTIONS } from './authority-cases.ts';
import { deskOf } from './desk.ts';
import { type Client, type Office, openOffice } from './office.ts';
import { clamReport, nmapReport } from './reports.ts';

/** Whatever comes in, the answer is a result or a clear refusal: never a defect. */

const RUNS = Number(process.env.FUZZ_RUNS ?? 12);
let office: Office;
let wang: Client;
let real: string[];
beforeAll(async () => {
  office = await openOffice();
  wang = await office.as('wang');
  const own = await deskOf(office).open('wang', 'registered_result', { kind: 'capacity' });
  real = [
    own,
    office.organisation,
    office.persons.wang,
    office.persons.li,
    office.units.civil,
    'registered_result',
    'go_live',
    'xiluo',
    'submit',
    'scan_max_age_days',
  ];
});
afterAll(() => office?.close());

const procedures = Object.entries(contract).flatMap(([part, of]) => Object.keys(of).map((name) => `${part}.${name}`));
const odd = fc.oneof(
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    '%',
    "'; drop table event; --",
    '../../etc/passwd',
    '__proto__',
    'constructor',
    '9'.repeat(400),
    '2026-13-45',
    '٣',
    '\u202e甲',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(-1, 0, 2 ** 31, 2 ** 53, 1e308, -0.5),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A valid question with one place replaced, so that the mutation gets beyond the parser. */
function mutated(question: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(question);
  const value = fc.oneof(odd, fc.constantFrom(...real));
  if (places.length === 0) return value;
  return fc.tuple(fc.constantFrom(...places), value).map(([place, put]) => replaced(question, place, put));
}

function placesIn(of: unknown, at: string[] = []): string[][] {
  if (typeof of !== 'object' || of === null) return at.length > 0 ? [at] : [];
  return [
    ...(at.length > 0 ? [at] : []),
    ...Object.entries(of).flatMap(([name, inner]) => placesIn(inner, [...at, name])),
  ];
}

function replaced(of: unknown, [first, ...rest]: string[], put: unknown): unknown {
  if (first === undefined) return put;
  const copy = (Array.isArray(of) ? [...of] : { ...(of as object) }) as Record<string, unknown>;
  copy[first] = replaced(copy[first], rest, put);
  return copy;
}

test.each(['/api/rpc/records/open', '/api/v1/records', '/api/auth/sign-in/email'])(
  '%s: input longer than memory should hold is refused before it is read, told or not how long it is',
  async (path) => {
    const long = new Blob([`{"commandId":"${'x'.repeat(21_000_000)}"}`]);
    const headers = { 'content-type': 'application/json' };
    for (const body of [long, long.stream()]) {
      const response = await wang.send(path, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
      expect(response.status).toBe(413);
      const { data } = (await response.json()) as { data: { refused: { code: string; fix: unknown }[] } };
      expect(data.refused).toMatchObject([{ code: 'limit', fix: expect.anything() }]);
    }
  },
);

describe('every procedure, asked by an employee', () => {
  for (const procedure of procedures) {
    test(procedure, async () => {
      const ground = {
        office,
        own: real[0]!,
        others: real[0]!,
        file: 'f'.repeat(64),
        list: 'l',
        host: 'h',
        grant: 'g',
        deputy: 'd',
        token: 't',
        invitation: { organisation: office.organisation, secret: 's' },
        view: 'v',
        text: 'x',
        checklist: 'c',
      };
      const question = QUESTIONS[procedure]!(ground);
      await fc.assert(
        fc.asyncProperty(fc.oneof(mutated(question), fc.jsonValue({ maxDepth: 4 })), async (input) => {
          const { status, body, refused } = await wang.call(procedure, input);
          expect(status < 500 || refused.length > 0, JSON.stringify(body)).toBe(true);
        }),
        { numRuns: RUNS },
      );
    });
  }

  test('any values into any record type: opened, or refused by field', async () => {
    const types: { type: string }[] = await wang.ok('types.list');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types.map(({ type }) => type)),
        fc.dictionary(
          fc.constantFrom(
            'subject',
            'kind',
            'system',
            'planned',
            'documents',
            'checks',
            'hosts',
            'title',
            'files',
            'items',
            'until',
            'x',
          ),
          odd,
          { maxKeys: 5 },
        ),
        async (type, values) => {
          const { status, body } = await wang.call('records.open', { type, values });
          expect(status, JSON.stringify(body)).toBeLessThan(500);
        },
      ),
      { numRuns: RUNS * 6 },
    );
  });

  test('paths, queries and bodies of the REST door', async () => {
    const path = fc.oneof(
      fc.webPath(),
      fc.string({ maxLength: 20 }).map((text) => `/records/${encodeURIComponent(text.toWellFormed())}`),
      fc.constantFrom(
        '/records/%',
        '/records/..%2f..',
        '/records//',
        '/trail/-1/proof',
        '/trail/1e99/proof',
        '/files/zz',
        '/records/x/print.pdf',
        '/stream?x',
        '/openapi.json',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
        fc.string(),
        async (to, method, body) => {
          if (to.startsWith('/stream')) return;
          const init =
            method === 'GET' ? { method } : { method, body, headers: { 'content-type': 'application/json' } };
          const response = await wang.send(`/api/v1${to.startsWith('/') ? to : `/${to}`}`, init);
          await response.body?.cancel();
          expect(response.status, `${method} ${to}`).toBeLessThan(500);
        },
      ),
      { numRuns: RUNS * 8 },
    );
  });
});

describe('uploads', () => {
  const post = (body: BodyInit, type: string) =>
    wang.send('/api/v1/files', { method: 'POST', body, headers: { 'content-type': type } });

  test('random multipart bytes, cut short or of another type, are refused', async () => {
    const part =
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n';
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.concat([Buffer.from(part), bytes])), // never closed
      fc.integer({ min: 0, max: part.length }).map((length) => Buffer.from(part.slice(0, length))),
    );
    const type = fc.constantFrom(
      'multipart/form-data; boundary=b',
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'text/plain',
      'application/json',
    );
    await fc.assert(
      fc.asyncProperty(body, type, async (bytes, media) => {
        const response = await post(bytes as never, media);
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        expect(await response.json()).toHaveProperty('refused');
      }),
      { numRuns: RUNS * 5 },
    );
  });

  test('a name may be anything and leads nowhere: no path, no control characters, no 500', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 60 }),
          fc.constantFrom(
            '../../../etc/passwd',
            'a'.repeat(5000),
            'CON',
            '..',
            '.',
            '\u202egpj.exe.pdf',
            'x.SVG',
            'x.html ',
          ),
        ),
        async (name) => {
          const form = new FormData();
          form.set('file', new File(['content'], name.toWellFormed()));
          const response = await wang.send('/api/v1/files', { method: 'POST', body: form });
          expect(response.status).toBeLessThan(500);
          if (response.status !== 200) return;
          const { name: kept } = (await response.json()) as { name: string };
          expect(kept).not.toMatch(/[\\/\p{Cc}]/u);
          expect(kept.length).toBeLessThanOrEqual(200);
        },
      ),
      { numRuns: RUNS * 5 },
    );
  });

  test('what a browser would run is refused by its name, however it is written', async () => {
    for (const name of ['a.html', 'a.HTML', 'a.svg', 'a.exe', 'a.js', 'a.html.', 'a.html '])
      expect(
        await wang.upload(name, '<script>').then(
          () => 'taken',
          () => 'refused',
        ),
        name,
      ).toBe('refused');
  });
});

test('packs: any text compiles to diagnostics or a definition, never an exception', () => {
  const files = office.platform.packFiles.filter(({ path }) => path.startsWith('base/') || path.startsWith('xiluo/'));
  const own = files.filter(({ path }) => path.startsWith('xiluo/records'));
  const line = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      'a: [',
      '- - -',
      '&a [*a]',
      '<<: *x',
      '!!js/function x',
      'record: go_live',
      'gates: {x: {holds: "now +"}}',
      '\t',
      'yes: no',
      '? {a: b}',
      'x: "{now"',
    ),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...own),
      fc.nat(),
      fc.array(line, { minLength: 1, maxLength: 4 }),
      (file, at, lines) => {
        const text = file.text.split('\n');
        text.splice(at % text.length, fc.sample(fc.nat(3), 1)[0]!, ...lines);
        const changed = files.map((one) => (one === file ? { ...one, text: text.join('\n') } : one));
        const { definition, diagnostics } = compile(changed, { adopt: ['xiluo'] });
        expect(definition !== undefined || diagnostics.length > 0).toBe(true);
        for (const diagnostic of diagnostics) expect(diagnostic.line).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: RUNS },
  );
});

test('scanner files: damaged anywhere, they are read or refused, and what is damaged is never a complete scan of more than was there', async () => {
  const originals = [
    { text: nmapReport('10.0.0.1', '2026-11-19T02:00:00Z', [23]), ends: '</nmaprun>' },
    { text: clamReport('2026-11-19T02:00:00Z', 1), ends: 'Infected files: 1' },
    { text: `${'a1'.repeat(32)}  /srv/app\n`, ends: '' },
  ].map(({ text, ends }) => ({ original: Buffer.from(text), whole: Buffer.from(text).indexOf(ends) }));
  const damage = fc.oneof(
    fc.record({ how: fc.constant('cut' as const), at: fc.nat() }),
    fc.record({ how: fc.constant('byte' as const), at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ how: fc.constant('insert' as const), at: fc.nat(), bytes: fc.uint8Array({ maxLength: 60 }) }),
    fc.record({ how: fc.constant('gzip' as const), at: fc.nat() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...originals), damage, async ({ original, whole }, one) => {
      const at = one.at % original.length;
      const changed = Buffer.from(original);
      if (one.how === 'byte') changed[at] = one.to;
      const bytes =
        one.how === 'cut'
          ? original.subarray(0, at)
          : one.how === 'insert'
            ? Buffer.concat([original.subarray(0, at), one.bytes, original.subarray(at)])
            : one.how === 'gzip'
              ? gzipSync(original)
              : changed;
      const read = await detectAndRead(bytes, 'report');
      if (isRefused(read)) expect(read.refused[0]?.message.zh).toBeTruthy();
      else if (one.how === 'cut' && read.imported.kind === 'scan')
        expect(read.imported.scan.complete && at < whole).toBe(false);
    }),
    { numRuns: RUNS * 25 },
  );
});

test('nothing unexpected was logged on the way', () => expect(office.defects()).toEqual([]));
