import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Me, PersonView } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { comma, say, t } from '../../language.ts';
import { type ChosenFactor, Factor } from '../../record/factor.tsx';
import { provenFor } from '../../record/proven.ts';
import { readsTrail } from '../../shell/nav.ts';
import { showDate, today } from '../../time.ts';
import { Card, Pill, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import { Admit } from './admit.tsx';
import { GiveRole } from './give-role.tsx';
import { peopleChanged } from './queries.ts';
import { roleText } from './role-text.ts';
import { scopeText } from './scope.tsx';

type Held = PersonView['roles'][number];

/** What somebody may do here, since when and by whom; what waits for a second person says why. */
export function RolesCard({ person, me, manages }: { person: PersonView; me: Me; manages: boolean }) {
  const [giving, setGiving] = useState(false);
  const [admitting, setAdmitting] = useState(false);
  const outside = person.roles.some(({ scope }) => scope);
  const mayAdmit = (manages || readsTrail(me)) && (outside || person.roles.length === 0);
  const [revoking, setRevoking] = useState<Held>();
  return (
    <Card
      title={t('people.roles')}
      aside={
        <span className="row">
          {mayAdmit && (
            <Button look="quiet" onPress={() => setAdmitting(true)}>
              {t(outside ? 'people.extend' : 'people.admit')}
            </Button>
          )}
          {manages && !outside && (
            <Button look="quiet" onPress={() => setGiving(true)}>
              {t('people.giveRole')}
            </Button>
          )}
        </span>
      }
    >
      {person.roles.length === 0 && <p className="sub">{t('people.noRoles')}</p>}
      <ul className="held-roles">
        {person.roles.map((held) => (
          <li key={held.grant}>
            <HeldRole held={held} />
            {held.waitingForSecond ? (
              <ConfirmRole held={held} person={person} me={me} />
            ) : (
              (manages || me.person?.id === person.id) && (
                <Button look="quiet" onPress={() => setRevoking(held)}>
                  {t('people.revoke')}
                </Button>
              )
            )}
          </li>
        ))}
      </ul>
      {admitting && <Admit person={person} onClose={() => setAdmitting(false)} />}
      {giving && <GiveRole person={person} onClose={() => setGiving(false)} />}
      {revoking && <RevokeRole held={revoking} person={person} onClose={() => setRevoking(undefined)} />}
    </Card>
  );
}

function HeldRole({ held }: { held: Held }) {
  const about = roleText(held.role);
  return (
    <div>
      <b>{say(held.label)}</b> <span className="sub">{held.unit.name}</span>{' '}
      {held.waitingForSecond && <Pill tone="warn">{t('people.waiting')}</Pill>}
      {about && <div className="sub">{about}</div>}
      {held.scope && <div className="sub">{scopeText(held.scope)}</div>}
      {held.until && held.until < today() && <Pill>{t('people.admissionOver')}</Pill>}
      <div className="faint">
        {showDate(held.from)} ～ {held.until ? showDate(held.until) : t('people.noEnd')}
        {held.givenBy.length > 0 && ` · ${t('people.givenBy', { who: held.givenBy.join(comma()) })}`}
      </div>
    </div>
  );
}

/** Two people give a role that approves: one asks, another confirms, and neither is the one who gets it. */
function ConfirmRole({ held, person, me }: { held: Held; person: PersonView; me: Me }) {
  const [confirming, setConfirming] = useState(false);
  const mine = me.person?.name ?? me.account.name;
  const why =
    me.person?.id === person.id
      ? t('people.notYourself')
      : held.givenBy.includes(mine)
        ? t('people.notTwice')
        : undefined;
  return (
    <div className="second-person">
      <p className="sub">{t(held.scope ? 'people.admitTwo' : 'people.whyTwo')}</p>
      <Button look="go" why={why} onPress={() => setConfirming(true)}>
        {t('people.confirm')}
      </Button>
      {confirming && <ConfirmDialog held={held} person={person} onClose={() => setConfirming(false)} />}
    </div>
  );
}

/** The second word is given by somebody proven again; a passkey signs it. */
function ConfirmDialog({ held, person, onClose }: { held: Held; person: PersonView; onClose(): void }) {
  const [factor, setFactor] = useState<ChosenFactor>({});
  const words = { role: say(held.label), name: person.name };
  const confirm = useMutation({
    mutationFn: async () => {
      const [commandId, said] = [newCommandId(), { grant: held.grant }];
      const sent = await provenFor(factor, { decision: 'people.confirmRole', commandId, input: said });
      if (!sent) return false; // closed by the person
      await api.people.confirmRole({ commandId, ...said, factor: sent });
      return true;
    },
    onSuccess: async (done) => {
      if (!done) return;
      await peopleChanged();
      tell(t('people.confirmed', words));
      onClose();
    },
  });
  return (
    <DialogForm
      title={t('people.confirmTitle', words)}
      go={t('people.confirm')}
      why={Object.keys(factor).length === 0 ? t('action.factorFirst') : undefined}
      save={confirm}
      onClose={onClose}
    >
      <p>
        <b>{words.role}</b>　{held.unit.name}　{showDate(held.from)} ～{' '}
        {held.until ? showDate(held.until) : t('people.noEnd')}
      </p>
      {held.scope && <p className="sub">{scopeText(held.scope)}</p>}
      <Factor passkeys value={factor} onChange={setFactor} means={t('people.confirmMeans')} />
    </DialogForm>
  );
}

function RevokeRole({ held, person, onClose }: { held: Held; person: PersonView; onClose(): void }) {
  const [reason, setReason] = useState('');
  const revoke = useMutation({
    mutationFn: () => api.people.revokeRole({ commandId: newCommandId(), grant: held.grant, reason: reason.trim() }),
    onSuccess: async () => {
      await peopleChanged();
      tell(t('people.revoked', { role: say(held.label), name: person.name }));
      onClose();
    },
  });
  return (
    <Dialog title={t('people.revokeTitle', { role: say(held.label), name: person.name })} onClose={onClose}>
      <p className="sub">{t('people.revokeText')}</p>
      <TextControl
        label={t('people.reason')}
        must
        layout="stacked"
        autoFocus
        lines={2}
        value={reason}
        onChange={setReason}
      />
      {revoke.isError && <Problem error={revoke.error} />}
      <div className="actions">
        <Button
          look="danger"
          busy={revoke.isPending}
          why={reason.trim() ? undefined : t('people.reasonFirst')}
          onPress={() => revoke.mutate()}
        >
          {t('people.revoke')}
        </Button>
      </div>
    </Dialog>
  );
}
