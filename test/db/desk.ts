import { randomUUID } from 'node:crypto';
import type { Refusal } from '../../src/kernel/refusal.ts';
import { type Office, PASSWORD } from './office.ts';
import type { PersonName } from './people.ts';

/** What people do at their desks, through requests: open, fill, act, look. */

// biome-ignore lint/suspicious/noExplicitAny: values differ per record type
type Values = Record<string, any>;

export type Desk = ReturnType<typeof deskOf>;

/** Whoever lets people in by name: the office in process, or one on a real server. */
export type Door = Pick<Office, 'as'>;

export function deskOf(office: Door) {
  const desk = {
    async open(who: PersonName, type: string, values: Values = {}): Promise<string> {
      return (await (await office.as(who)).ok('records.open', { type, values })).id;
    },
    async get(who: PersonName, id: string, asOf?: string) {
      return (await office.as(who)).ok('records.get', { id, ...(asOf ? { asOf } : {}) });
    },
    async save(who: PersonName, id: string, values: Values): Promise<void> {
      const { version } = await desk.get(who, id);
      await (await office.as(who)).ok('records.save', { id, version, values });
    },
    /** Acts with the password given again, as the page does for every sealing action. */
    async act(who: PersonName, id: string, action: string, values: Values = {}): Promise<string> {
      const answer = await desk.tryTo(who, id, action, values);
      if (answer.status !== 200)
        throw new Error(
          `${who} ${action}: ${answer.status} ${describe(answer.refused) || JSON.stringify(answer.body)}`,
        );
      return (await desk.get(who, id)).state;
    },
    /** The refusals of an act; empty when it went through. */
    async refused(who: PersonName, id: string, action: string, values: Values = {}): Promise<Refusal[]> {
      return (await desk.tryTo(who, id, action, values)).refused;
    },
    async tryTo(who: PersonName, id: string, action: string, values: Values = {}) {
      const input = { id, action, with: values, factor: { password: PASSWORD }, commandId: randomUUID() };
      return (await office.as(who)).call('records.act', input);
    },
    async file(who: PersonName, name: string, content: string | Uint8Array = `內容 ${name}`) {
      return (await office.as(who)).upload(name, content);
    },
    async importReport(who: PersonName, name: string, content: string | Uint8Array, about: Values) {
      const { sha256 } = await desk.file(who, name, content);
      return (await office.as(who)).ok('scans.import', { file: sha256, ...about });
    },
  };
  return desk;
}

/** The gates that refused, by name. */
export const gatesOf = (refused: Refusal[]) => refused.map((refusal) => refusal.gate ?? refusal.code).sort();

const describe = (refused: Refusal[]) =>
  refused
    .map((refusal) => [refusal.gate ?? refusal.code, refusal.field, refusal.message.zh].filter(Boolean).join(' '))
    .join(' · ');
