import './page.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Api } from '../../../src/http/contract.ts';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { showMoment } from '../../time.ts';
import { Card, Pill, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { resetsQuery } from './queries.ts';
import { ResetSlip } from './slip.tsx';

type OpenReset = Awaited<ReturnType<Api['resets']['list']>>[number];
export type Slip = Awaited<ReturnType<Api['resets']['approve']>>;

/** Resets that wait for a second person, for whoever may be one; nothing where there are none. */
export function Resets() {
  const resets = useQuery(resetsQuery);
  const [slip, setSlip] = useState<Slip>();
  const open = resets.data ?? [];
  if (open.length === 0 && !slip) return null;
  return (
    <Card title={t('resets.title')} aside={<Pill tone="warn">{open.length}</Pill>}>
      <p className="sub">{t('resets.text')}</p>
      <ul className="held-roles">
        {open.map((reset) => (
          <OneReset key={reset.reset} reset={reset} onSlip={setSlip} />
        ))}
      </ul>
      {slip && (
        <Dialog title={t('resets.slipTitle')} onClose={() => setSlip(undefined)}>
          <ResetSlip slip={slip} onClose={() => setSlip(undefined)} />
        </Dialog>
      )}
    </Card>
  );
}

function OneReset({ reset, onSlip }: { reset: OpenReset; onSlip(slip: Slip): void }) {
  const approve = useMutation({
    mutationFn: () => api.resets.approve({ reset: reset.reset }),
    onSuccess: (slip) => {
      onSlip(slip);
      return queryClient.invalidateQueries(resetsQuery);
    },
  });
  return (
    <li>
      <div>
        <b>{t('resets.of', { name: reset.account })}</b>
        {reset.factors && <span className="sub"> {t('resets.factors')}</span>}
        <div>{reset.reason}</div>
        <div className="faint">
          {t('resets.asked', { who: reset.askedBy, at: showMoment(reset.askedAt) })} ·{' '}
          {t('resets.until', { at: showMoment(reset.until) })}
        </div>
        {approve.isError && <Problem error={approve.error} />}
      </div>
      <Button
        look="go"
        busy={approve.isPending}
        why={reset.mine ? t('resets.mine') : undefined}
        onPress={() => approve.mutate()}
      >
        {t('resets.approve')}
      </Button>
    </li>
  );
}
