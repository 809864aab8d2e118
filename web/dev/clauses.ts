import { readFileSync } from 'node:fs';
import { implement, ORPCError } from '@orpc/server';
import type { contract as Contract } from '../../src/http/contract.ts';
import type { ClauseEvidence } from '../../src/runtime/evidence-views.ts';
import type { ClauseView, ParameterView, ProcedureView } from '../../src/runtime/views.ts';
import { ref } from './case.ts';

/** The office's procedure as the compiler makes it of `packs/xiluo` (a copy, so that pages need nothing of `src`). */
type Office = {
  clauses: Pick<ClauseView, 'id' | 'ref' | 'text' | 'pending' | 'mechanisms'>[];
  parameters: (Omit<ParameterView, 'values' | 'usedBy'> & {
    values: { pack: string; value: ParameterView['value']; clause?: string | string[] }[];
  })[];
  roles: { name: string; label: { zh: string; en: string }; conflicts: string[]; approving: boolean }[];
};
export const office = JSON.parse(
  readFileSync(new URL('./fixtures/xiluo.json', import.meta.url), 'utf8'),
) as unknown as Office;

const lights = ['ok', 'ok', 'ok', 'ok', 'ok', 'partial', 'ok', 'ok', 'ok', 'off'] as const;
const late = new Set(['xiluo.5.2.2.3.3', 'xiluo.5.4.2.4.b']);

/** A past date has fewer lights: the same clause was not lived yet. */
function clauses(asOf: string): ClauseView[] {
  const early = asOf < '2026-07-01';
  return office.clauses.map((clause, n) => {
    const light = clause.pending || early ? 'off' : late.has(clause.id) ? 'late' : lights[(n * 7) % 10]!;
    return { ...clause, pack: 'xiluo', light, count: light === 'off' ? 0 : (n * 13) % 41 };
  });
}

function procedureOn(asOf: string): ProcedureView {
  const all = clauses(asOf);
  const counts = { ok: 0, partial: 0, late: 0, off: 0 };
  for (const clause of all) counts[clause.light] += 1;
  const title = {
    zh: '資訊系統開發與維護管理程序',
    en: 'Information system development and maintenance procedure',
  };
  return { pack: 'xiluo', title, version: '1.0.0', asOf, clauses: all, counts };
}

const day = (back: number) => new Date(Date.parse('2026-11-19T02:20:00.000Z') - back * 9 * 86_400_000).toISOString();
const evidence = (clause: ClauseView): ClauseEvidence['records'] =>
  Array.from({ length: Math.min(clause.count, 9) }, (_, n) => ({
    tags: [],
    ...ref(
      `r${31 - n}`,
      'go_live',
      `115-上線-${String(31 - n).padStart(4, '0')}`,
      ['線上繳費系統 2.4 上線', '公文附件服務修補', '官網前台改版'][n % 3]!,
      n === 0 ? 'review' : 'closed',
      n === 0 ? '審查' : '結案',
      n === 0 ? 'Review' : 'Closed',
    ),
    at: day(n),
    pos: 48_200 - n * 37,
    what: clause.mechanisms[n % Math.max(1, clause.mechanisms.length)]?.label ?? { zh: '辦理', en: 'Act' },
  }));

let tuned: Record<string, ParameterView['value']> = { scan_max_age_days: 14 };
const clauseOf = (clause?: string | string[]) => (Array.isArray(clause) ? clause[0] : clause);

function parameters(): ParameterView[] {
  return office.parameters.map((parameter, n) => {
    const own = tuned[parameter.name];
    const packs = parameter.values.map(({ pack, value, clause }) => {
      const cited = clauseOf(clause);
      return { from: pack, value, ...(cited && { clause: cited }) };
    });
    const other =
      n % 3 === 0 && typeof parameter.value === 'number' && packs.length > 0
        ? [{ from: 'taoyuan', value: parameter.value * 2, clause: 'taoyuan.4.2' }]
        : [];
    const setter = packs[0];
    return {
      ...parameter,
      value: own ?? parameter.value,
      ...(own !== undefined
        ? { setBy: { pack: '', organisation: true } }
        : setter && { setBy: { pack: setter.from, ...(setter.clause && { clause: setter.clause }) } }),
      values: [...packs, ...other, ...(own === undefined ? [] : [{ from: 'organisation', value: own }])],
      usedBy: packs.flatMap((each) => each.clause ?? []),
    };
  });
}

export function clauseAnswers(contract: typeof Contract) {
  const os = implement(contract).$context<{ persona: string }>();
  return {
    texts: {
      list: os.texts.list.handler(() => []),
      citations: os.texts.citations.handler(() => ({})),
    },
    checklists: { list: os.checklists.list.handler(() => []) },
    procedure: {
      list: os.procedure.list.handler(({ input }) => {
        const { clauses: _clauses, ...card } = procedureOn(input.asOf ?? '2026-11-20');
        const second = {
          ...card,
          pack: 'taoyuan',
          version: '1.2.0',
          title: { zh: '資通系統開發及營運原則', en: 'Development and operation principles' },
          counts: { ok: 42, partial: 3, late: 1, off: 6 },
        };
        return [card, second];
      }),
      get: os.procedure.get.handler(({ input }) => procedureOn(input.asOf ?? '2026-11-20')),
      evidence: os.procedure.evidence.handler(({ input }) => {
        const clause = clauses(input.asOf ?? '2026-11-20').find((each) => each.id === input.clause)!;
        return {
          clause,
          gaps: [],
          records: evidence(clause),
          refusals: clause.light === 'off' ? 0 : 3,
          violations: clause.light === 'late' ? 1 : 0,
          withheld: clause.id.endsWith('1') ? 2 : 0,
          explanations: [],
          mayExplain: true,
        };
      }),
    },
    parameters: {
      list: os.parameters.list.handler(parameters),
      set: os.parameters.set.handler(({ input }) => {
        const now = parameters().find((each) => each.name === input.name)!;
        const demanded = now.values.filter((each) => each.from !== 'organisation').map((each) => Number(each.value));
        const looser = demanded.some((value) =>
          now.stricter === 'higher' ? Number(input.value) < value : Number(input.value) > value,
        );
        if (looser) throw loosens(now);
        tuned = { ...tuned, [input.name]: input.value };
        return { pos: 48_220 };
      }),
    },
  };
}

function loosens(parameter: ParameterView) {
  const by = parameter.setBy?.clause ?? parameter.setBy?.pack ?? '';
  const message = {
    zh: `「${parameter.label.zh}」依 ${by} 須為 ${parameter.value} 或更嚴；放寬須有資安長核准且期限內的例外。`,
    en: `"${parameter.label.en}" must be ${parameter.value} or stricter (${by}); loosening needs an exception the CISO approved, in force.`,
  };
  const fix = { text: { zh: '申請例外', en: 'Ask for an exception' }, go: 'exception.open' };
  return new ORPCError('REFUSED', {
    defined: true,
    status: 422,
    data: { refused: [{ code: 'gate' as const, gate: 'parameter.loosens', message, fix }] },
  });
}
