import type { FileValue } from '../kernel/engine/types.ts';
import type { Text } from '../kernel/text.ts';
import type { Change, Named, RecordRef } from './views.ts';

/** What the read door answers about freedoms taken: marks, who stands for them, corrections and what was asked of a register. */

/** How something came about when not by its author, then and there; with who confirmed it, once somebody has. */
export type MarkView = {
  kind: 'paper' | 'backfilled' | 'filled' | 'concurrent' | 'emergency';
  label: Text;
  by: Named;
  for?: Named;
  at: string;
  /** 補登: when it was done. Why it came late, or why it could not wait. */
  doneAt?: string;
  why?: string;
  /** The photo or the scan. */
  files?: FileValue[];
  /** Paper: signed on, entered by whom, where the original lies, 公文文號, the code printed on it. */
  signedOn?: string;
  registrar?: Named;
  kept?: string;
  document?: string;
  print?: string;
  /** 兼任: the exception that permits it. */
  exception?: RecordRef;
  /** `signed`: by the confirmer's passkey over the very mark. */
  confirmed?: { by: Named; at: string; words?: string; signed: boolean };
  /** 緊急先行: who approved it by word of mouth; the papers made good since, and by when the others are owed. */
  approver?: Named;
  madeGood?: { label: Text; by: Named; at: string }[];
  owed?: { label: Text; due?: string }[];
};
/** A mark in one word, where records are listed. */
export type TagView = { kind: MarkView['kind'] | 'correction' | 'erratum'; label: Text };
/** What a mark stands on: opening, filling, or an action by its name. */
export type MarkedView = { id: string; what: string; label: Text; mark: MarkView };
export type HeldView = MarkedView & {
  due?: string;
  late: boolean;
  /** Who is asked to confirm it; whether this viewer may, asked or not. */
  who: Named[];
  mayConfirm: boolean;
};
export type CorrectionView = {
  id: string;
  kind: 'correction' | 'erratum';
  at: string;
  by: Named;
  reason: string;
  changes: Change[];
  until?: string;
  objections: { by: Named; at: string; words: string }[];
  mayObject: boolean;
};
export type ProposalView = {
  id: string;
  at: string;
  by: Named;
  reason: string;
  changes: Change[];
  decided?: { by: Named; at: string; agree: boolean; words?: string };
  who: Named[];
  mayDecide: boolean;
};
