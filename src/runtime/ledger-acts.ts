import { localDate } from '../kernel/calendar/date.ts';
import { OUTSIDE_AUDITOR } from '../kernel/engine/outside.ts';
import type { Envelope } from '../kernel/ledger/envelope.ts';
import type { ActRules } from '../kernel/ledger/grants.ts';
import { emptyPeopleIndex, followPeople } from '../kernel/ledger/people.ts';
import type { Action, Definition } from '../kernel/pack/types.ts';
import { destroying } from './ledger-destroying.ts';
import { directories, type Place, standingFault } from './ledger-standing.ts';
import { tuning } from './ledger-tuned.ts';

/** The setting whose event ends set-up: from there on nobody is given a role by `setup` alone. */
export const SETUP_ENDED = 'setup.ended';

/**
 * What verification demands of every act, read off the definitions in force as the ledger goes by: approving roles need two
 * givers, and an act that only roles may perform names the grant it relied on. Used once, from the first entry on.
 */
export function actRules(definitionOf: (hash: string) => Definition | undefined): ActRules {
  let current: Definition | undefined;
  let judged = '';
  const openedUnder = new Map<string, string>();
  const places = new Map<string, Place>();
  const people = emptyPeopleIndex();
  const directoryOf = directories();
  let changes = 0;
  const tuned = tuning(definitionOf);
  const destroyed = destroying((record) => places.get(record)?.requester);
  const actionOf = ({ stream, definition, data }: Envelope): Action | undefined =>
    definitionOf(openedUnder.get(stream) ?? definition)?.records[String(data.type)]?.actions[
      String(data.action ?? 'open')
    ];
  return {
    isApproving: (role) => role === OUTSIDE_AUDITOR || (current?.roles[role]?.approving ?? false),
    // What an act sets off in other records (`does`) relies on the act itself: only the first of a command is asked.
    needsGrant: (envelope) =>
      isJudged(envelope) &&
      envelope.command !== judged &&
      envelope.actor.person !== undefined &&
      envelope.actor.via !== 'setup' &&
      onlyRoles(actionOf(envelope)),
    further: (envelope, index) => {
      learnPlace(places, envelope);
      const faults = [...followPeople(people, envelope), ...destroyed(envelope), ...tuned(envelope)];
      const action = isJudged(envelope) && envelope.command !== judged ? actionOf(envelope) : undefined;
      if (action && envelope.actor.via !== 'setup' && !isMarked(envelope)) {
        const directory = directoryOf(index, people, changes, localDate(envelope.at));
        faults.push(...standingFault(envelope, action, places.get(envelope.stream) ?? {}, directory));
      }
      if (CHANGES_PEOPLE.test(envelope.type)) changes += 1;
      return faults;
    },
    endsSetup: (envelope) => {
      if (envelope.type === 'definition.adopted') current = definitionOf(String(envelope.data.hash)) ?? current;
      if (envelope.type === 'record.opened') openedUnder.set(envelope.stream, envelope.definition);
      if (isAct(envelope)) judged = envelope.command;
      return envelope.type === 'setting.edited' && envelope.data.name === SETUP_ENDED;
    },
  };
}

/** Acts, and openings by hand of one's own: what a list or another record opens stands on that. */
const isJudged = (envelope: Envelope): boolean =>
  isAct(envelope) ||
  (envelope.type === 'record.opened' && envelope.data.marked === undefined && envelope.data.origin === undefined);

const isAct = ({ type }: Envelope) => type === 'record.acted' || type === 'record.voted';

/** After these somebody else may be the one who may. */
const CHANGES_PEOPLE = /^(grant|grants|person|unit)\./;

/** Of what is marked (paper, 補登, 兼任) somebody else's standing counts, or an exception's. */
function isMarked({ data }: Envelope): boolean {
  const { act, votes = [] } = data as { act?: { mark?: unknown }; votes?: { mark?: unknown }[] };
  return [act, ...votes].some((one) => one?.mark !== undefined);
}

function learnPlace(places: Map<string, Place>, { type, stream, data }: Envelope): void {
  const { unit, requester } = data;
  if (type === 'record.opened')
    places.set(stream, {
      ...(typeof unit === 'string' ? { unit } : {}),
      ...(typeof requester === 'string' ? { requester } : {}),
    });
  if (type === 'record.handed' && requester === true)
    places.set(stream, { ...places.get(stream), requester: String(data.to) });
}

/** Some group of the action admits nobody but holders of roles. */
const onlyRoles = (action: Action | undefined): boolean =>
  action?.by.some(
    (group) => group.any.length > 0 && group.any.every(({ who }) => who.kind === 'role' || who.kind === 'role_of'),
  ) ?? false;
