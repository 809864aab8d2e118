import { heldOn } from '../kernel/engine/marks.ts';
import type { Command, Known, Moment } from '../kernel/engine/types.ts';
import { isDuring } from '../kernel/engine/who.ts';
import type { Action, Allowed, RecordType, Who } from '../kernel/pack/types.ts';
import type { OrganisationContext } from './parts.ts';

/**
 * The grants an act relies on: those of the principal, valid now, for any role the action's `by` names; of paper the principal is its
 * signer, since whoever enters it relies on no authority of their own.
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
  if (command.do === 'open') {
    const type = context.definition.records[command.type];
    return rolesOf(type?.actions.open, ...setOffBy(type));
  }
  if (command.do !== 'act' && command.do !== 'confirm') return new Set();
  const state = known.records.get(command.record);
  const actions = state && context.definitions.get(state.definition)?.records[state.type]?.actions;
  if (command.do === 'act') return rolesOf(actions?.[command.action]);
  // Whoever could do it as well confirms it, and the roles that countersign.
  const held = state && heldOn(state).find(({ mark }) => mark.id === command.mark);
  const countersigners = Object.keys(context.definition.lists.countersigner?.rows ?? {});
  return new Set([...countersigners, ...rolesOf(held && actions?.[held.what])]);
}

function rolesOf(...actions: (Action | undefined)[]): Set<string> {
  const groups = actions.flatMap((action) => action?.by ?? []);
  return new Set(groups.flatMap((group) => group.any.flatMap((allowed: Allowed) => rolesIn(allowed.who))));
}

/** Acts on the same record that opening it sets off: they rely on the same person's grants. */
const setOffBy = (type: RecordType | undefined): Action[] =>
  (type?.actions.open?.does ?? []).flatMap((effect) => {
    const own = 'act' in effect && effect.act.path.length === 0 ? type?.actions[effect.act.action] : undefined;
    return own ? [own] : [];
  });

const rolesIn = (who: Who): string[] => (who.kind === 'role' || who.kind === 'role_of' ? [who.role] : []);
