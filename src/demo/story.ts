import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Blobs } from '../adapters/blobs/folder.ts';
import type { ImportOutcome, Report } from '../http/reports.ts';
import { addWorkdays } from '../kernel/calendar/calendar.ts';
import { addDays, localDate, momentOf } from '../kernel/calendar/date.ts';
import type { Actor, Command, FileValue, Moment, RecordState, Values } from '../kernel/engine/types.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import type { Dispatch, DispatchResult } from '../runtime/module.ts';
import type { Parts } from '../runtime/parts.ts';
import { noteUpload } from '../runtime/store/files.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import { reportOf } from './reports/reports.ts';

/** What the demo is made with; `src/main.ts` hands it over. */
export type DemoParts = {
  parts: Pick<Parts, 'db' | 'clock' | 'calendar'>;
  dispatch: Dispatch;
  blobs: Blobs;
  /** Reads a stored report and enters it, as the import page does. */
  importReport(report: Report): Promise<ImportOutcome | Refused>;
  /** Opens an account of the installation and answers its id. */
  openAccount(wanted: { name: string; email: string; password: string }): Promise<Refused | { account: string }>;
  /** Gives the morning digest of that moment, with these command ids. */
  digest(now: Moment, commandId: () => string): Promise<void>;
  say(line: string): void;
};

type Step = { at: Moment; order: number; run: () => Promise<void> };

/**
 * Half a year told in working days before today (`-1` is the last one), each step at its hour in Taipei. Chapters put steps in;
 * `play` runs them all in the order of time, waking records in between as the scheduler would have done.
 */
export type Story = ReturnType<typeof createStory>;

export function createStory(demo: DemoParts, organisation: string) {
  const { parts, dispatch } = demo;
  const today = localDate(parts.clock());
  const steps: Step[] = [];
  const accounts = new Map<string, string>();
  let now: Moment = parts.clock();
  let commands = 0;

  const id = (key: string): string => idIn(organisation, key);
  const commandId = (): string => {
    commands += 1;
    return derived(`${organisation}/command/${commands}`);
  };
  const day = (n: number): string => addWorkdays(parts.calendar(), today, n).value;
  const moment = (n: number, clock: string): Moment => momentOf(day(n), clock);

  const actor = (who: string): Actor => {
    const account = accounts.get(who);
    return { kind: 'person', person: id(who), factor: 'password', via: 'web', ...(account ? { account } : {}) };
  };
  const send = (as: Actor, command: Parameters<Dispatch>[0]['command']) =>
    dispatch({ organisation, actor: as, command, at: now });
  const must = async (what: string, answer: Promise<Refused | DispatchResult>): Promise<DispatchResult> => {
    const outcome = await answer;
    if (isRefused(outcome)) throw new Error(`demo, ${now}: ${what} was refused: ${told(outcome)}`);
    return outcome;
  };
  const engine = (who: string, command: Command) => send(actor(who), command);

  async function stateOf(record: string): Promise<RecordState> {
    const found = await withOrganisation(parts.db, organisation, (tx) =>
      sql<{
        body: RecordState;
      }>`select body from record where organisation = ${organisation} and id = ${record}`.execute(tx),
    );
    const state = found.rows[0]?.body;
    if (!state) throw new Error(`demo: there is no record ${record}`);
    return state;
  }

  /** Ids of records of a type that fit, oldest first. */
  async function find(type: string, fits: (state: RecordState) => boolean = () => true): Promise<string[]> {
    const found = await withOrganisation(parts.db, organisation, (tx) =>
      sql<{ body: RecordState }>`select body from record where organisation = ${organisation} and type = ${type}
        order by opened_at, number, id`.execute(tx),
    );
    return found.rows
      .map((row) => row.body)
      .filter(fits)
      .map((state) => state.id);
  }

  /** Wakes what is due up to a moment, each record at its own moment. */
  async function wakeUntil(end: Moment): Promise<void> {
    let last = '';
    for (;;) {
      const found = await withOrganisation(parts.db, organisation, (tx) =>
        sql<{
          id: string;
          at: Date;
        }>`select id, wake_at as at from record where organisation = ${organisation} and wake_at <= ${end}::timestamptz
          order by wake_at, id limit 1`.execute(tx),
      );
      const due = found.rows[0];
      if (!due) return;
      const key = `${due.id} ${due.at.toISOString()}`;
      if (key === last) throw new Error(`demo: record ${due.id} stays due at ${due.at.toISOString()}`);
      last = key;
      if (due.at.toISOString() > now) now = due.at.toISOString();
      await must(`tick ${due.id}`, send({ kind: 'clock' }, { do: 'tick', id: commandId(), record: due.id }));
    }
  }

  return {
    organisation,
    today,
    id,
    day,
    moment,
    stateOf,
    find,
    accounts,
    now: () => now,
    /** The first moment of today in Taipei. */
    midnight: momentOf(today),
    /** So many calendar days from today. */
    date: (days: number): string => addDays(today, days),
    window: (n: number, from: string, until: string) => ({ start: moment(n, from), end: moment(n, until) }),

    /** A step of the story, `n` working days before today at that hour. */
    on(n: number, clock: string, run: () => Promise<void>): void {
      steps.push({ at: moment(n, clock), order: steps.length, run });
    },

    async open(who: string, type: string, key: string, values: Values, more: { origin?: string } = {}): Promise<void> {
      const command: Command = { do: 'open', id: commandId(), type, record: id(key), values, ...more };
      await must(`${who} opens ${key}`, engine(who, command));
    },
    async save(who: string, key: string, values: Values): Promise<void> {
      await must(`${who} saves ${key}`, engine(who, { do: 'save', id: commandId(), record: id(key), values }));
    },
    async act(who: string, key: string, action: string, given: Values = {}): Promise<void> {
      const command: Command = { do: 'act', id: commandId(), record: id(key), action, with: given };
      await must(`${who} does ${key}.${action}`, engine(who, command));
    },
    /** The same for records that other acts opened, by their own ids. */
    async saveIn(who: string, record: string, values: Values): Promise<void> {
      await must(`${who} saves ${record}`, engine(who, { do: 'save', id: commandId(), record, values }));
    },
    async actIn(who: string, record: string, action: string, given: Values = {}): Promise<void> {
      const command: Command = { do: 'act', id: commandId(), record, action, with: given };
      await must(`${who} does ${action} in ${record}`, engine(who, command));
    },
    /** Does what a gate of this act lets somebody waive, with the reason. */
    async waive(
      who: string,
      key: string,
      action: string,
      gate: string,
      reason: string,
      given: Values = {},
    ): Promise<void> {
      const waive = [{ gate, with: { reason } }];
      const command: Command = { do: 'act', id: commandId(), record: id(key), action, with: given, waive };
      await must(`${who} waives ${gate} of ${key}.${action}`, engine(who, command));
    },
    /** Tries what must be refused, by a gate's name or a refusal's code; the attempt stays on record. */
    async refused(who: string, key: string, action: string, why: string, given: Values = {}): Promise<void> {
      await this.refusedIn(who, id(key), action, why, given);
    },
    async refusedIn(who: string, record: string, action: string, why: string, given: Values = {}): Promise<void> {
      const command: Command = { do: 'act', id: commandId(), record, action, with: given };
      const outcome = await engine(who, command);
      const what = `demo, ${now}: ${who}, ${action} in ${record}`;
      if (!isRefused(outcome)) throw new Error(`${what} was not refused`);
      const found = outcome.refused.some((one) => one.gate === why || one.code === why);
      if (!found) throw new Error(`${what} was refused otherwise than by ${why}: ${told(outcome)}`);
    },
    /** Notices somebody has not read, or not acknowledged, in an order that every building repeats. */
    async noticesOf(who: string, lacking: 'unread' | 'unacknowledged' = 'unread'): Promise<string[]> {
      const found = await withOrganisation(parts.db, organisation, (tx) =>
        sql<{ id: string }>`select id from notice where organisation = ${organisation} and person = ${id(who)}
          and ${lacking === 'unread' ? sql`read_at is null` : sql`ack_until is not null and ack_at is null`} order by id`.execute(
          tx,
        ),
      );
      return found.rows.map((row) => row.id);
    },
    async comment(who: string, key: string, text: string): Promise<void> {
      await must(`comment on ${key}`, engine(who, { do: 'comment', id: commandId(), record: id(key), text }));
    },
    /** A command of a module; without `who`, the set-up does it. */
    async run(name: string, input: unknown, who?: string): Promise<DispatchResult> {
      return must(name, send(who ? actor(who) : { kind: 'setup' }, { do: name, id: commandId(), input }));
    },

    /** The morning digest, as the scheduler gives it. */
    digest: (): Promise<void> => demo.digest(now, commandId),

    /** Stores an attachment as an upload does. */
    async file(who: string, name: string, content: string | Uint8Array, slot?: string): Promise<FileValue> {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      const media = MEDIA[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
      const { sha256, size } = await demo.blobs.put(
        (async function* () {
          yield bytes;
        })(),
      );
      await withOrganisation(parts.db, organisation, (tx) =>
        noteUpload(tx, organisation, { sha256, size, name, media, scan: 'none', by: id(who), at: now }),
      );
      return { id: sha256, name, sha256, size, media, ...(slot ? { slot } : {}) };
    },

    /** Imports a tool's report through the door that the import page uses. */
    async import(
      who: string,
      report: { name: string; text: string },
      about: { targets: Record<string, string>; system?: string; release?: string; patchedOn?: string },
    ): Promise<void> {
      const file = await this.file(who, report.name, report.text);
      const targets = Object.fromEntries(Object.entries(about.targets).map(([address, host]) => [address, id(host)]));
      const outcome = await demo.importReport({
        organisation,
        actor: actor(who),
        commandId: commandId(),
        file: { sha256: file.sha256, name: report.name },
        targets,
        at: now,
        ...(about.system ? { system: id(about.system) } : {}),
        ...(about.release ? { release: id(about.release) } : {}),
        ...(about.patchedOn ? { patchedOn: about.patchedOn } : {}),
      });
      if (isRefused(outcome)) throw new Error(`demo, ${now}: import of ${report.name} was refused: ${told(outcome)}`);
    },

    /** A stored report of `reports/`, as its tool would have written it now. */
    async importOf(who: string, file: string, targets: Record<string, string>, system?: string): Promise<void> {
      const about = { targets, patchedOn: localDate(now), ...(system ? { system } : {}) };
      await this.import(who, reportOf(file, now), about);
    },

    /** Runs everything in the order of time, up to the first minutes of today; tells of every month begun. */
    async play(): Promise<void> {
      steps.sort((a, b) => (a.at === b.at ? a.order - b.order : a.at < b.at ? -1 : 1));
      let month = '';
      for (const step of steps) {
        await wakeUntil(step.at);
        now = step.at;
        const next = localDate(now).slice(0, 7);
        if (next !== month) demo.say(`  ${next} …`);
        month = next;
        await step.run();
      }
      await wakeUntil(momentOf(today, '00:05'));
    },

    /** Sets the clock for what comes before the first step. */
    begin(n: number, clock: string): void {
      now = moment(n, clock);
    },
  };
}

const MEDIA: Record<string, string> = {
  txt: 'text/plain',
  log: 'text/plain',
  csv: 'text/csv',
  xml: 'application/xml',
  pdf: 'application/pdf',
};

const told = ({ refused }: Refused): string =>
  refused
    .map((one) => `${one.gate ?? one.code}: ${one.message.zh}${one.items ? ` (${one.items.join('、')})` : ''}`)
    .join('; ');

/** The id of a person, unit or record that the story calls `key`. */
export const idIn = (organisation: string, key: string): string => derived(`${organisation}/${key}`);

/** SHA-256 in the shape of a UUID: the same story gives the same ids. */
function derived(from: string): string {
  const hex = createHash('sha256').update(from).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
