import type { Text } from '../text.ts';
import type { See } from './see.ts';

/**
 * The compiled pack language: what the checker makes of YAML and everything else reads; plain JSON, canonicalised, hashed, kept as a blob.
 */
export type Definition = {
  /** SHA-256 over the canonical bytes of everything below, hex. */
  hash: string;
  packs: PackCard[];
  clauses: Record<string, Clause>;
  roles: Record<string, Role>;
  parameters: Record<string, Parameter>;
  lists: Record<string, List>;
  records: Record<string, RecordType>;
  duties: Record<string, Duty>;
  monitors: Record<string, Monitor>;
  /** Keys of the maps above in the order people wrote them; `restoreOrder` puts them back after storage sorted them. */
  order?: Record<string, string[]>;
};

export type PackCard = {
  name: string;
  version: string;
  title: Text;
  audience?: Text;
  source?: string;
  /** Titles of chapters by number: `參`. */ chapters?: Record<string, Text>;
  uses: string[];
  /** Packs it stands in for: wherever they are used, it is meant. */
  replaces?: string[];
};

/** Where something was declared; kept so that later errors can point at it. */
export type Position = { file: string; line: number; col: number };

export type Clause = {
  id: string;
  pack: string;
  /** The number in the source procedure, as printed there: 伍、二、(二)3.(3). */
  ref?: string;
  zh: string;
  en: string;
  /** What realises it: `record.X`, `action.X.Y`, `gate.X.Y`, `field.X.Y`, `retention.X`, `list.X`, `duty.X`, `monitor.X`, `role.X`, `parameter.X`, `module.X`. */
  by: string[];
  /** Why nothing runs behind it yet; such a clause is grey, never green. */
  pending?: Text;
  when?: Expression;
  law?: { act: string; article: string; from?: string }[];
  order: number;
};

export type Role = {
  name: string;
  label: Text;
  /** Roles the same person may not hold. */
  conflicts: string[];
  needs?: Expression;
  deputy?: 'required' | 'no';
  /** Two people grant it: roles that seal or approve anywhere. Computed by the compiler from `seal: true` actions and approvals. */
  approving: boolean;
  pack: string;
};

export type Parameter = {
  name: string;
  label: Text;
  /** `day`, `month`, `workday`, `hour`, `minute`, `percent`, `count`, … ; time units make `param.x` a span. */
  unit: string;
  stricter: 'lower' | 'higher' | 'none' | 'fewer' | 'more';
  default: ParameterValue;
  min?: number;
  max?: number;
  /** Every adopted pack's value with its clause; the strictest is `value`. */
  values: { pack: string; value: ParameterValue; clause?: string; from?: string }[];
  value: ParameterValue;
  /** The pack and clause that set `value`, or the exception that loosened it; absent when the default stands. */
  setBy?: { pack: string; clause?: string; exception?: string };
};
export type ParameterValue = number | string | boolean | string[];

export type List = {
  name: string;
  label?: Text;
  clauses: string[];
  stricter?: 'fewer' | 'more';
  columns: Record<string, ValueType>;
  rows: Record<string, ListRow>;
  /** Conduct: who must acknowledge, how often (CEL giving a span), how many are sampled. */
  audience?: Who;
  again?: Expression;
  sample?: Expression;
  lapse?: { after?: Expression; does: Effect[] };
  pack: string;
};
export type ListRow = {
  label: Text;
  clauses: string[];
  cells: Record<string, unknown>;
  quiz?: { ask: Text; right: string; options?: Record<string, Text> };
};

// ── values and types ───────────────────────────────────────────────────────────────────────────────────────────────

/** The types of fields and of CEL values. `row` is a table row, `record` a loaded record, `seen` rows from an agent. */
export type ValueType =
  | { is: ScalarType; unit?: string }
  | { is: 'choice' | 'choices'; of: string }
  | { is: 'ref' | 'refs'; to: string } // a record type, `type.table` for a row, `any`, or a module source: person unit gate parameter clause
  | { is: 'files'; slots?: Query }
  | { is: 'table'; columns: Record<string, Field> }
  | { is: 'object'; fields: Record<string, ValueType> }
  | { is: 'rows'; of: ValueType }
  | { is: 'list'; of: ValueType };
export type ScalarType =
  | 'text'
  | 'yes_no'
  | 'number'
  | 'date'
  | 'moment'
  | 'period'
  | 'span'
  | 'duration'
  | 'time_of_day'
  | 'person'
  | 'unit'
  | 'contact'
  | 'address'
  | 'ports'
  | 'mac'
  | 'url'
  | 'email'
  | 'any';

/** A type-checked CEL expression, kept as source; the evaluator caches its tree. */
export type Expression = { cel: string; at?: Position };

/** Text with CEL in braces, per language. */
export type Template = Text;

/** Time: a span, a place in a period, or CEL giving a moment or span. */
export type Time =
  | { kind: 'span'; n: number; unit: SpanUnit }
  | { kind: 'in_period'; unit: 'workday' | 'day'; n: number } // `workday -1`: the last of the period
  | { kind: 'at'; clock: string } // "12:00" on the period's day
  | { kind: 'cel'; of: Expression };
export type SpanUnit = 'minute' | 'hour' | 'day' | 'workday' | 'week' | 'month' | 'year';

// ── who ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Who =
  | { kind: 'role'; role: string } // in the record's unit or the nearest above
  | { kind: 'role_of'; role: string; of: Who } // `unit_head of requester`: never that person, climbs
  | { kind: 'path'; path: string[] } // requester, system.owner, lines.owner, holder
  | { kind: 'acted'; action: string } // acts.install
  | { kind: 'act'; record: string; action: string } // another record's act
  | { kind: 'outsider'; path: string[] } // superior.ciso, supplier.contact
  | { kind: 'clock' }
  | { kind: 'anyone' };
/** One way to be allowed, possibly only under a condition. */
export type Allowed = { who: Who; when?: Expression };
/** One pack's `by`: any (or all, or n) of these; every group of an action must be met. */
export type Group = { pack: string; any: Allowed[]; quorum: number | 'all'; together?: Time };

// ── which ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Query = {
  from:
    | { kind: 'record'; type: string }
    | { kind: 'table'; field: string } // a table of this record
    | { kind: 'list'; list: string }
    | { kind: 'module'; source: 'occurrence' | 'alert' | 'person' | 'clause' | 'gate' | 'parameter' }
    | { kind: 'set'; set: string } // a set of this record
    | { kind: 'cel'; of: Expression }; // `[custodian, recorder]`, `lifts`
  where?: Where;
  newest?: string;
  sample?: { percent?: number; n?: Expression };
  groupBy?: string[];
  source: string;
};
/** `where`: one small grammar with the same, two-valued meaning in SQL and in memory. */
export type Where =
  | { op: 'and' | 'or'; args: Where[] }
  | { op: 'not'; arg: Where }
  | { op: '==' | '!=' | '<' | '<=' | '>' | '>='; left: Operand; right: Operand }
  | { op: 'in'; left: Operand; right: Operand }
  | { op: 'shares'; left: Operand; right: Operand }
  | { op: 'given'; path: string[] }
  | { op: 'true'; operand: Operand }; // a bare yes_no field
/** A candidate's field (at most one reference step; ['item'] is itself; `rows`: a table's column), or something known before asking. */
export type Operand = { candidate: string[]; type: ValueType; rows?: true } | { outer: Expression; type: ValueType };

// ── record types ───────────────────────────────────────────────────────────────────────────────────────────────────

export type RecordType = {
  name: string;
  label: Text;
  /** The base types it is a kind of, nearest first (`malware_incident` → `incident`). */
  kinds: string[];
  packs: string[];
  clauses: string[];
  number?: string; // template: "{roc_year}-例外-{seq:4}"
  /** In printed order. */
  sections: Record<string, Section>;
  /** Every field by name, section named inside; `reason`, `opinion`, `remark` are in section `_base`. */
  fields: Record<string, Field>;
  flow: Record<string, State>;
  actions: Record<string, Action>;
  gates: Record<string, Gate>;
  sets: Record<string, Query>;
  versioned?: string; // the state in which a version is in force
  see?: See;
  retention?: { keep: Time; from: Expression; hold?: Expression; dispose?: Who; clauses: string[] };
  print?: { form: Text; when?: Expression };
  /** form: somebody opens it; register: an inventory; child: only other records' acts open it. Derived. */
  role: 'form' | 'register' | 'child';
};

export type Section = {
  name: string;
  label: Text;
  filled: { by: Group[]; in: string[] } | 'none';
  fields: string[];
  when?: Expression;
  see?: See;
};

export type Field = {
  name: string;
  section: string;
  label: Text;
  help?: Text;
  type: ValueType;
  /** For text: lines shown. */
  lines?: number;
  personal: boolean;
  /** Of a person: who did it or is meant; not handed over with duties. */ stays?: true;
  /** Yes-or-no: where it is yes, the field's name stands beside the record wherever it is shown. */
  badge?: boolean;
  /** Actions for which it must be filled; ['*'] = always (open and save too). */
  required: string[];
  clauses: string[];
  when?: Expression;
  /** Computed; nobody overwrites it. */
  is?: Expression;
  /** Tables only: where rows come from, when they are drawn, how many at least. */
  from?: Query;
  at?: string;
  min?: number;
  max?: number;
  pack: string;
};

export type State = {
  name: string;
  label: Text;
  stage?: Text;
  final: boolean;
  initial: boolean;
  due?: Time;
  late: Late[];
  /** A choice field: here the clauses its row cites lack what it stands for, breached once late; `shows`: getting here is evidence for them. */
  gap?: string;
  shows?: string;
  pack: string;
};
/** One rung of lateness: relative to the due moment, negative `before`. */
export type Late = { before?: Time; after?: Time; tell: Tell };

export type Action = {
  name: string;
  label: Text;
  clauses: string[];
  /** `any` is expanded to every non-final state; empty for `open`. */
  from: string[];
  /** Absent: an entry, any number of times. */
  to?: string;
  by: Group[];
  never: Who[];
  asks: string[];
  /** Sections whose content the seal hashes; absent: no seal. */
  seal?: string[];
  when?: Expression;
  deputy: boolean;
  emergency?: { owes: string[]; due: Time };
  opens: Opening[];
  does: Effect[];
  tell: Tell[];
  /** A clock action's condition is `when`; `by` then holds clock. */
  clock: boolean;
  pack: string;
};

export type Opening = {
  record: string;
  each?: Query;
  when?: Expression;
  with: Record<string, Expression>;
  who?: Allowed[];
  due?: Time;
  late: Late[];
};
export type Effect =
  | { act: { path: string[]; action: string }; each?: Query; when?: Expression; with: Record<string, Expression> } // path [] = a record type's own act by name
  | { effect: { module: string; name: string; args: Expression[] }; when?: Expression };
export type Tell = { who: Allowed[]; message?: Template; ack?: Time; else?: Allowed[]; again?: Time };

export type Gate = {
  name: string;
  /** What it asks, said as it is when it holds: 安全檢測在 30 日內. */
  title?: Template;
  /** What is wrong when it refuses. */
  label: Template;
  clauses: string[];
  /** Actions guarded; also `open`, `save`. */
  guards: string[];
  when?: Expression;
  each?: Query;
  holds?: Expression;
  unique?: string[];
  while?: string[];
  advises: boolean;
  fix?: { text: Text; go?: string };
  waive: 'exception' | 'never' | { by: Group[]; asks: string[] };
  pack: string;
  at: Position;
};

// ── duties and monitors (compiled and rendered now, run later) ─────────────────────────────────────────────────────

export type Duty = {
  name: string;
  label: Text;
  clauses: string[];
  every?: Cadence;
  after?: { record: string; action: string; where?: Where; source: string }[];
  for?: Query;
  who: Allowed[];
  proof: Query;
  with: Record<string, Expression>;
  due?: Time;
  late: Late[];
  pack: string;
  at: Position;
};
export type Cadence =
  | { kind: 'period'; unit: string }
  | { kind: 'span'; of: Time }
  | { kind: 'random'; within: string };

export type Monitor = {
  name: string;
  label: Text;
  clauses: string[];
  for: Query;
  every: Cadence;
  measure?: Expression;
  breach?: Expression;
  lasting?: Time;
  compare?: {
    seen: Expression;
    known: Query;
    match: string;
    extra?: { opens: Opening[]; tell: Tell[] };
    missing?: { opens: Opening[]; tell: Tell[] };
    differs?: { fields: string[]; opens: Opening[]; tell: Tell[] };
  };
  opens: Opening[];
  tell: Tell[];
  pack: string;
  at: Position;
};

// ── diagnostics ────────────────────────────────────────────────────────────────────────────────────────────────────

export type Diagnostic = {
  code: string;
  severity: 'error' | 'warning';
  file: string;
  line: number;
  col: number;
  message: Text;
  remedy: Text;
};

/** One file of a pack, as read from disk or handed over by a screen. `path` begins with the pack's folder name. */
export type SourceFile = { path: string; text: string };

/** One file of a pack's own tests: given, when, then, as plain data; the engine's example runner reads it. */
export type ExampleFile = {
  path: string;
  pack: string;
  world: unknown[];
  examples: {
    name: string;
    at: Position;
    given: unknown[];
    steps: { at: Position; when: Record<string, unknown>; then?: Record<string, unknown> }[];
  }[];
};
