import { z } from 'zod';
import type * as View from '../../runtime/views.ts';
import { commandId, created, done, Factor, Id, IsoDate, Label, Named, read, view, write } from './shapes.ts';

/** Who I am, setting up, persons and units. */

export const me = {
  get: read('me', '/me', 'Who I am, my roles, counts').output(view<View.Me>()),
  switchOrganisation: write('me', '/me/organisation', 'Work in another organisation')
    .input(z.object({ organisation: Id }))
    .output(view<View.Me>()),
  preferences: write('me', '/me/preferences', 'Language and appearance', 'PUT')
    .input(z.object({ language: z.enum(['zh-TW', 'en']), theme: z.enum(['auto', 'light', 'dark']) }).partial())
    .output(
      z.object({ language: z.enum(['zh-TW', 'en']).optional(), theme: z.enum(['auto', 'light', 'dark']).optional() }),
    ),
};

const SetupStep = z.enum(['start', 'packs', 'units', 'people', 'acts', 'finish', 'done']);
const SetupStatus = z.object({
  step: SetupStep,
  codeRequired: z.boolean().describe('the code printed at first start'),
  demoReady: z.boolean(),
  organisation: Named.optional(),
});
const PackChoice = z.object({
  name: Id,
  version: z.string(),
  title: Label,
  audience: Label.optional(),
  clauses: z.number().int(),
  forms: z.number().int(),
  uses: z.array(Id),
  adopted: z.boolean(),
});
export const setup = {
  status: read('setup', '/setup', 'How far setting up has come; needs no session').output(SetupStatus),
  start: write('setup', '/setup', 'The organisation and its administrator account')
    .input(
      z.object({
        commandId,
        code: z.string().max(100),
        organisation: z.object({
          name: z.string().min(1).max(100),
          kind: z.enum(['agency', 'school', 'company', 'operator', 'city']),
          level: z.enum(['A', 'B', 'C', 'D', 'E']).optional().describe('資通安全責任等級'),
          hosting: z.enum(['self', 'superior']),
          archives: z.boolean().optional().describe('適用檔案法; by the kind where it is not said'),
        }),
        account: z.object({ name: z.string().min(1).max(100), email: z.email(), password: z.string().min(8).max(200) }),
      }),
    )
    .output(SetupStatus),
  packs: read('setup', '/setup/packs', 'Packs on offer').output(z.array(PackChoice)),
  adopt: write('setup', '/setup/packs', 'Adopt packs; the strictest value of each parameter wins')
    .input(z.object({ commandId, packs: z.array(z.object({ name: Id, from: IsoDate.optional() })).min(1) }))
    .output(
      z.object({ clauses: z.number().int(), types: z.number().int(), parameters: z.array(view<View.ParameterView>()) }),
    ),
  units: write('setup', '/setup/units', 'The first units, top one first')
    .input(
      z.object({
        commandId,
        units: z.array(z.object({ key: Id, name: z.string().min(1), under: Id.optional() })).min(1),
      }),
    )
    .output(z.array(Named.extend({ key: Id }))),
  people: write('setup', '/setup/people', 'The first persons and their roles')
    .input(
      z.object({
        commandId,
        people: z
          .array(
            z.object({
              name: z.string().min(1),
              unit: Id,
              title: z.string().optional(),
              email: z.email().optional(),
              me: z.boolean().optional().describe('this person is the administrator who is setting up'),
              roles: z.array(z.object({ role: Id, unit: Id.optional() })),
            }),
          )
          .min(1),
      }),
    )
    .output(z.array(Named)),
  acts: read('setup', '/setup/acts', 'Acts that nobody could perform, as roles now stand').output(
    z.array(
      z.object({
        type: Id,
        typeLabel: Label,
        action: Id,
        label: Label,
        why: Label,
        roles: z.array(Label),
        clauses: z.array(Id),
      }),
    ),
  ),
  finish: write('setup', '/setup/finish', 'Start running').input(z.object({ commandId })).output(SetupStatus),
  demo: write('setup', '/setup/demo', 'A demo organisation with half a year of records')
    .input(z.object({ code: z.string().max(100) }))
    .output(
      z.object({
        organisation: Named,
        accounts: z.array(z.object({ email: z.string(), password: z.string(), role: Label })),
      }),
    ),
};

const PersonFields = z.object({
  name: z.string().min(1).max(100),
  unit: Id,
  title: z.string().max(100).optional(),
  email: z.email().optional(),
  from: IsoDate.optional(),
  until: IsoDate.optional(),
});
const ofPerson = z.object({ commandId, id: Id });
const ofGrant = z.object({ commandId, grant: Id });
const ofInvitation = z.object({ organisation: Id, secret: Id });
const RoleCard = z.object({
  role: Id,
  label: Label,
  approving: z.boolean().describe('two people give it'),
  description: Label.optional(),
  conflicts: z.array(Id).describe('roles the same person may not hold'),
});
export const people = {
  list: read('people', '/people', 'Persons with roles and deputies')
    .input(z.object({ search: z.string().max(200).optional(), unit: Id.optional(), former: z.boolean().optional() }))
    .output(z.array(view<View.PersonView>())),
  get: read('people', '/people/{id}', 'One person')
    .input(z.object({ id: Id }))
    .output(view<View.PersonView>()),
  add: write('people', '/people', 'Add a person').input(PersonFields.extend({ commandId })).output(created),
  edit: write('people', '/people/{id}', 'Change a person', 'PUT')
    .input(PersonFields.partial().extend({ commandId, id: Id }))
    .output(done),
  invite: write('people', '/people/{id}/invitation', 'A one-time link that makes an account')
    .input(ofPerson)
    .output(done.extend({ link: z.string(), until: z.string() })),
  giveRole: write('people', '/people/{id}/roles', 'Give a role; approving roles wait for a second person')
    .input(ofPerson.extend({ role: Id, unit: Id, from: IsoDate, until: IsoDate.optional() }))
    .output(done.extend({ grant: Id, waitingForSecond: z.boolean() })),
  admitAuditor: write(
    'people',
    '/people/{id}/admission',
    'Ask to let an auditor from elsewhere in: for some procedures, clauses and units, and some days; a second person agrees',
  )
    .input(
      ofPerson.extend({
        procedures: z.array(Id).max(50).default([]),
        clauses: z.array(Id).max(500).default([]),
        units: z.array(Id).max(200).default([]).describe('all when empty'),
        from: IsoDate,
        until: IsoDate,
      }),
    )
    .output(done.extend({ grant: Id, waitingForSecond: z.boolean() })),
  confirmRole: write('people', '/grants/{grant}/confirmation', 'Be the second person')
    .input(ofGrant.extend({ factor: Factor.optional() }))
    .output(done),
  revokeRole: write('people', '/grants/{grant}', 'Take a role back', 'DELETE')
    .input(ofGrant.extend({ reason: z.string().min(1) }))
    .output(done),
  addDeputy: write('people', '/people/{id}/deputies', 'Somebody acts for this person within dates')
    .input(ofPerson.extend({ person: Id, order: z.number().int().min(1).max(9), from: IsoDate, until: IsoDate }))
    .output(created),
  endDeputy: write('people', '/deputies/{id}', 'End a deputyship', 'DELETE').input(ofPerson).output(done),
  resetRequest: write('people', '/people/{id}/reset', 'Ask for a reset; the own mailbox or two people')
    .input(
      ofPerson.extend({
        reason: z.string().trim().min(1).max(500),
        factors: z.boolean().optional().describe('also takes away lost one-time codes and passkeys'),
      }),
    )
    .output(done.extend({ approvers: z.array(Named) })),
  roles: read('people', '/roles', 'Roles that can be given, and which exclude each other').output(z.array(RoleCard)),
  invitation: read('people', '/invitations/{organisation}/{secret}', 'Who invites whom; needs no session')
    .input(ofInvitation)
    .output(z.object({ organisation: z.string(), person: z.string(), email: z.string(), until: z.string() })),
  acceptInvitation: write('people', '/invitations/{organisation}/{secret}', 'Make the account; needs no session')
    .input(
      ofInvitation.extend({
        commandId,
        password: z.string().min(8).max(200),
        name: z.string().min(1).max(100).optional(),
      }),
    )
    .output(z.object({ email: z.string() })),
};
const OpenReset = z.object({
  reset: Id,
  account: z.string().describe('whose, by name'),
  askedBy: z.string().describe('by name'),
  reason: z.string(),
  factors: z.boolean(),
  askedAt: z.string(),
  until: z.string(),
  mine: z.boolean(),
});
export const resets = {
  list: read('people', '/resets', 'Password resets that wait for a second person').output(z.array(OpenReset)),
  approve: write(
    'people',
    '/resets/{reset}/approval',
    'Be the second person: answers with the one-time code for the owner',
  )
    .input(z.object({ reset: Id }))
    .output(
      z.object({
        code: z.string(),
        until: z.string(),
        account: z.string(),
        email: z.string(),
        organisation: z.string(),
        askedBy: z.string(),
        approvedBy: z.string(),
        address: z.string().describe('where the code is entered'),
      }),
    ),
  ways: read('people', '/resets/ways', 'Whether resets can be mailed; needs no session').output(
    z.object({ mail: z.boolean() }),
  ),
  request: write(
    'people',
    '/resets',
    'Mail a one-time link to the owner; the same answer for unknown names; needs no session',
  )
    .input(z.object({ email: z.string().min(1).max(200) }))
    .output(z.object({ done: z.boolean() })),
  complete: write('people', '/resets/completion', 'Set a new password with the one-time code; needs no session')
    .input(z.object({ code: z.string().min(4).max(200), password: z.string().min(8).max(200) }))
    .output(z.object({ done: z.boolean() })),
};
const UnitFields = z.object({
  name: z.string().min(1).max(100),
  under: Id.optional(),
  from: IsoDate.optional(),
  until: IsoDate.optional(),
  successor: Id.optional().describe('takes over people, roles and records of a unit that ends'),
});
export type UnitView = View.Named & {
  under?: string;
  from?: string;
  until?: string;
  successor?: string;
  persons: number;
};
const Watched = z.object({
  id: Id,
  kind: z.enum(['concurrent', 'after_reset']),
  record: view<View.RecordRef>(),
  action: Label,
  person: Named,
  at: z.string(),
  exception: view<View.RecordRef>().optional(),
  due: z.string().optional(),
  confirmed: z.object({ by: Named, at: z.string() }).optional(),
  declined: z.object({ by: Named.optional(), at: z.string() }).optional(),
  waits: z.boolean().describe('held: nobody has countersigned yet'),
});
export const watched = {
  list: read('people', '/watched/{month}', 'Acts in concurrent duties and seals soon after a reset, of one month')
    .input(z.object({ month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/) }))
    .output(z.array(Watched)),
};
export const units = {
  list: read('people', '/units', 'Units').output(z.array(view<UnitView>())),
  add: write('people', '/units', 'Add a unit').input(UnitFields.extend({ commandId })).output(created),
  edit: write('people', '/units/{id}', 'Rename, move or close a unit', 'PUT')
    .input(UnitFields.partial().extend({ commandId, id: Id }))
    .output(done),
};
