import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalProblem } from '../ledger/canonical.ts';
import { isRefused } from '../refusal.ts';
import { office as definition } from './fixtures/change.ts';
import { directory, Office } from './fixtures/office.ts';
import { contentOf, sealHash } from './seals.ts';
import type { Decision, Values } from './types.ts';

const people = Object.keys(directory.persons);
const actions = Object.keys(definition.records.change!.actions).filter((name) => name !== 'open');
const values = fc.record(
  {
    title: fc.constantFrom('A', 'B', ''),
    kind: fc.constantFrom('patch', 'build'),
    until: fc.constantFrom('2026-11-21', '2026-12-31', ''),
    phone: fc.constantFrom('0912', ''),
    steps: fc.array(fc.record({ step: fc.constantFrom('stop', 'bad', ''), passed: fc.boolean() }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const record = fc.constantFrom('c1', 'c2');
/** Who plausibly does what, so that runs get far; anybody may still try anything. */
const plausible = fc.constantFrom(
  ['wang', 'submit'],
  ['li', 'submit'],
  ['li', 'endorse'],
  ['lin', 'endorse'],
  ['mayor', 'endorse'],
  ['chen', 'accept'],
  ['hsu', 'accept'],
  ['chen', 'correct'],
  ['wang', 'again'],
  ['li', 'again'],
  ['chen', 'finish'],
  ['wang', 'finish'],
  ['li', 'finish'],
  ['chen', 'back'],
);
const ASKED: Values = { reason: 'because', opinion: 'fine', result: 'ok', remark: 'seen' };
const asked = (action: string): Values =>
  Object.fromEntries(definition.records.change!.actions[action]!.asks.map((name) => [name, ASKED[name]!]));
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ who: plausible, record }).map(({ who: [who, action], record: id }) => ({
      who: who!,
      do: 'act' as const,
      action: action!,
      record: id,
      with: asked(action!),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      who: fc.constantFrom('wang', 'li', 'chen'),
      do: fc.constant('save' as const),
      record,
      values,
    }),
  },
  fc.record({
    who: fc.constantFrom(...people),
    do: fc.constant('act' as const),
    record,
    action: fc.constantFrom(...actions),
    with: values,
  }),
  fc.record({ who: fc.constantFrom(...people), do: fc.constant('save' as const), record, values }),
  fc.record({
    who: fc.constantFrom(...people),
    do: fc.constant('comment' as const),
    record,
    text: fc.constant('seen'),
  }),
  fc.record({ do: fc.constant('tick' as const), record, minutes: fc.integer({ min: 1, max: 3000 }) }),
  fc.record({ do: fc.constant('fact' as const), age: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function begin(): Office {
  const office = new Office(definition);
  office.facts.set('last_scan(h1)', { finished_at: '2026-11-19T22:00:00.000Z' });
  office.directory = {
    ...directory,
    deputies: [{ id: 'd', for: 'li', person: 'lin', order: 1, from: '2026-11-01', until: '2027-12-31' }],
  };
  office.open('chen', 'host', 'h1', { name: 'web1' });
  for (const id of ['c1', 'c2'])
    office.open(id === 'c1' ? 'wang' : 'li', 'change', id, {
      title: id,
      kind: 'patch',
      host: 'h1',
      steps: [{ step: 'stop' }],
    });
  return office;
}

const UP_TO_REVIEW = [
  ['wang', 'submit'],
  ['mayor', 'endorse'],
  ['li', 'endorse'],
];
const beginning = fc.constantFrom<string[][]>(
  [],
  UP_TO_REVIEW,
  [...UP_TO_REVIEW, ['chen', 'accept']],
  [...UP_TO_REVIEW, ['chen', 'correct']],
);

function take(office: Office, one: Step) {
  if (one.do === 'fact') {
    const at =
      one.age === undefined ? undefined : new Date(Date.parse(office.now) - one.age * 86_400_000).toISOString();
    if (at === undefined) office.facts.delete('last_scan(h1)');
    else office.facts.set('last_scan(h1)', { finished_at: at });
    return undefined;
  }
  if (one.do === 'tick') {
    office.now = new Date(Date.parse(office.now) + one.minutes * 60_000).toISOString();
    return office.tick(one.record);
  }
  const { who, ...command } = one;
  return office.run(who, command);
}

const runs = (check: (office: Office, one: Step, result: ReturnType<typeof take>) => void) =>
  fc.assert(
    fc.property(beginning, fc.array(step, { minLength: 10, maxLength: 40 }), (sofar, steps) => {
      const office = begin();
      for (const [who, action] of sofar) office.act(who!, 'c1', action!, asked(action!));
      for (const one of steps) check(office, one, take(office, one));
    }),
    { numRuns: 150 },
  );

describe('whatever people do', () => {
  test('the states decide returns are the states its events fold to', () => {
    runs((office, _one, result) => {
      if (!result || isRefused(result)) return;
      for (const [id, state] of (result as Decision).states) expect(office.folded(id)).toEqual(state);
    });
  });

  test('an unknown gate never lets an act pass', () => {
    runs((_office, one, result) => {
      if (!result || isRefused(result) || one.do !== 'act') return;
      const { events, waived } = result as Decision;
      for (const event of events) {
        for (const seen of event.gates ?? []) {
          if (definition.records.change!.gates[seen.gate]?.advises) continue;
          expect(['holds', 'off', 'waived']).toContain(seen.outcome);
          if (seen.outcome === 'waived' && event.stream === one.record) expect(waived).toHaveProperty(seen.gate);
        }
      }
    });
  });

  test('the requester never endorses or accepts, in person or through a deputy', () => {
    runs((office) => {
      for (const id of ['c1', 'c2']) {
        const { requester, acts } = office.state(id);
        for (const name of ['endorse', 'accept']) {
          expect([acts[name]?.by, acts[name]?.for]).not.toContain(requester);
        }
        // li's deputy lin never accepts what li endorsed, nor does li.
        const endorsers = [acts.endorse?.by, acts.endorse?.for].filter((one) => one !== undefined);
        for (const seal of office.state(id).seals.filter(({ action }) => action === 'accept')) {
          if (acts.endorse && acts.endorse.at <= seal.at) expect(endorsers).not.toContain(seal.by);
        }
      }
    });
  });

  test('every standing seal covers exactly what stands in the record', () => {
    const type = definition.records.change!;
    runs((office) => {
      for (const id of ['c1', 'c2']) {
        const state = office.state(id);
        for (const seal of state.seals.filter((one) => !one.void && !one.renewed)) {
          expect(sealHash(contentOf(type, state.values, seal.sections))).toBe(seal.hash);
        }
      }
    });
  });

  test('while seals are owed the case does not go forward by anybody’s hand', () => {
    runs((office, one, result) => {
      if (!result || isRefused(result) || one.do !== 'act') return;
      const acted = (result as Decision).events.find(
        (event) => event.type === 'record.acted' && event.stream === one.record,
      );
      if (!acted?.data.to || acted.data.action !== one.action) return;
      const before = office.events
        .slice(0, -(result as Decision).events.length)
        .filter((event) => event.stream === one.record);
      const owed = new Set<string>();
      for (const event of before) {
        if (event.type === 'record.owed') owed.add(String(event.data.action));
        if (event.type === 'record.settled') owed.delete(String(event.data.action));
      }
      if (owed.size > 0 && !owed.has(one.action))
        expect(['draft', 'withdrawn', 'review', 'unit', 'correction']).toContain(acted.data.to);
    });
  });
});

test('a seal’s hash changes if and only if the content changes', () => {
  const type = definition.records.change!;
  const content = fc.record({
    title: fc.string(),
    kind: fc.constantFrom('patch', 'build'),
    until: fc.option(fc.constant('2026-12-31'), { nil: undefined }),
  });
  fc.assert(
    fc.property(content, content, (a, b) => {
      const [one, other] = [a, b].map((each) => contentOf(type, each as Values, ['main']));
      const same = JSON.stringify(Object.entries(one!).sort()) === JSON.stringify(Object.entries(other!).sort());
      expect(sealHash(one!) === sealHash(other!)).toBe(same);
    }),
  );
});

test('whatever is sent, deciding answers and never throws', () => {
  const anything = fc.dictionary(
    fc.constantFrom(...Object.keys(definition.records.change!.fields), 'other'),
    fc.jsonValue() as fc.Arbitrary<never>,
  );
  const row = fc.constantFrom(
    'c1#steps/r1',
    'c1#',
    '#/',
    'h1',
    '\ud800',
    '2026-11-20T99:99',
    '__proto__',
    'constructor',
    'constructor.name',
  );
  fc.assert(
    fc.property(
      anything,
      row,
      fc.constantFrom('save', 'act', 'open'),
      fc.constantFrom(...actions),
      (given, odd, what, name) => {
        const office = begin();
        const some = { ...given, host: odd as never };
        if (what === 'open') office.run('wang', { do: 'open', type: 'change', values: some });
        else if (what === 'save') office.run('wang', { do: 'save', record: 'c1', values: some });
        else office.run('wang', { do: 'act', record: 'c1', action: name, with: some });
        expect(office.folded('c1')).toEqual(office.state('c1'));
        for (const event of office.events) expect(canonicalProblem(event.data)).toBeUndefined();
      },
    ),
    { numRuns: 300 },
  );
});
