import type { Command, Known, Moment } from '../kernel/engine/types.ts';
import { isDuring } from '../kernel/engine/who.ts';
import type { Action, Allowed, RecordType, Who } from '../kernel/pack/types.ts';
import type { OrganisationContext } from './parts.ts';

/**
 * The grants an act relies on: those of the principal, valid now, for any role the action's `by` names.
 * They stand in the envelope, so that verification can check each act against the ledger's own grants (ledger.md, settled point 4).
 */
export function grantsOf(
  context: OrganisationContext,
  known: Known,
  command: { do: string },
  principal: string,
  now: Moment,
): string[] {
  const roles = rolesFor(context, known, command as Command);
  return context.directory.grants
    .filter((grant) => grant.person === principal && roles.has(grant.role) && isDuring(grant, now))
    .map((grant) => grant.id)
    .sort();
}

function rolesFor(context: OrganisationContext, known: Known, command: Command): Set<string> {
  if (command.do === 'confirm') return new Set(Object.keys(context.definition.lists.countersigner?.rows ?? {}));
  // Whoever enters paper relies on no authority of their own.
  if ((command.do !== 'act' || command.paper) && command.do !== 'open') return new Set();
  const state = command.do === 'act' ? known.records.get(command.record) : undefined;
  const type =
    command.do === 'open'
      ? context.definition.records[command.type]
      : state && context.definitions.get(state.definition)?.records[state.type];
  const action = type?.actions[command.do === 'open' ? 'open' : command.action];
  const actions = command.do === 'open' ? [action, ...setOffBy(type)] : [action];
  const groups = actions.flatMap((one) => one?.by ?? []);
  return new Set(groups.flatMap((group) => group.any.flatMap((allowed: Allowed) => rolesIn(allowed.who))));
}

/** Acts on the same record that opening it sets off: they rely on the same person's grants. */
const setOffBy = (type: RecordType | undefined): Action[] =>
  (type?.actions.open?.does ?? []).flatMap((effect) => {
    const own = 'act' in effect && effect.act.path.length === 0 ? type?.actions[effect.act.action] : undefined;
    return own ? [own] : [];
  });

const rolesIn = (who: Who): string[] => (who.kind === 'role' || who.kind === 'role_of' ? [who.role] : []);
