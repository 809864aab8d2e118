import { useMutation, useQuery } from '@tanstack/react-query';
import { api, newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Alert, Card, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { ClauseLink } from '../../ui/go.tsx';
import { rolesQuery, thinActsQuery } from '../people/queries.ts';
import { type Draft, useDraft } from './draft.ts';
import { StepFoot, StepHead } from './frame.tsx';
import type { StepProps } from './steps.ts';
import { type ThinDraft, thinActs } from './thin.ts';

/** What nobody, or one person only, could do: mended by going back, or accepted knowingly. Going on sends units and people. */
export function Acts({ go }: StepProps) {
  const [draft, change] = useDraft();
  const acts = useQuery(thinActsQuery);
  const roles = useQuery(rolesQuery);
  const send = useMutation({
    mutationFn: () => sendOffice(draft, change),
    onSuccess: async () => {
      await queryClient.invalidateQueries();
      go('finish');
    },
  });
  const thin = thinActs(acts.data ?? [], roles.data ?? [], draft.people);
  const nobody = thin.filter(({ persons }) => persons.length === 0).length;
  return (
    <>
      <StepHead title={t('setup.step_acts')}>{t('setup.actsText')}</StepHead>
      {(acts.isPending || roles.isPending) && <Skeleton lines={6} />}
      {acts.isError && <Problem error={acts.error} retry={() => acts.refetch()} />}
      {acts.data && roles.data && (
        <Card>
          {thin.length === 0 ? (
            <Empty title={t('setup.actsFineTitle')}>{t('setup.actsFineText')}</Empty>
          ) : (
            <>
              {nobody > 0 && <Alert tone="warn">{t('setup.actsNobody', { count: nobody })}</Alert>}
              <ThinList thin={thin} />
            </>
          )}
        </Card>
      )}
      {send.isError && <Problem error={send.error} />}
      <StepFoot
        onBack={() => go('people')}
        next={thin.length > 0 ? t('setup.actsAnyway') : t('setup.next')}
        busy={send.isPending}
        onNext={() => send.mutate()}
      />
    </>
  );
}

function ThinList({ thin }: { thin: ThinDraft[] }) {
  const sorted = [...thin].sort((a, b) => a.persons.length - b.persons.length);
  return (
    <ul className="setup-acts">
      {sorted.map(({ act, roles, persons }) => (
        <li key={`${act.type} ${act.action} ${roles.map(({ role }) => role).join()}`}>
          <div>
            {say(act.typeLabel)} · <b>{say(act.label)}</b>
            <div className="faint">
              {act.clauses.map((clause) => (
                <ClauseLink key={clause} id={clause} />
              ))}
            </div>
          </div>
          <div className="sub">
            {persons.length === 0
              ? t('setup.mendNobody', { roles: roles.map(({ label }) => say(label)).join('、') })
              : t('setup.mendOne', { name: persons[0], roles: roles.map(({ label }) => say(label)).join('、') })}
          </div>
          <Pill tone={persons.length === 0 ? 'bad' : 'warn'}>
            {t(persons.length === 0 ? 'setup.nobody' : 'setup.onlyOne')}
          </Pill>
        </li>
      ))}
    </ul>
  );
}

/** Units first, then people; what was sent is noted at once, so that trying again sends only the rest. */
async function sendOffice(draft: Draft, change: (to: Partial<Draft>) => void): Promise<void> {
  const units = draft.made.units ?? (await sendUnits(draft));
  change({ made: { ...draft.made, units } });
  const people = draft.people
    .filter((person) => person.name.trim())
    .map(({ name, unit, title, email, me, roles }) => ({
      name: name.trim(),
      unit: units[unit] ?? unit,
      ...(title.trim() && { title: title.trim() }),
      ...(email.trim() && { email: email.trim() }),
      ...(me && { me }),
      roles: roles.map((role) => ({ role })),
    }));
  const made = await api.setup.people({ commandId: newCommandId(), people });
  const kept = made.map(({ id, name }, place) => {
    const { email, me = false } = people[place] ?? {};
    return { id, name, me, ...(email && { email }) };
  });
  change({ made: { ...draft.made, units, people: kept } });
}

async function sendUnits(draft: Draft): Promise<Record<string, string>> {
  const named = draft.units.filter((unit) => unit.name.trim());
  const made = await api.setup.units({ commandId: newCommandId(), units: named });
  return Object.fromEntries(made.map(({ key, id }) => [key, id]));
}
