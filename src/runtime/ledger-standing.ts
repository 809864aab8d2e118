import type { Directory } from '../kernel/engine/directory.ts';
import { aboveOf, successors } from '../kernel/engine/successors.ts';
import { headsOf, holdersNear } from '../kernel/engine/who.ts';
import type { Envelope } from '../kernel/ledger/envelope.ts';
import type { GrantIndex, KnownGrant } from '../kernel/ledger/grants.ts';
import type { PeopleIndex } from '../kernel/ledger/people.ts';
import type { Action, Who } from '../kernel/pack/types.ts';
import { type Text, text } from '../kernel/text.ts';

/** Where a record belongs, as its events say. */
export type Place = { unit?: string; requester?: string };

/**
 * Whether the ledger's own people admit whoever did an act that only roles may do: in one of its groups they, or whom they act for, hold the
 * role for the record's unit, or over its requester. So a unit or person moved for a moment, to make somebody the head, is found. What else an
 * action may ask (a path, an earlier act) is not judged here.
 */
export function standingFault(envelope: Envelope, action: Action, place: Place, directory: Directory): Text[] {
  const { actor, at } = envelope;
  const principal = actor.for ?? actor.person;
  if (principal === undefined || !action.by.every(({ any }) => any.every(({ who }) => isJudged(who)))) return [];
  const unit = place.unit ?? (place.requester && directory.persons[place.requester]?.unit);
  const meant = (who: Who): string[] =>
    who.kind === 'role'
      ? holdersNear(directory, who.role, unit, at)
      : who.kind === 'role_of' && place.requester
        ? headsOf(directory, who.role, place.requester, at)
        : [];
  if (action.by.some(({ any }) => any.some(({ who }) => meant(who).includes(principal)))) return [];
  return [
    text(
      '依軌跡所載的單位與角色，作為人當時無權為此',
      'by the units and roles the ledger holds, whoever acted could not do this then',
    ),
  ];
}

const isJudged = (who: Who): boolean =>
  who.kind === 'role' ||
  (who.kind === 'role_of' && who.of.kind === 'path' && who.of.path.length === 1 && who.of.path[0] === 'requester');

/** The people of the ledger as decisions see them on a day; the same one until something about them changes. */
export function directories(): (index: GrantIndex, people: PeopleIndex, changes: number, day: string) => Directory {
  let kept: { changes: number; day: string; directory: Directory } | undefined;
  return (index, people, changes, day) => {
    if (kept?.changes !== changes || kept.day !== day)
      kept = { changes, day, directory: directoryOn(index, people, day) };
    return kept.directory;
  };
}

function directoryOn({ grants }: GrantIndex, people: PeopleIndex, day: string): Directory {
  const units = [...people.units.values()];
  const heir = successors(units, day);
  const counts = ({ flawed, revokedAt, person }: KnownGrant) =>
    !flawed && revokedAt === undefined && people.persons.get(person)?.suspended !== true;
  return {
    units: Object.fromEntries(
      units.map((unit) => {
        const under = aboveOf(unit, heir);
        return [unit.id, { id: unit.id, name: '', ...(under === undefined ? {} : { under }) }];
      }),
    ),
    persons: Object.fromEntries([...people.persons].map(([id, { unit }]) => [id, { id, name: '', unit: heir(unit) }])),
    grants: [...grants.values()].filter(counts).map(({ grant, person, role, unit, from, until }) => ({
      ...{ id: grant, person, role, unit: heir(unit), from },
      ...(until === undefined ? {} : { until }),
    })),
    deputies: [],
  };
}
