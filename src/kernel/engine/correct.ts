import type { Field, Group, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import { fieldsRead, mayBeASlip } from './bearing.ts';
import { isEmpty, sameValue } from './compute.ts';
import { sendNotice } from './follow-ups.ts';
import { standingSeals, votesTouched, withdrawSeals } from './seals.ts';
import { countsInAll, mayFill } from './standing.ts';
import { workdaysFrom } from './time.ts';
import type { Command, Correction, FieldChange, RecordState, Row, Values } from './types.ts';
import { readValues } from './values.ts';
import { noSuchRecord } from './words.ts';
import { editionOf, emit, nextId, recordOf, scopeOf, typeOf, type Work } from './work.ts';

/**
 * 更正 of a slip in what has been sealed: before and after, a reason; the seals stand, and their signers are told and may object
 * within `correction_objection_working_days`. On a closed record it is 勘誤: it stands beside what was closed and changes nothing.
 * Refused where anything hangs on the field (see {@link fieldsRead}), with the way that is open instead. By whoever writes there.
 */
export function correct(work: Work, command: Extract<Command, { do: 'correct' }>): Refusal[] {
  const found = recordOf(work, command.record);
  if (!found || 'thing' in found) return found ? [] : [noSuchRecord(command.record)];
  const type = typeOf(work, found);
  if (!type) return [noSuchRecord(command.record)];
  if (work.input.actor.kind !== 'person') return [noSuchRecord(command.record)];
  const named = Object.keys(command.changes).flatMap((name) => type.fields[name] ?? []);
  const foreign = named.flatMap((field) => notTheirs(work, type, found, field));
  if (work.needs.size > 0) return [];
  if (foreign.length > 0) return foreign;
  const wanted = changesWanted(work, type, found, command.changes);
  if ('refusals' in wanted) return wanted.refusals;
  const unsaid = sayWhy(command.reason);
  if (unsaid.length > 0) return unsaid;
  const closed = type.flow[found.state]?.final ?? false;
  if (!closed) {
    const bound = wanted.changes.flatMap((change) => notASlip(work, type, found, change));
    if (bound.length > 0) return bound;
  }
  enterCorrection(work, type, found, wanted.changes, command.reason.trim(), closed);
  return [];
}

/** The correction itself: values, seals that cover it, signers told. */
export function enterCorrection(
  work: Work,
  type: RecordType,
  state: RecordState,
  changes: FieldChange[],
  reason: string,
  closed: boolean,
): void {
  const { actor, now } = work.input;
  const by = actor.kind === 'clock' ? '' : (actor.person ?? '');
  const names = changes.map(({ field }) => field);
  const covering = closed ? [] : standingSeals(state).filter((made) => covers(type, made.sections, names));
  const dropped = closed ? [] : votesTouched(type, state, names);
  const until = workdaysFrom(work, 'correction_objection_working_days', 5);
  const correction: Correction = {
    id: nextId(work),
    kind: closed ? 'erratum' : 'correction',
    at: now,
    by,
    reason,
    changes,
    seals: covering.map(({ id }) => id),
    ...(covering.length > 0 ? { until } : {}),
    objections: [],
  };
  const data = { type: type.name, correction, dropped: dropped.length > 0 ? dropped : undefined };
  emit(work, state, { stream: state.id, type: 'record.corrected', data });
  const signers = covering.flatMap((made) => (made.for === undefined ? [made.by] : [made.by, made.for]));
  const told = [...new Set(signers)].filter((person) => person !== by);
  if (told.length > 0) sendNotice(work, state.id, told, corrected(type, state, names));
}

const covers = (type: RecordType, sections: string[], names: string[]): boolean =>
  sections.some((section) => type.sections[section]?.fields.some((name) => names.includes(name)));

function corrected(type: RecordType, state: RecordState, names: string[]): Text {
  const labels = names.map((name) => type.fields[name]?.label ?? text(name, name));
  return text(
    `${type.label.zh} ${state.number} 更正「${labels.map(({ zh }) => zh).join('、')}」；您的簽核仍有效，如有異議請於期限內提出`,
    `${type.label.en} ${state.number}: ${labels.map(({ en }) => en).join(', ')} corrected; your seal stands unless you object in time`,
  );
}

// ── what is asked for ──────────────────────────────────────────────────────────────────────────────────────────────

/** What would really change, read by type; nothing needed may be emptied. */
export function changesWanted(
  work: Work,
  type: RecordType,
  state: RecordState,
  given: Values,
): { changes: FieldChange[] } | { refusals: Refusal[] } {
  const computed = Object.keys(given).filter((name) => type.fields[name]?.is || type.fields[name]?.section === '_base');
  if (computed.length > 0) return { refusals: computed.map((name) => refusal(type, name, 'forbidden', NOT_WRITTEN)) };
  const read = readValues(type.fields, given, {
    definition: editionOf(work.input, state),
    directory: work.input.directory,
    before: state.values,
  });
  if (read.refusals.length > 0) return { refusals: read.refusals };
  const emptied = read.cleared.filter((name) => (type.fields[name]?.required.length ?? 0) > 0);
  if (emptied.length > 0) return { refusals: emptied.map((name) => refusal(type, name, 'required', NOT_EMPTIED)) };
  const before = (field: string) => (state.values[field] === undefined ? {} : { before: state.values[field] });
  const changes: FieldChange[] = [
    ...Object.entries(read.values)
      .filter(
        ([field, after]) => !sameValue(after, state.values[field]) && !(isEmpty(after) && isEmpty(state.values[field])),
      )
      .map(([field, after]) => ({ field, ...before(field), after })),
    ...read.cleared.map((field) => ({ field, ...before(field) })),
  ];
  return changes.length > 0 ? { changes } : { refusals: [nothingChanges] };
}

const refusal = (type: RecordType, field: string, code: 'forbidden' | 'required', words: Text): Refusal => {
  const label = type.fields[field]?.label ?? text(field, field);
  return { code, field, message: text(`「${label.zh}」${words.zh}`, `“${label.en}” ${words.en}`) };
};
const NOT_WRITTEN = text('由系統產生，不能更正', 'is made by the program and not corrected');
const NOT_EMPTIED = text('為必填，不能更正為空白', 'is needed and cannot be corrected to nothing');
const nothingChanges: Refusal = {
  code: 'required',
  field: 'changes',
  message: text('更正後與原內容相同', 'Nothing would change'),
};

export function sayWhy(reason: unknown): Refusal[] {
  const fine = typeof reason === 'string' && reason.trim() !== '' && reason.length <= 2_000 && reason.isWellFormed();
  return fine ? [] : [{ code: 'required', field: 'reason', message: text('請填更正理由', 'Say why it is corrected') }];
}

// ── who, and what may be a slip ────────────────────────────────────────────────────────────────────────────────────

/** Whoever writes a field, in whatever state: the fillers of its section, else whoever does the acts that ask for it. */
export function keepersOf(type: RecordType, field: Field): Group[] {
  const filled = type.sections[field.section]?.filled;
  if (filled && filled !== 'none') return filled.by;
  const asking = Object.values(type.actions).filter((action) => action.asks.includes(field.name));
  const any = asking.flatMap((action) => action.by.flatMap((group) => group.any));
  return any.length > 0 ? [{ pack: field.pack, any, quorum: 1 }] : (type.actions.open?.by ?? []);
}

function notTheirs(work: Work, type: RecordType, state: RecordState, field: Field): Refusal[] {
  const groups = keepersOf(type, field);
  if (groups.length > 0 && countsInAll(work, groups, scopeOf(work, state)) !== false) return [];
  const propose = type.role === 'register';
  return [
    {
      code: 'by',
      field: field.name,
      message: text(`「${field.label.zh}」不由您填寫，您不能更正`, `“${field.label.en}” is not yours to correct`),
      fix: propose
        ? {
            text: text(
              '請提出更正申請，由簿冊管理人決定',
              'Ask for the correction; whoever keeps the register decides',
            ),
            go: 'propose',
          }
        : { text: text('請填寫人更正，或留言說明', 'Ask whoever wrote it, or leave a comment') },
    },
  ];
}

/** Why a change is more than a slip: something hangs on the field, or the value is itself what was decided. */
export function notASlip(work: Work, type: RecordType, state: RecordState, change: FieldChange): Refusal[] {
  const field = type.fields[change.field]!;
  const standing = standingSeals(state).some((made) => covers(type, made.sections, [field.name]));
  if (!standing && mayFill(work, state, field.section, scopeOf(work, state)) === true) return [justWrite(field)];
  const read =
    fieldsRead(editionOf(work.input, state), type).has(field.name) ||
    fieldsRead(work.input.current, work.input.current.records[type.name] ?? type).has(field.name) ||
    (work.input.readByModules?.some((name) => name === type.name || type.kinds.includes(name)) ?? false);
  if (!read && mayBeASlip(field) && onlyCells(field, change)) return [];
  const back = Object.values(type.actions).find(
    (action) => action.from.includes(state.state) && leadsBack(type, state, action.to, field),
  );
  return [
    {
      code: 'gate',
      gate: `correction.${field.name}`,
      field: field.name,
      clauses: field.clauses,
      message: read
        ? text(
            `檢核或簽核以「${field.label.zh}」為準，不能以更正變更`,
            `Checks or approvals rest on “${field.label.en}”; a correction may not change it`,
          )
        : text(
            `「${field.label.zh}」是核定內容本身，不能以更正變更`,
            `“${field.label.en}” is what was approved; a correction may not change it`,
          ),
      fix: back
        ? {
            text: text(
              `請「${back.label.zh}」後修改，並重新簽核`,
              `“${back.label.en}”, change it, and have it sealed again`,
            ),
            go: `action.${back.name}`,
          }
        : { text: text('請依變更程序辦理', 'Change it by its own procedure') },
    },
  ];
}

/** A way to where the field is written. */
function leadsBack(type: RecordType, state: RecordState, to: string | undefined, field: Field): boolean {
  const filled = type.sections[field.section]?.filled;
  return to !== undefined && to !== state.state && filled !== undefined && filled !== 'none' && filled.in.includes(to);
}

const justWrite = (field: Field): Refusal => ({
  code: 'state',
  field: field.name,
  message: text(`「${field.label.zh}」尚未簽核，直接修改即可`, `“${field.label.en}” is not sealed yet: just change it`),
  fix: { text: text('請直接修改並儲存', 'Change and save it'), go: `field.${field.name}` },
});

/** Of a table, cells of words, figures and dates; no row comes or goes. */
function onlyCells(field: Field, { before, after }: FieldChange): boolean {
  if (field.type.is !== 'table') return true;
  const { columns } = field.type;
  const [was, is] = [(before ?? []) as Row[], (after ?? []) as Row[]];
  if (was.length !== is.length) return false;
  return is.every((row, i) =>
    Object.keys({ ...was[i], ...row }).every(
      (name) =>
        sameValue(row[name], was[i]![name]) ||
        (columns[name] !== undefined && !columns[name].is && mayBeASlip(columns[name])),
    ),
  );
}

// ── objections ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** A signer does not stand for the corrected content: that seal is void and owed again, with their words beside it. */
export function object(work: Work, command: Extract<Command, { do: 'object' }>): Refusal[] {
  const state = recordOf(work, command.record);
  if (!state || 'thing' in state) return state ? [] : [noSuchRecord(command.record)];
  const type = typeOf(work, state);
  const correction = state.corrections?.find(({ id }) => id === command.correction);
  const { actor, now } = work.input;
  if (!type || !correction || actor.kind !== 'person') return [noSuchCorrection];
  const own = standingSeals(state).filter(
    (made) => correction.seals.includes(made.id) && [made.by, made.for].includes(actor.person),
  );
  if (own.length === 0) return [notASigner];
  if (correction.until !== undefined && correction.until < now) return [tooLate];
  const words = command.words.trim();
  if (words === '' || words.length > 2_000 || !words.isWellFormed()) return [sayWhat];
  const fields = correction.changes.map(({ field }) => field);
  const objected = own.reduce(
    (at, made) =>
      emit(work, at, {
        stream: at.id,
        type: 'record.objected',
        data: {
          type: type.name,
          correction: correction.id,
          objection: { by: actor.person, at: now, words, seal: made.id },
        },
      }),
    state,
  );
  withdrawSeals(work, type, objected, own, fields, words);
  if (correction.by !== actor.person)
    sendNotice(
      work,
      state.id,
      [correction.by],
      text(
        `${type.label.zh} ${state.number} 更正有異議：${words}`,
        `${type.label.en} ${state.number}, objection to the correction: ${words}`,
      ),
    );
  return [];
}

const noSuchCorrection: Refusal = { code: 'missing', message: text('沒有這項更正', 'There is no such correction') };
const notASigner: Refusal = {
  code: 'by',
  message: text('只有簽核過該內容的人可以提出異議', 'Only whoever sealed that content may object'),
};
const tooLate: Refusal = { code: 'state', message: text('異議期限已過', 'The time to object is over') };
const sayWhat: Refusal = { code: 'required', field: 'words', message: text('請說明異議', 'Say what you object to') };
