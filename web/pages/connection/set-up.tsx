import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Reach } from '../../../src/http/contract/network.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Alert, Card, Problem } from '../../ui/bits.tsx';
import { Switcher } from '../../ui/tabs.tsx';
import { Office } from './office.tsx';
import { Own } from './own.tsx';
import { reachQuery } from './queries.ts';

/** Setting up a certificate, of either kind; what was refused stands beside what was given. */
export function SetUp({ reach }: { reach: Reach }) {
  const now = reach.certificate;
  const [kind, setKind] = useState<'own' | 'office'>(now.kind === 'office' ? 'office' : 'own');
  const set = useMutation({
    mutationFn: (ask: () => Promise<{ address: string }>) => ask(),
    onSuccess: ({ address }) => {
      // The address this page came by answers no more, so there is nothing to read again here.
      if (new URL(address).origin === location.origin) void queryClient.invalidateQueries(reachQuery);
    },
  });
  const moved = set.data && new URL(set.data.address).origin !== location.origin;
  return (
    <Card title={now.kind === 'none' ? t('connection.setUp') : t('connection.change')}>
      <Switcher<'own' | 'office'>
        label={t('connection.kind')}
        value={kind}
        options={[
          { id: 'own', label: t('connection.kinds.own') },
          { id: 'office', label: t('connection.kinds.office') },
        ]}
        onChange={setKind}
      />
      <p className="sub connection-about">{t(`connection.about.${kind}`)}</p>
      {kind === 'own' ? (
        <Own reach={reach} busy={set.isPending} onSet={(ask) => set.mutate(ask)} />
      ) : (
        <Office reach={reach} busy={set.isPending} onSet={(ask) => set.mutate(ask)} />
      )}
      {set.isError && <Problem error={set.error} />}
      {set.isSuccess && (
        <Alert
          tone="ok"
          action={
            moved && (
              <a className="button go" href={`${set.data.address}/connection`}>
                {t('connection.goThere')}
              </a>
            )
          }
        >
          <strong>{t('connection.done', { address: set.data.address })}</strong>
          {moved && (
            <div>
              {t('connection.signInAgain')} {kind === 'own' && t('connection.warnsFirst')}
            </div>
          )}
        </Alert>
      )}
    </Card>
  );
}
