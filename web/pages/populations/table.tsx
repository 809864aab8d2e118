import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { PopulationView } from '../../../src/runtime/population-views.ts';
import { api } from '../../api.ts';
import { say, t, titled } from '../../language.ts';
import { Tags } from '../../record/mark.tsx';
import { showMoment } from '../../time.ts';
import { Card, Pill, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { saveText } from '../../ui/save.ts';
import { tell } from '../../ui/toast.tsx';
import type { Asked } from './queries.ts';

/** Everything that was opened in the period, oldest first. */
export function PopulationTable({ asked, view }: { asked: Asked; view: PopulationView }) {
  const save = useMutation({
    mutationFn: () => api.populations.export(asked),
    onSuccess: ({ name, csv, rows }) => {
      saveText(name, csv, 'text/csv');
      tell(t('list.exported', { count: rows }));
    },
  });
  return (
    <Card
      title={say(view.label)}
      aside={
        <Button busy={save.isPending} onPress={() => save.mutate()}>
          {t('population.export')}
        </Button>
      }
    >
      {save.isError && <Problem error={save.error} />}
      <section className="scroll-x" aria-label={say(view.label)}>
        <table className="data cards">
          <thead>
            <tr>
              <th>{t('population.number')}</th>
              <th>{t('population.name')}</th>
              <th>{t('population.state')}</th>
              <th>{t('population.opened')}</th>
              <th>{t('population.closed')}</th>
              <th>{t('population.requester')}</th>
            </tr>
          </thead>
          <tbody>
            {view.items.map((item) => (
              <tr key={item.id}>
                <td>
                  <Link to="/records/$id" params={{ id: item.id }}>
                    {item.number}
                  </Link>
                </td>
                <td>{titled(item)}</td>
                <td>
                  <Pill>{say(item.stateLabel)}</Pill> <Tags tags={item.tags} />
                </td>
                <td className="when" data-label={t('population.opened')}>
                  {showMoment(item.openedAt)}
                </td>
                <td className="when" data-label={t('population.closed')}>
                  {item.closedAt ? showMoment(item.closedAt) : '—'}
                </td>
                <td data-label={t('population.requester')}>
                  {[item.unit?.name, item.requester?.name].filter(Boolean).join(' ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
