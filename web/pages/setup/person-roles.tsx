import { say, t } from '../../language.ts';
import { Alert, Pill } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { roleText } from '../people/role-text.ts';
import type { PersonDraft } from './draft.ts';

type Role = {
  role: string;
  label: { zh: string; en: string };
  approving: boolean;
  conflicts: string[];
  description?: { zh: string; en: string } | undefined;
};
type Props = { person: PersonDraft; roles: Role[]; onChange(roles: string[]): void; onClose(): void };

/** What one person may do: each role with what it means, and a warning where two exclude each other. */
export function RolesOf({ person, roles, onChange, onClose }: Props) {
  const held = roles.filter(({ role }) => person.roles.includes(role));
  const clash = held.flatMap((a) => held.filter((b) => a.conflicts.includes(b.role)).map((b) => ({ a, b })))[0];
  const toggle = (role: string) =>
    onChange(person.roles.includes(role) ? person.roles.filter((each) => each !== role) : [...person.roles, role]);
  return (
    <Dialog wide title={t('setup.rolesOf', { name: person.name || t('setup.unnamed') })} onClose={onClose}>
      {clash && <Alert tone="warn">{t('people.clash', { role: say(clash.a.label), held: say(clash.b.label) })}</Alert>}
      <ul className="role-list">
        {roles
          .filter(({ role }) => role !== 'all_staff')
          .map((role) => (
            <li key={role.role}>
              <label>
                <input type="checkbox" checked={person.roles.includes(role.role)} onChange={() => toggle(role.role)} />
                <span>
                  <b>{say(role.label)}</b> {role.approving && <Pill>{t('setup.approves')}</Pill>}
                  <span className="sub">{role.description ? say(role.description) : roleText(role.role)}</span>
                </span>
              </label>
            </li>
          ))}
      </ul>
      <div className="actions">
        <Button look="go" onPress={onClose}>
          {t('setup.done')}
        </Button>
      </div>
    </Dialog>
  );
}
