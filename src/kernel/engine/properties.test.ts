import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalProblem } from '../ledger/canonical.ts';
import { isRefused } from '../refusal.ts';
import { replay } from './evolve.ts';
import { office as definition } from './fixtures/change.ts';
import { directory, Office } from './fixtures/office.ts';
import { heldOn } from './marks.ts';
import { contentCode } from './otherwise.ts';
import { contentOf, contentToday, sealHash } from './seals.ts';
import type { Decision, RecordState, Values } from './types.ts';

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
const WAYS = [
  ...(['paper', 'paper', 'backfill', 'fill', 'confirm', 'confirm', 'confirm', 'decline'] as const),
  ...(['correct', 'correct', 'object', 'propose', 'decide'] as const),
];
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
  {
    weight: 8,
    arbitrary: fc.record({
      who: fc.constantFrom('wang', 'wang', 'li', 'lin', 'chen', 'hsu', 'mayor'),
      do: fc.constant('freedom' as const),
      record: fc.constantFrom('c1', 'c1', 'c2'),
      how: fc.constantFrom(...WAYS),
      other: fc.constantFrom('wang', 'li', 'lin'),
      plausible,
      values: fc.oneof(values, fc.constant<Values>({})),
    }),
  },
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
  return office.run(who, one.do === 'freedom' ? freely(office, one) : command);
}

const FILE = [{ id: 'f', name: 'f', sha256: 'ab'.repeat(32), size: 1, media: 'image/jpeg' }];

/** One of the ways round that are no way round, on whatever there is to do it to. */
function freely(office: Office, one: Extract<Step, { do: 'freedom' }>): Record<string, unknown> {
  const state = office.state(one.record);
  const [signer, action] = one.plausible as [string, string];
  const act = { do: 'act', record: one.record, action, with: asked(action) };
  const print = contentCode(definition.records.change!, state);
  switch (one.how) {
    case 'paper':
      return { ...act, paper: { signer, signedOn: office.now.slice(0, 10), print, scan: FILE, kept: 'here' } };
    case 'backfill':
      return { ...act, backfill: { doneAt: state.openedAt, why: 'late', proof: FILE } };
    case 'fill':
      return { do: 'save', record: one.record, values: one.values, owner: one.other };
    case 'confirm':
    case 'decline':
      return {
        do: 'confirm',
        record: one.record,
        mark: heldOn(state)[0]?.mark.id ?? 'none',
        agree: one.how === 'confirm',
        words: 'so it is',
      };
    case 'correct':
      return { do: 'correct', record: one.record, changes: { ...one.values, phone: office.now }, reason: 'a slip' };
    case 'object':
      return { do: 'object', record: one.record, correction: state.corrections?.at(-1)?.id ?? 'none', words: 'no' };
    case 'propose':
      return {
        do: 'propose',
        record: 'h1',
        changes: { name: (one.values as Values).title ?? 'web2' },
        reason: 'a slip',
      };
    case 'decide':
      return { do: 'decide', record: 'h1', proposal: office.state('h1').proposals?.at(-1)?.id ?? 'none', agree: true };
    default:
      return one.how satisfies never;
  }
}

const runs = (check: (office: Office, one: Step, result: ReturnType<typeof take>) => void) =>
  fc.assert(
    fc.property(beginning, fc.array(step, { minLength: 25, maxLength: 60 }), (sofar, steps) => {
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
      if (!result || isRefused(result) || (one.do !== 'act' && one.do !== 'freedom')) return;
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

  test('whatever way an act came about, its gates hold at the moment it is done', () => {
    runs((office, _one, result) => {
      if (!result || isRefused(result)) return;
      for (const event of (result as Decision).events) {
        if (event.type !== 'record.acted' || !['submit', 'accept'].includes(String(event.data.action))) continue;
        const { finished_at: scanned } = office.facts.get('last_scan(h1)') as { finished_at: string };
        expect(Date.parse(office.now) - Date.parse(scanned)).toBeLessThanOrEqual(31 * 86_400_000);
        const { values } = office.state(event.stream);
        expect(values.title && values.host).toBeTruthy();
      }
    });
  });

  test('what was not done by its author, then and there, counts only with a second person behind it', () => {
    runs((office) => {
      for (const state of [office.state('c1'), office.state('c2')]) {
        const alone = Object.values(state.acts).filter(({ voters }) => !voters);
        for (const done of [...alone, ...state.seals]) {
          if (!done.mark) continue;
          const { mark, confirmed, by, for: principal } = done;
          expect(confirmed).toBeDefined();
          const doers = mark.kind === 'paper' ? [mark.registrar] : [by, principal];
          expect([...doers, state.requester === by ? undefined : state.requester]).not.toContain(confirmed?.by);
          if (mark.kind === 'paper') expect(mark.registrar).not.toBe(by);
        }
      }
    });
  });

  test('nobody walks a case from draft to running alone, by whatever mixture of ways', () => {
    runs((office) => {
      for (const id of ['c1', 'c2']) {
        const state = office.state(id);
        if (!state.acts.accept) continue;
        expect(handsOn(office, state).size).toBeGreaterThan(1);
      }
    });
  });

  test('while a filling or an opening waits for its owner, the case does not go forward', () => {
    runs((office, one, result) => {
      if (!result || isRefused(result) || one.do === 'tick' || one.do === 'fact') return;
      const acted = (result as Decision).events.find(
        (event) => event.type === 'record.acted' && event.stream === one.record && event.data.to,
      );
      if (!acted || !['unit', 'review', 'running'].includes(String(acted.data.to)) || acted.data.from === acted.data.to)
        return;
      const before = office.events.slice(0, -(result as Decision).events.length);
      const state = replay(
        before.filter((event) => event.stream === one.record).map((event) => ({ ...event, organisation: 'office' })),
      );
      const back = acted.data.to === 'unit' && acted.data.from !== 'draft';
      if (!back) expect(state?.marked?.filter(({ confirmed }) => !confirmed) ?? []).toEqual([]);
    });
  });

  test('a correction never touches what a gate reads, and the seals keep what was signed', () => {
    runs((office, _one, result) => {
      if (!result || isRefused(result)) return;
      for (const event of (result as Decision).events) {
        if (event.type !== 'record.corrected') continue;
        const { correction } = event.data as unknown as { correction: { kind: string; changes: { field: string }[] } };
        if (correction.kind === 'correction') expect(correction.changes.map(({ field }) => field)).toEqual(['phone']);
      }
      for (const id of ['c1', 'c2'])
        for (const seal of office.state(id).seals) expect(sealHash(seal.content)).toBe(seal.hash);
    });
  });

  test('every standing seal covers exactly what stands in the record, slips corrected since apart', () => {
    const type = definition.records.change!;
    runs((office) => {
      for (const id of ['c1', 'c2']) {
        const state = office.state(id);
        for (const seal of state.seals.filter((one) => !one.void && !one.renewed)) {
          expect(sealHash(contentOf(type, state.values, seal.sections))).toBe(sealHash(contentToday(seal)));
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

/** Everybody who had to prove who they are for what has happened to a case so far. */
function handsOn(office: Office, state: RecordState): Set<string> {
  const acts = office.events.filter((event) => event.stream === state.id && event.actor.person !== undefined);
  return new Set(acts.map((event) => event.actor.person!));
}

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
