import type { ApprovalSignature } from '../ledger/approvals.ts';
import type { Definition, Query } from '../pack/types.ts';
import type { Refusal, Refused } from '../refusal.ts';
import type { Text } from '../text.ts';
import type { Directory } from './directory.ts';

export type { Directory, Grant } from './directory.ts';

/**
 * Values as they stand in events, states and JSON: text, choice, date `2026-11-20`, moment `2026-11-20T02:00:00.000Z`, number,
 * yes_no as boolean, person/unit/ref as id (a row: `record#field/row`), period `{start, end}`, files `FileValue[]`, table `Row[]`.
 */
export type Value = string | number | boolean | Value[] | { [key: string]: Value };
export type Values = Record<string, Value>;
export type Row = { id: string; source?: string } & { [column: string]: Value | undefined };
export type FileValue = { id: string; name: string; sha256: string; size: number; media: string; slot?: string };
export type Moment = string;

export type RecordState = {
  organisation: string;
  id: string;
  type: string;
  number: string;
  /** Hash of the compiled definition it opened under. */
  definition: string;
  /** Stream version: events so far; the first is 1. */
  version: number;
  state: string;
  since: Moment;
  openedAt: Moment;
  changedAt: Moment;
  closedAt?: Moment;
  unit?: string;
  requester?: string;
  origin?: string;
  values: Values;
  /** Newest completed act per action. */
  acts: Record<string, ActState>;
  /** Votes of acts whose quorum is not complete, and what they ask. */
  pending: Record<string, Vote[]>;
  seals: Seal[];
  owed: Owed[];
  /** Clock actions whose `when` was true when last asked; they fire when it turns true again. */
  fired: Record<string, boolean>;
  /** Rungs of lateness already told in the present stay in this state, and whether the stay is late. */
  late: string[];
  links: { to: string; as: string; at: Moment; by?: string }[];
  comments: number;
  /** What its samples are drawn with, from the first one on. */
  sampled?: Seed;
  /** Which version of a versioned record this is; absent means 1. */
  edition?: number;
  /** What the act that opened it asked for: who has it, by when, and whom to tell as that moment nears. */
  assigned?: { persons: string[]; due?: Moment; rungs: { at: Moment; to: string[]; message: Text }[] };
  /** Openings and fillings that came about otherwise than by their author, then and there. */
  marked?: Marked[];
  corrections?: Correction[];
  /** Corrections of a register entry asked of whoever keeps the register. */
  proposals?: Proposal[];
  /** The earlier case it was copied from. */
  copied?: string;
  /** 職務交接: from whom to whom it went, by which handover; whoever asked before stays barred where the requester is. */
  handed?: Handed[];
};
export type Handed = { from: string; to: string; at: Moment; handover: string; requester?: true };
/** A checkpoint of the ledger: how many entries, and the root over them, hex. */
export type Seed = { size: number; root: string };
/** `voters`: everybody who signed, when a quorum was more than one. */
export type ActState = {
  at: Moment;
  by?: string;
  for?: string;
  count: number;
  asked: Values;
  voters?: string[];
  mark?: Mark;
  confirmed?: Confirmed;
};
export type Vote = {
  by: string;
  for?: string;
  group: number;
  allowed: number[];
  at: Moment;
  asked: Values;
  /** A marked vote counts once somebody else has confirmed it; how its author proved who they are, and in which role. */
  mark?: Mark;
  factor?: string;
  signature?: ApprovalSignature;
  role?: string;
  confirmed?: Confirmed;
  afterReset?: true;
};
/**
 * How something came about when it was not done by its author, then and there, with nobody else's authority. A mark is never taken
 * off, and what carries one moves nothing until a second person has confirmed it (decision 0060).
 */
export type Mark = { id: string; due?: Moment } & (
  | {
      /** Signed on paper and entered by somebody else: which content the paper shows, its scan, where the original lies. */
      kind: 'paper';
      signedOn: string;
      registrar: string;
      print: string;
      scan: FileValue[];
      kept: string;
      /** Number of the official document (公文文號). */
      document?: string;
    }
  | { /** 補登: done earlier than recorded. */ kind: 'backfilled'; doneAt: Moment; why: string; proof: FileValue[] }
  | { /** 代填: written by somebody else for its owner. */ kind: 'filled'; for: string; fields: string[] }
  | { /** 兼任: by somebody whom only an exception lets do both. */ kind: 'concurrent'; exception: string }
);
export type Marked = {
  what: 'open' | 'fill';
  by: string;
  at: Moment;
  mark: Mark;
  confirmed?: Confirmed;
  violated?: boolean;
};
/** Who confirmed or countersigned, and proved it how. */
export type Confirmed = {
  by: string;
  at: Moment;
  factor: string;
  /** Of the confirmer's passkey over the mark. */
  signature?: ApprovalSignature;
  words?: string;
};
export type FieldChange = { field: string; before?: Value; after?: Value };
/** 更正 changes a value and leaves the seals; 勘誤 on a closed record stands beside what was closed; both tell why. */
export type Correction = {
  id: string;
  kind: 'correction' | 'erratum';
  at: Moment;
  by: string;
  reason: string;
  changes: FieldChange[];
  /** Seals that cover it and stand, and until when their signers may object. */
  seals: string[];
  until?: Moment;
  objections: { by: string; at: Moment; words: string; seal: string }[];
};
export type Proposal = {
  id: string;
  at: Moment;
  by: string;
  reason: string;
  changes: FieldChange[];
  decided?: { by: string; at: Moment; agree: boolean; words?: string };
};
export type Seal = {
  id: string;
  action: string;
  sections: string[];
  /** SHA-256 over the canonical content of the sections, hex. */
  hash: string;
  by: string;
  for?: string;
  role?: string;
  factor: string;
  /** Of the signer's passkey over what is approved; without one the seal is weaker. */
  signature?: ApprovalSignature;
  at: Moment;
  /** When a marked one was signed, which is before it took effect. */
  signedAt?: Moment;
  /** The content as signed, so that a renewal can show the difference. */
  content: Values;
  /** Contents corrected since by 更正, as they stand now; `''` where emptied. The hash stays that of what was signed. */
  corrected?: Values;
  void?: { at: Moment; by?: string; fields: string[]; objection?: string };
  renewed?: string;
  mark?: Mark;
  confirmed?: Confirmed;
  /** Given in the week after the signer's password was reset: for ever marked, for the auditor to look at. */
  afterReset?: true;
};
export type Owed = {
  action: string;
  because: 'voided' | 'emergency';
  since: Moment;
  due?: Moment;
  clauses: string[];
  seal?: string;
  violated?: boolean;
};

// ── who acts ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type Actor =
  | {
      kind: 'person';
      person: string;
      account?: string;
      factor?: 'password' | 'totp' | 'passkey' | 'none';
      /** With a passkey: its signature, and the digest (hex) of what it signed. Absent asks what is to be signed. */
      signed?: { about: string; signature: Omit<ApprovalSignature, 'written' | 'without'> };
      via?: 'web' | 'token';
      /** The password was reset by mail or by two people within the week. */
      afterReset?: true;
    }
  | { kind: 'clock' }
  | { kind: 'setup'; person?: string };

// ── commands ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type Command =
  | {
      do: 'open';
      id: string;
      type: string;
      record?: string;
      values: Values;
      unit?: string;
      origin?: string;
      /** 代填: whose case it is, if not the writer's. */
      owner?: string;
      backfill?: Backfill;
      /** The earlier case its values were taken from. */
      copies?: string;
      /** Who prepared and signed it, when the actor is who confirmed it: of a signed list, never given by hand. */
      prepared?: string;
    }
  | { do: 'save'; id: string; record: string; version?: number; values: Values; owner?: string }
  | {
      do: 'act';
      id: string;
      record: string;
      version?: number;
      action: string;
      with: Values;
      waive?: { gate: string; with: Values }[];
      backfill?: Backfill;
      paper?: Paper;
    }
  | { do: 'confirm'; id: string; record: string; version?: number; mark: string; agree: boolean; words?: string }
  | { do: 'correct'; id: string; record: string; version?: number; changes: Values; reason: string }
  | { do: 'object'; id: string; record: string; correction: string; words: string }
  | { do: 'propose'; id: string; record: string; changes: Values; reason: string }
  | { do: 'decide'; id: string; record: string; version?: number; proposal: string; agree: boolean; words?: string }
  | { do: 'comment'; id: string; record: string; text: string }
  | { do: 'link'; id: string; record: string; to: string; as: string }
  | { do: 'hand_over'; id: string; record: string; handover: string }
  | { do: 'tick'; id: string; record: string };

/** 補登: when it was done, why it is entered only now, and what shows it (a photo). */
export type Backfill = { doneAt: Moment; why: string; proof: FileValue[] };
/** 登錄紙本核章: who signed the paper and when, the code of the content printed on it, its scan, where the original lies. */
export type Paper = {
  signer: string;
  signedOn: string;
  print: string;
  scan: FileValue[];
  kept: string;
  document?: string;
};

// ── what deciding needs from outside, gathered in passes ───────────────────────────────────────────────────────────

/** Something not known yet. `key` is unique for the question; runtime answers many at once and decides again. */
export type Need =
  | { need: 'record'; key: string; id: string }
  | { need: 'set'; key: string; query: Query; outer: Record<string, Value>; self?: string }
  | { need: 'fact'; key: string; name: string; args: Value[] }
  | { need: 'unique'; key: string; type: string; gate: string; values: Value[]; except: string }
  | { need: 'sequence'; key: string; type: string; prefix: string }
  | { need: 'seed'; key: 'seed' };
/** `undefined` in `facts` = asked and absent (unknown). Sets answer with the records, complete. */
export type Known = {
  records: Map<string, RecordState | undefined>;
  sets: Map<string, RecordState[] | Row[] | 'unknown'>;
  facts: Map<string, Value | undefined>;
  taken: Map<string, string | undefined>; // unique: id of the record that has it
  sequences: Map<string, number>; // next free number
  seed?: Seed | 'none'; // the newest checkpoint
};

export type Input = {
  organisation: string;
  /** The organisation's definition in force; parameters are read from it. */
  current: Definition;
  /** By hash: what open records pinned. */
  definitions: Map<string, Definition>;
  directory: Directory;
  calendar: import('../calendar/calendar.ts').Calendar;
  actor: Actor;
  now: Moment;
  known: Known;
  /** Record types whose contents modules read for facts. */
  readByModules?: readonly string[];
};

// ── outcomes ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type Outcome = { needs: Need[] } | Refused | Decision;

export type Decision = {
  events: EngineEvent[];
  /** New states of every record touched, by id. */
  states: Map<string, RecordState>;
  /** Effects of modules, run by runtime in the same transaction: `monitoring.pause(host)`. */
  effects: { module: string; name: string; args: Value[]; record: string }[];
  warnings: Refusal[];
  waived: Record<string, string>;
  /** Persons whose vote is still missing. */
  waitingFor: string[];
  /** The record the command was about. */
  record: string;
};

export type EngineEvent = {
  stream: string;
  type: EventType;
  data: { [key: string]: Value };
  /** Paths inside data to encrypt, each with the person whose key does it. */
  personal: { path: string[]; subject: string }[];
  gates?: GateSeen[];
  clauses?: string[];
};
export type EventType =
  | 'record.opened'
  | 'record.filled'
  | 'record.acted'
  | 'record.voted'
  | 'record.sealed'
  | 'record.voided'
  | 'record.owed'
  | 'record.settled' // an owed act was made good
  | 'record.violated' // an owed act was not made in time
  | 'record.late'
  | 'record.commented'
  | 'record.linked'
  | 'record.confirmed' // a marked vote, opening or filling, by a second person
  | 'record.declined'
  | 'record.corrected'
  | 'record.objected'
  | 'record.proposed'
  | 'record.decided'
  | 'record.handed' // 職務交接: from one person to the next
  | 'record.told'; // notice: to whom, message, acknowledgement asked until

/** What a gate saw, stored with the act so that the decision can be re-examined. */
export type GateSeen = {
  gate: string;
  outcome: 'holds' | 'refuses' | 'unknown' | 'waived' | 'off';
  clauses: string[];
  waiver?: string;
  saw: { what: string; value?: Value }[];
};

// ── looking ahead: what the page shows before anybody submits ──────────────────────────────────────────────────────

export type GateView = {
  gate: string;
  /** What it asks when it holds or is waived; what is wrong when it refuses. */
  label: Text;
  outcome: GateSeen['outcome'];
  advises: boolean;
  clauses: string[];
  items: string[];
  unknown: string[];
  fix?: { text: Text; go?: string };
  waive: 'exception' | 'never' | 'here';
  waiver?: string;
};
export type ActionView = {
  action: string;
  label: Text;
  kind: 'forward' | 'back' | 'entry' | 'end';
  to?: string;
  /** For this actor, now. */
  allowed: boolean;
  refusals: Refusal[];
  gates: GateView[];
  missing: { field: string; label: Text }[];
  asks: string[];
  seals: boolean;
  renews: boolean;
  /** 兼任: the exception by which this actor may; another person then countersigns. */
  concurrent?: string;
  clauses: string[];
};
/** Who must do something next; becomes a task. */
export type Waiting = { action: string; label: Text; persons: string[]; role?: string; due?: Moment; owed: boolean };
