import { literalsOf } from '../../cel/literals.ts';
import { placeOf } from '../build/build.ts';
import { own } from '../own.ts';
import type { Query, RecordType, Section, Where } from '../types.ts';
import { checkQuery, type Place } from './follow.ts';

/**
 * What is open to all staff is asked of the record alone, with what it is compared to written out: it is judged for every reader, and
 * nothing but the record's own change may alter it. Without a state it would be open from its first draft on.
 */
export function checkStaff(staff: Query, type: RecordType, place: Place): void {
  const { compile } = place;
  const at = placeOf(compile.origins, staff);
  const nonsense = (zh: string, en: string, remedy: { zh: string; en: string }): void =>
    compile.report('see-nonsense', at, { zh, en }, remedy);
  checkQuery(staff, place);
  const itsOwn = staff.from.kind === 'record' && [type.name, ...type.kinds].includes(staff.from.type);
  if (!itsOwn || staff.newest || staff.sample || staff.groupBy) {
    nonsense(
      `${type.name} 的 staff 問的不是 ${type.name}`,
      `staff of ${type.name} asks something other than ${type.name}`,
      { zh: `寫成 ${type.name} where state == …`, en: `write ${type.name} where state == …` },
    );
    return;
  }
  const states = statesAsked(staff.where);
  if (!staff.where || !literalsOf(staff.where) || states.length === 0) {
    nonsense(
      `"${staff.source}" 未寫明狀態，或比對了紀錄以外的值`,
      `"${staff.source}" names no state, or compares with something outside the record`,
      {
        zh: "以 state == '…' 或 state in ['…'] 列出開放的狀態，比對的值直接寫出",
        en: "list the open states: state == '…' or state in ['…'], and write values out",
      },
    );
    return;
  }
  const draft = states.find((state) => own(type.flow, state)?.initial && !own(type.flow, state)?.final);
  if (draft)
    nonsense(
      `初始狀態 "${draft}" 對全體開放，尚未核定者人人可見`,
      `the first state "${draft}" is open to everybody, before anybody approved`,
      { zh: '只開放發布後的狀態', en: 'open only what comes after publication' },
    );
}

/** A section is closed to some of those who read the record; it opens the record to nobody. */
export const notOfSections = (staff: Query, { compile }: Place): void =>
  compile.report(
    'see-nonsense',
    placeOf(compile.origins, staff),
    { zh: '區段的 see 不能有 staff', en: 'see of a section has no staff' },
    { zh: '寫在表單的 see', en: 'write it in the see of the record type' },
  );

/** A title stands in lists, tasks and links, also before those whom the section is closed to. */
export function noTitleInside(section: Section, type: RecordType, { compile }: Place): void {
  const inside = ['title', 'name'].find((name) => section.fields.includes(name));
  if (inside === undefined) return;
  compile.report(
    'see-nonsense',
    placeOf(compile.origins, section),
    {
      zh: `${type.name} 的標題欄 "${inside}" 在限閱的區段裡`,
      en: `"${inside}", the title of ${type.name}, is in a section not everybody sees`,
    },
    { zh: '標題移到不限閱的區段', en: 'move it to a section without see' },
  );
}

/** States a condition demands, in every way of meeting it. */
function statesAsked(where: Where | undefined): string[] {
  if (!where) return [];
  if (where.op === 'and') return where.args.flatMap(statesAsked);
  if (where.op === 'or') {
    const each = where.args.map(statesAsked);
    return each.every((some) => some.length > 0) ? each.flat() : [];
  }
  if (where.op !== '==' && where.op !== 'in') return [];
  if (!('candidate' in where.left) || where.left.candidate.join('.') !== 'state' || !('outer' in where.right))
    return [];
  const asked = literalsOf(where)?.[where.right.outer.cel];
  return [asked ?? []].flat().filter((one) => typeof one === 'string');
}
