import type { Module } from '../../runtime/module.ts';
import { acceptInvitation, invite, linkAccount, unlinkAccount, withdrawInvitation } from './accounts.ts';
import { projectCarried, revokeCarried } from './carried.ts';
import { type CombinationsOf, none } from './combining.ts';
import { addDeputy, endDeputy } from './deputies.ts';
import { administered, conflicts, type DefinitionOf, hasRole } from './facts.ts';
import { finishHandover, projectHandover } from './handover.ts';
import { admitAuditor } from './outside.ts';
import { addPerson, editPerson, endPerson } from './persons.ts';
import { project } from './projection.ts';
import { confirmRole, giveRole, revokeRole } from './roles.ts';
import { editSetting } from './settings.ts';
import { effects, resumePerson, suspendPerson } from './suspension.ts';
import { addUnit, editUnit, endUnit } from './units.ts';
import { projectWatched } from './watched.ts';

export { actsNobodyCanPerform, type ThinAct } from './acts.ts';
export { roleLabel } from './authority.ts';
export { type RoleEnded, uncarried } from './carried.ts';
export type { Combination, CombinationsOf } from './combining.ts';
export {
  accountsOfPerson,
  admissionOf,
  grantsOfPerson,
  isHere,
  loadDirectory,
  personOfAccount,
  type Suspicious,
} from './directory.ts';
export { endingSoon } from './ending.ts';
export { handoversDue, recordsOf } from './handover.ts';
export { grantHolds, sealGrant } from './mac.ts';
export { emailKey } from './people.ts';
export { organisationsOfAccount } from './reach.ts';
export { scopeWords } from './scope.ts';
export { getPerson, listPersons, listUnits, openInvitation, settings, type UnitView } from './views.ts';
export { combinations, unlisted, type WatchedAct, watchedActs } from './watched.ts';

export type IdentityOptions = {
  /** Seals the rows that confer authority. */
  nodeKey: Uint8Array;
  /** Lets the fact `conflicts` know which roles exclude each other; without it the fact is not offered. */
  definitionOf?: DefinitionOf;
  /** Exceptions that permit one person two roles; without it there are none. */
  combinationsOf?: CombinationsOf;
};

/** People, their units, roles, deputies and accounts. */
export function identity({ nodeKey, definitionOf, combinationsOf = none }: IdentityOptions): Module {
  return {
    name: 'identity',
    commands: {
      'identity.add_unit': addUnit,
      'identity.edit_unit': editUnit,
      'identity.end_unit': endUnit,
      'identity.add_person': addPerson,
      'identity.edit_person': editPerson,
      'identity.end_person': endPerson(nodeKey),
      'identity.suspend_person': suspendPerson,
      'identity.resume_person': resumePerson,
      'identity.link_account': linkAccount,
      'identity.unlink_account': unlinkAccount,
      'identity.give_role': giveRole(nodeKey, combinationsOf),
      'identity.admit_auditor': admitAuditor(nodeKey),
      'identity.confirm_role': confirmRole(nodeKey, combinationsOf),
      'identity.revoke_role': revokeRole(nodeKey),
      'identity.add_deputy': addDeputy,
      'identity.end_deputy': endDeputy,
      'identity.invite': invite,
      'identity.accept_invitation': acceptInvitation(nodeKey),
      'identity.withdraw_invitation': withdrawInvitation(nodeKey),
      'identity.edit_setting': editSetting,
      'identity.revoke_carried': revokeCarried(nodeKey),
      'identity.finish_handover': finishHandover(nodeKey),
    },
    async project(tx, event) {
      await project(tx, event, nodeKey);
      await projectWatched(tx, event);
      await projectHandover(tx, event);
      await projectCarried(tx, event);
    },
    facts: {
      has_role: hasRole(nodeKey),
      administered,
      ...(definitionOf ? { conflicts: conflicts(nodeKey, definitionOf) } : {}),
    },
    effects,
  };
}
