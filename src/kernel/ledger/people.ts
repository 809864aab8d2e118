import { localDate } from '../calendar/date.ts';
import { type Text, text } from '../text.ts';
import type { Envelope } from './envelope.ts';

/** Who was who, as the ledger says: built while reading it from its beginning. */
export type PeopleIndex = {
  persons: Map<string, { unit: string; from?: string; until?: string; suspended: boolean }>;
  /** Person by account, while linked. */
  accounts: Map<string, string>;
  deputies: Map<string, { for: string; person: string; from: string; until: string }>;
  units: Map<string, { id: string; under?: string; until?: string; successor?: string }>;
};

export const emptyPeopleIndex = (): PeopleIndex => ({
  persons: new Map(),
  accounts: new Map(),
  deputies: new Map(),
  units: new Map(),
});

/**
 * Judges who is said to have acted, by what the ledger said of them before: somebody it knows, in office and not suspended that day, through
 * an account of theirs, and as a deputy only of whoever named them for that day. Rows of the database that said otherwise for a while, an ended
 * one put back among them, are found by it. Then learns from the event.
 */
export function followPeople(index: PeopleIndex, envelope: Envelope): Text[] {
  const faults = envelope.actor.via === 'setup' || envelope.type === ACCEPTED ? [] : actorFaults(index, envelope);
  learn(index, envelope);
  return faults;
}

/** Whoever accepts an invitation is linked by it. */
const ACCEPTED = 'invitation.accepted';

function actorFaults(index: PeopleIndex, { actor, at, type, data }: Envelope): Text[] {
  if (actor.person === undefined) return [];
  const known = index.persons.get(actor.person);
  if (!known) return [text('作為人不在此前的軌跡中', 'whoever acted is nobody the ledger before it knows')];
  const day = localDate(at);
  const faults: Text[] = [];
  if (known.suspended) faults.push(text('作為人當時停權中', 'whoever acted was suspended at that moment'));
  if ((known.from ?? day) > day || (known.until ?? day) < day)
    faults.push(text('作為人當日不在職', 'whoever acted was not in office that day'));
  const links = type === 'account.linked' && data.account === actor.account;
  if (actor.account !== undefined && !links && index.accounts.get(actor.account) !== actor.person)
    faults.push(text('所用帳號當時不屬於作為人', 'the account used was not linked to whoever acted'));
  if (actor.for !== undefined && !isDeputy(index, actor.person, actor.for, day))
    faults.push(text('作為人當日不是所稱之人的代理人', 'whoever acted was no deputy of the one named, that day'));
  return faults;
}

const isDeputy = ({ deputies }: PeopleIndex, person: string, principal: string, day: string): boolean =>
  [...deputies.values()].some(
    (one) => one.person === person && one.for === principal && one.from <= day && day <= one.until,
  );

function learn(index: PeopleIndex, { type, data }: Envelope): void {
  const id = String(data.person);
  switch (type) {
    case 'person.added':
      index.persons.set(id, { unit: String(data.unit), suspended: false, ...dated(data) });
      return;
    case 'person.edited':
    case 'person.ended':
    case 'person.suspended':
    case 'person.resumed': {
      const known = index.persons.get(id);
      if (!known) return;
      if (typeof data.unit === 'string') known.unit = data.unit;
      Object.assign(known, dated(data));
      if (type === 'person.suspended' || type === 'person.resumed') known.suspended = type === 'person.suspended';
      return;
    }
    case 'account.linked':
      index.accounts.set(String(data.account), id);
      return;
    case 'account.unlinked':
      index.accounts.delete(String(data.account));
      return;
    case 'deputy.named':
      index.deputies.set(String(data.deputy), {
        for: String(data.for),
        person: id,
        from: String(data.from),
        until: String(data.until),
      });
      return;
    case 'deputy.ended':
      index.deputies.delete(String(data.deputy));
      return;
    case 'unit.added':
    case 'unit.edited':
    case 'unit.ended': {
      const unit = String(data.unit);
      const given = Object.fromEntries(
        ['under', 'until', 'successor'].flatMap((name) => (typeof data[name] === 'string' ? [[name, data[name]]] : [])),
      );
      index.units.set(unit, { ...index.units.get(unit), id: unit, ...given });
    }
  }
}

const dated = (data: Envelope['data']): { from?: string; until?: string } => ({
  ...(typeof data.from === 'string' ? { from: data.from } : {}),
  ...(typeof data.until === 'string' ? { until: data.until } : {}),
});
