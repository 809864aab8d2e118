import { keepersOf, notASlip } from '../../kernel/engine/correct.ts';
import { keepersFor } from '../../kernel/engine/propose.ts';
import { standingSeals } from '../../kernel/engine/seals.ts';
import { countsInAll } from '../../kernel/engine/standing.ts';
import type { FieldChange, RecordState } from '../../kernel/engine/types.ts';
import { scopeOf } from '../../kernel/engine/work.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import type { CorrectionView, ProposalView } from '../mark-views.ts';
import type { Change, RecordView } from '../views.ts';
import type { Look } from './look.ts';
import { settled } from './marks.ts';
import { personNamed } from './names.ts';

/** 更正, 勘誤 and what was asked of whoever keeps a register. */

export const changeViews = (type: RecordType, changes: FieldChange[]): Change[] =>
  changes.map((change) => ({
    ...change,
    label: type.fields[change.field]?.label ?? { zh: change.field, en: change.field },
  }));

/** Newest first. */
export function correctionViews(look: Look, type: RecordType, state: RecordState): CorrectionView[] {
  const standing = standingSeals(state);
  const { person } = look.viewer;
  const past = look.asOf !== undefined;
  return (state.corrections ?? []).toReversed().map(({ seals, objections, ...one }) => ({
    ...one,
    by: personNamed(look, one.by),
    changes: changeViews(type, one.changes),
    objections: objections.map(({ by, at, words }) => ({ by: personNamed(look, by), at, words })),
    mayObject:
      !past &&
      person !== undefined &&
      person !== one.by &&
      (one.until ?? '') >= look.now &&
      standing.some(({ id, by, for: principal }) => seals.includes(id) && [by, principal].includes(person)),
  }));
}

export async function proposalViews(look: Look, type: RecordType, state: RecordState): Promise<ProposalView[]> {
  const all = state.proposals ?? [];
  if (all.length === 0) return [];
  const { person } = look.viewer;
  return settled(look, (work) =>
    all.toReversed().map(({ decided, ...one }): ProposalView => {
      const keepers = decided ? [] : keepersFor(work, type, state, { ...one });
      return {
        ...one,
        by: personNamed(look, one.by),
        changes: changeViews(type, one.changes),
        ...(decided ? { decided: { ...decided, by: personNamed(look, decided.by) } } : {}),
        who: keepers.map((keeper) => personNamed(look, keeper)),
        mayDecide: look.asOf === undefined && person !== undefined && keepers.includes(person),
      };
    }),
  );
}

/** What this viewer may correct here, as what, and whether they may ask for it or take a copy. */
export async function mayCorrect(look: Look, type: RecordType, state: RecordState): Promise<RecordView['may']> {
  const erratum = type.flow[state.state]?.final ?? false;
  const nothing = { correct: [], erratum, propose: false, copy: false };
  if (look.asOf !== undefined || look.viewer.person === undefined) return nothing;
  const fields = Object.values(type.fields).filter((field) => !field.is && field.section !== '_base');
  const correct = await settled(look, (work) =>
    fields.filter((field) => {
      const groups = keepersOf(type, field);
      if (groups.length === 0 || countsInAll(work, groups, scopeOf(work, state)) === false) return false;
      const kept = state.values[field.name];
      const change = { field: field.name, ...(kept === undefined ? {} : { before: kept, after: kept }) };
      return erratum || notASlip(work, type, state, change).length === 0;
    }),
  );
  return {
    correct: correct.map(({ name }) => name),
    erratum,
    propose: type.role === 'register',
    copy: type.role === 'form',
  };
}
