import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Reach } from '../../../src/http/contract/network.ts';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Card, Pill, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { reachQuery } from './queries.ts';

/** Demanding https of browsers, and going back to http. */
export function Strict({ reach }: { reach: Reach }) {
  const { certificate } = reach;
  const [leaving, setLeaving] = useState(false);
  const demand = useMutation({
    mutationFn: (strict: boolean) => api.certificate.strict({ strict }),
    onSuccess: (now) => queryClient.setQueryData(reachQuery.queryKey, now),
  });
  const off = useMutation({
    mutationFn: () => api.certificate.off(),
    onSuccess: ({ address }) => location.assign(`${address}/connection`),
  });
  const strict = certificate.kind !== 'none' && certificate.strict;
  return (
    <Card
      title={t('connection.strict.title')}
      aside={strict ? <Pill tone="ok">{t('connection.strict.on')}</Pill> : <Pill>{t('connection.strict.off')}</Pill>}
    >
      <p>{t('connection.strict.text')}</p>
      {demand.isError && <Problem error={demand.error} />}
      {off.isError && <Problem error={off.error} />}
      <div className="row">
        <Button
          busy={demand.isPending}
          why={!strict && !reach.securely ? t('connection.strict.notYet') : undefined}
          onPress={() => demand.mutate(!strict)}
        >
          {strict ? t('connection.strict.release') : t('connection.strict.demand')}
        </Button>
        <Button look="quiet" onPress={() => setLeaving(true)}>
          {t('connection.off.title')}
        </Button>
      </div>
      {leaving && (
        <Dialog title={t('connection.off.title')} onClose={() => setLeaving(false)}>
          <div className="stack">
            <p>{t('connection.off.text')}</p>
            <div className="row">
              <Button look="danger" busy={off.isPending} onPress={() => off.mutate()}>
                {t('connection.off.do')}
              </Button>
              <Button onPress={() => setLeaving(false)}>{t('common.cancel')}</Button>
            </div>
          </div>
        </Dialog>
      )}
    </Card>
  );
}
