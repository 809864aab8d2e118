import { directoryDigest, queriesOf } from '../kernel/engine/digest.ts';
import { answered, MEANING, type Question, type Read, typeIn } from '../kernel/engine/read.ts';
import type { Known, Need } from '../kernel/engine/types.ts';
import type { Envelope } from '../kernel/ledger/envelope.ts';
import type { Definition, Query } from '../kernel/pack/types.ts';
import { type Text, text } from '../kernel/text.ts';
import { type Asking, answer, unknownWorld } from './gather.ts';
import type { OrganisationContext } from './parts.ts';

/** What became of asking again: how much was, and what came out otherwise. */
export type Reread = { asked: number; left: number; faults: { position: number; message: Text }[] };

export const nothingReread = (): Reread => ({ asked: 0, left: 0, faults: [] });

/**
 * Asks what a decision read once more, of tables that hold what the events before it make, and adds to `reread` what differs: a row of
 * another record, of people, a register, a notice that was changed for the moment of the decision and changed back. Entries from before
 * this was kept, and questions that another release understood otherwise, are only counted.
 */
export async function reread(
  asking: Asking,
  context: OrganisationContext,
  position: number,
  { type, read: kept }: Pick<Envelope, 'type' | 'read'>,
  into: Reread,
): Promise<void> {
  const read = kept as Read | undefined;
  if (read?.v !== MEANING) {
    if (read || type.startsWith('record.')) into.left += 1;
    return;
  }
  into.left += read.closed ?? 0;
  if (read.who !== directoryDigest(context.directory)) into.faults.push({ position, message: otherPeople });
  const questions = (read.of ?? []).map((question) => ({ question, need: needOf(question, context) }));
  const known = unknownWorld();
  await answer(
    asking,
    known,
    questions.flatMap(({ question, need }) => ('records' in question ? recordNeeds(question.records) : (need ?? []))),
  );
  const typeOf = typeIn({ definitions: context.definitions, current: context.definition });
  for (const { question, need } of questions) {
    if (!('records' in question) && !need) into.left += 1;
    else {
      into.asked += 1;
      if (answered(question, need, known, typeOf) !== question.as)
        into.faults.push({ position, message: other(question, need, known) });
    }
  }
}

const recordNeeds = (records: string[]): Need[] => records.map((id) => ({ need: 'record', key: `record|${id}`, id }));

/** The question as it is asked of tables; undefined when its query is in none of the rules. */
function needOf(question: Question, context: OrganisationContext): Need | undefined {
  if ('records' in question) return undefined;
  const key = JSON.stringify({ ...question, as: undefined });
  if ('fact' in question) return { need: 'fact', key, name: question.fact, args: question.args };
  if ('unique' in question) {
    const [type, gate] = question.unique;
    return { need: 'unique', key, type, gate, values: question.values, except: question.except };
  }
  if ('sequence' in question) {
    const [type, prefix] = question.sequence;
    return { need: 'sequence', key, type, prefix };
  }
  const query = queryNamed(question.set, context);
  return query && { need: 'set', key, query, outer: question.outer };
}

function queryNamed(name: string, { definition, definitions }: OrganisationContext): Query | undefined {
  for (const one of new Set<Definition>([definition, ...definitions.values()])) {
    const query = queriesOf(one).get(name);
    if (query) return query;
  }
  return undefined;
}

const otherPeople = text(
  '作為當時所見的人員、單位、角色或代理不是事項所成',
  'was decided with people, units, roles or deputies that the events before it do not make',
);

function other(question: Question, need: Need | undefined, known: Known): Text {
  if ('records' in question) {
    const numbers = question.records.map((id) => known.records.get(id)?.number ?? id).join(', ');
    return text(
      `作為當時所見的紀錄不是事項所成（其中之一：${numbers}）`,
      `was decided by records that were not what the events before it make (one of ${numbers})`,
    );
  }
  const what = need?.need === 'set' ? need.query.source : 'fact' in question ? `${question.fact}(…)` : nameOf(question);
  return text(
    `作為當時所見的「${what}」不是事項所成`,
    `was decided by ${what} that was not what the events before it make`,
  );
}

const nameOf = (question: Question): string =>
  'unique' in question ? question.unique.join('.') : 'sequence' in question ? question.sequence.join(' ') : '';
