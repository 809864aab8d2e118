import { OUTSIDE_AUDITOR } from '../kernel/engine/outside.ts';
import type { Envelope } from '../kernel/ledger/envelope.ts';
import type { ActRules } from '../kernel/ledger/grants.ts';
import type { Action, Definition } from '../kernel/pack/types.ts';

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
  const actionOf = ({ stream, definition, data }: Envelope): Action | undefined =>
    definitionOf(openedUnder.get(stream) ?? definition)?.records[String(data.type)]?.actions[String(data.action)];
  return {
    isApproving: (role) => role === OUTSIDE_AUDITOR || (current?.roles[role]?.approving ?? false),
    // What an act sets off in other records (`does`) relies on the act itself: only the first of a command is asked.
    needsGrant: (envelope) =>
      isAct(envelope) &&
      envelope.command !== judged &&
      envelope.actor.person !== undefined &&
      envelope.actor.via !== 'setup' &&
      onlyRoles(actionOf(envelope)),
    endsSetup: (envelope) => {
      if (envelope.type === 'definition.adopted') current = definitionOf(String(envelope.data.hash)) ?? current;
      if (envelope.type === 'record.opened') openedUnder.set(envelope.stream, envelope.definition);
      if (isAct(envelope)) judged = envelope.command;
      return envelope.type === 'setting.edited' && envelope.data.name === SETUP_ENDED;
    },
  };
}

const isAct = ({ type }: Envelope) => type === 'record.acted' || type === 'record.voted';

/** Some group of the action admits nobody but holders of roles. */
const onlyRoles = (action: Action | undefined): boolean =>
  action?.by.some(
    (group) => group.any.length > 0 && group.any.every(({ who }) => who.kind === 'role' || who.kind === 'role_of'),
  ) ?? false;
