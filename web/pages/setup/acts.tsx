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

/** One line per set of roles, since giving one of them mends all its acts at once; the acts themselves unfold. */
function ThinList({ thin }: { thin: ThinDraft[] }) {
  const groups = [...Map.groupBy(thin, ({ roles }) => roles.map(({ role }) => role).join())].sort(
    ([, a], [, b]) => holders(a) - holders(b) || b.length - a.length,
  );
  return (
    <ul className="setup-acts">
      {groups.map(([key, members]) => {
        const roles = (members[0]?.roles ?? []).map(({ label }) => say(label)).join(t('setup.or'));
        const name = members[0]?.persons[0];
        return (
          <li key={key}>
            <details>
              <summary>
                <b>{roles}</b> <span className="faint">{t('setup.actsNeed', { count: members.length })}</span>
              </summary>
              <ActNames members={members} />
            </details>
            <div className="sub">
              {name === undefined ? t('setup.mendNobody', { roles }) : t('setup.mendOne', { name, roles })}
            </div>
            <Pill tone={name === undefined ? 'bad' : 'warn'}>
              {t(name === undefined ? 'setup.nobody' : 'setup.onlyOne')}
            </Pill>
          </li>
        );
      })}
    </ul>
  );
}

const holders = (members: ThinDraft[]): number => members[0]?.persons.length ?? 0;

function ActNames({ members }: { members: ThinDraft[] }) {
  const acts = new Map(members.map(({ act }) => [`${act.type} ${act.action}`, act]));
  return (
    <ul className="act-names">
      {[...acts].map(([key, act]) => (
        <li key={key}>
          {say(act.typeLabel)} · {say(act.label)}{' '}
          {act.clauses.slice(0, 3).map((clause) => (
            <ClauseLink key={clause} id={clause} />
          ))}
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
