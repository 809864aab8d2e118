import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { DrawView, PopulationView } from '../../../src/runtime/population-views.ts';
import { api } from '../../api.ts';
import { say, t, titled } from '../../language.ts';
import { showDate, showMoment } from '../../time.ts';
import { Card, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import type { Asked } from './queries.ts';

/** Samples: drawn with the root of the newest checkpoint, all of them kept, so that drawing until it pleases shows. */
export function Draws({ asked, view }: { asked: Asked; view: PopulationView }) {
  const [n, setN] = useState(String(Math.min(5, view.total)));
  const client = useQueryClient();
  const draw = useMutation({
    mutationFn: () => api.populations.draw({ commandId: crypto.randomUUID(), ...asked, n: Number(n) }),
    onSuccess: ({ records }) => {
      tell(t('population.drawn', { count: records.length }));
      return client.invalidateQueries({ queryKey: ['records', 'population'] });
    },
  });
  const wrong = /^\d{1,3}$/.test(n) && Number(n) >= 1 && Number(n) <= 200 ? undefined : t('population.wrongCount');
  return (
    <Card title={t('population.samples')}>
      <div className="draw">
        <TextControl
          label={t('population.howMany')}
          layout="stacked"
          inputMode="numeric"
          value={n}
          onChange={setN}
          wrong={wrong}
        />
        <Button look="go" busy={draw.isPending} why={wrong} onPress={() => draw.mutate()}>
          {t('population.draw')}
        </Button>
      </div>
      <p className="sub">{t('population.fair')}</p>
      {draw.isError && <Problem error={draw.error} />}
      {view.draws.map((one, index) => (
        <Draw key={one.id} draw={one} open={index === 0} />
      ))}
    </Card>
  );
}

function Draw({ draw, open }: { draw: DrawView; open: boolean }) {
  return (
    <details className="one-draw" open={open}>
      <summary>
        {t('population.drawLine', {
          at: showMoment(draw.at),
          by: draw.by?.name ?? '',
          n: draw.records.length,
          of: draw.population,
          from: showDate(draw.from),
          until: showDate(draw.until),
        })}
      </summary>
      <ol>
        {draw.records.map((record) => (
          <li key={record.id}>
            <Link to="/records/$id" params={{ id: record.id }}>
              {record.number}
            </Link>{' '}
            {titled(record)} <span className="faint">{say(record.stateLabel)}</span>
          </li>
        ))}
      </ol>
      <p className="faint">
        {t('population.repeat', { size: draw.checkpoint.size.toLocaleString() })}
        <br />
        {t('population.root')} <code>{draw.checkpoint.root}</code>
        <br />
        {t('population.hash')} <code>{draw.digest}</code>
      </p>
    </details>
  );
}
