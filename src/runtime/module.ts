import type { Kysely, Transaction } from 'kysely';
import type { ZodType } from 'zod';
import type { Capacity } from '../kernel/engine/capacity.ts';
import type { Actor, Command, Directory, Moment, RecordState, Value } from '../kernel/engine/types.ts';
import type { Definition } from '../kernel/pack/types.ts';
import type { Refused } from '../kernel/refusal.ts';

/** Tables are typed where they are used; the doors pass an untyped handle whose organisation is set for row-level security. */
// biome-ignore lint/suspicious/noExplicitAny: each module types its own tables
export type Db = Kysely<any>;
// biome-ignore lint/suspicious/noExplicitAny: each module types its own tables
export type Tx = Transaction<any>;

/**
 * Machinery that cannot be declared. A module offers commands (through the one write door), projections of its events,
 * and facts that gates may ask. `src/main.ts` registers it with one line.
 */
export type Module = {
  name: string;
  /** By full name: `identity.give_role`. */
  // biome-ignore lint/suspicious/noExplicitAny: inputs differ per command
  commands: Record<string, ModuleCommand<any, any>>;
  /** Writes this module's rows for one event, inside the group's transaction; called for every event, in order, and again on replay. */
  project?(tx: Tx, event: StoredEvent): Promise<void>;
  /** By function name of the pack language: answers many questions at once; `undefined` = unknown. */
  facts?: Record<
    string,
    (db: Tx | Db, asked: { organisation: string; args: Value[]; now: Moment }[]) => Promise<(Value | undefined)[]>
  >;
  /** Its facts that ask what no event tells, as files or another program: a replay does not ask them again. */
  outside?: string[];
  /** Record types whose changes alter this module's facts. */
  reads?: string[];
  /** Effects of `does:` — `monitoring.pause` — as events of this module. */
  effects?: Record<string, (args: Value[], record: string) => NewEvent[]>;
  /**
   * By record type: what an act on such a record brings with it when it reaches another state. Decided behind the act, in its
   * transaction, each a command of its own; one refusal undoes them all, and the act.
   */
  entails?: Record<string, (tx: Tx, state: RecordState) => Promise<Entailed[] | Refused>>;
};

/** `line`: where it stands in the list it comes from, told when it is refused. */
export type Entailed = { actor: Actor; command: Command; line?: number };

export type ModuleCommand<Input, Loaded> = {
  input: ZodType<Input>;
  /** Reads what the decision needs, inside the transaction that holds the organisation's head. */
  load(tx: Tx, input: Input, context: CommandContext): Promise<Loaded>;
  /**
   * Pure: refusals first, then events. `response` goes back to the caller (and is stored for idempotency); `as` says for whom and by
   * which grants, where a role was asked for (`capacityIn`), and stands in the envelopes.
   */
  decide(
    loaded: Loaded,
    input: Input,
    context: CommandContext,
  ): Refused | { events: NewEvent[]; response: Value; as?: Capacity };
};

export type CommandContext = {
  organisation: string;
  actor: Actor;
  now: Moment;
  commandId: string;
  directory: Directory;
  definition: Definition;
};

/** An event before the ledger gives it version and position. `stream` e.g. `person:<id>`, `grant:<id>`, `scan:<id>`, a record's id. */
export type NewEvent = {
  stream: string;
  type: string;
  data: { [key: string]: Value };
  /** Paths inside data to encrypt (strings), with the person (or other subject) whose key does it. */
  personal?: { path: string[]; subject: string }[];
};

/** As handed to projections: personal values in clear again. */
export type StoredEvent = NewEvent & {
  organisation: string;
  pos: number;
  streamVersion: number;
  at: Moment;
  actor: { person?: string; account?: string; for?: string; via?: string };
  command: string;
  definition: string;
  gates?: { [key: string]: Value }[];
};

/**
 * The one door for writes, as http and cli see it. `command.do` is an engine command (open, save, act, comment, link)
 * or a module's (`identity.give_role` with `input`).
 */
export type Dispatch = (request: {
  organisation: string;
  actor: Actor;
  command: import('../kernel/engine/types.ts').Command | { do: string; id: string; input: unknown };
  /** Only simulations and imports of the demo set it; otherwise the server's clock. */
  at?: Moment;
}) => Promise<Refused | DispatchResult>;

export type DispatchResult = {
  /** Position of the first event written and how many. */
  pos: number;
  count: number;
  response: Value;
  /** The stored answer of an earlier identical command id. */
  repeated: boolean;
};
