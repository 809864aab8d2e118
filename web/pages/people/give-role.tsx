import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PersonView } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { today } from '../../time.ts';
import { Alert, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { DateControl } from '../../ui/date.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { tell } from '../../ui/toast.tsx';
import { peopleChanged, rolesQuery, unitsQuery } from './queries.ts';
import { roleText } from './role-text.ts';
import { unitOptions } from './tree.ts';

/** A role for a unit and a time; says beforehand when a second person will be needed, or what it excludes. */
export function GiveRole({ person, onClose }: { person: PersonView; onClose(): void }) {
  const roles = (useQuery(rolesQuery).data ?? []).filter(({ role }) => role !== 'all_staff');
  const units = useQuery(unitsQuery).data ?? [];
  const [role, setRole] = useState('');
  const [unit, setUnit] = useState(person.unit.id);
  const [from, setFrom] = useState(today());
  const [until, setUntil] = useState('');
  const chosen = roles.find((each) => each.role === role);
  const clash = person.roles.find(
    (held) => chosen?.conflicts.includes(held.role) || conflictsOf(roles, held.role).includes(role),
  );
  const give = useMutation({
    mutationFn: () =>
      api.people.giveRole({ commandId: newCommandId(), id: person.id, role, unit, from, ...(until && { until }) }),
    onSuccess: async ({ waitingForSecond }) => {
      await peopleChanged();
      tell(t(waitingForSecond ? 'people.askedRole' : 'people.gaveRole', { name: person.name }));
      onClose();
    },
  });
  const why = !role ? t('people.roleFirst') : !unit ? t('people.unitFirst') : from ? undefined : t('people.fromFirst');
  return (
    <Dialog title={t('people.giveRoleTo', { name: person.name })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!why) give.mutate();
        }}
      >
        <SelectControl
          label={t('people.role')}
          must
          help={role ? roleText(role) : undefined}
          value={role}
          options={roles.map((each) => ({ value: each.role, label: say(each.label) }))}
          onChange={setRole}
        />
        <SelectControl
          label={t('people.inUnit')}
          must
          help={t('people.inUnitHelp')}
          value={unit}
          options={unitOptions(units)}
          onChange={setUnit}
        />
        <DateControl label={t('people.from')} must value={from} onChange={setFrom} />
        <DateControl label={t('people.until')} help={t('people.roleUntilHelp')} value={until} onChange={setUntil} />
        <div className="stack form-notes">
          {chosen?.approving && <Alert tone="info">{t('people.needsTwo')}</Alert>}
          {clash && chosen && (
            <Alert tone="warn">{t('people.clash', { role: say(chosen.label), held: say(clash.label) })}</Alert>
          )}
          {give.isError && <Problem error={give.error} />}
        </div>
        <div className="actions form-actions">
          <Button look="go" type="submit" busy={give.isPending} why={why}>
            {t('people.giveRole')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const conflictsOf = (roles: { role: string; conflicts: string[] }[], role: string): string[] =>
  roles.find((each) => each.role === role)?.conflicts ?? [];
