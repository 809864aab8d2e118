import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { PersonView } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { persons } from '../../record/sources.ts';
import { showDate, today } from '../../time.ts';
import { Card, Pill, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { DateControl } from '../../ui/date.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { PickerControl } from '../../ui/picker.tsx';
import { tell } from '../../ui/toast.tsx';
import { peopleChanged } from './queries.ts';

/** Who acts for somebody while they are away, in which order, between which days. */
export function DeputiesCard({ person, manages }: { person: PersonView; manages: boolean }) {
  const [adding, setAdding] = useState(false);
  const end = useMutation({
    mutationFn: (id: string) => api.people.endDeputy({ commandId: newCommandId(), id }),
    onSuccess: peopleChanged,
  });
  const inOrder = [...person.deputies].sort((a, b) => a.order - b.order);
  return (
    <Card
      title={t('people.deputies')}
      aside={
        manages && (
          <Button look="quiet" onPress={() => setAdding(true)}>
            {t('people.addDeputy')}
          </Button>
        )
      }
    >
      {inOrder.length === 0 && <p className="sub">{t('people.noDeputies')}</p>}
      <ul className="held-roles">
        {inOrder.map((deputy) => (
          <li key={deputy.id}>
            <div>
              <Pill>{t('people.order', { order: deputy.order })}</Pill>{' '}
              <Link to="/people/$id" params={{ id: deputy.person.id }}>
                {deputy.person.name}
              </Link>
              <div className="faint">
                {showDate(deputy.from)} ～ {showDate(deputy.until)}
              </div>
            </div>
            {manages && (
              <Button look="quiet" busy={end.isPending} onPress={() => end.mutate(deputy.id)}>
                {t('people.endDeputy')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {end.isError && <Problem error={end.error} />}
      {adding && <AddDeputy person={person} next={inOrder.length + 1} onClose={() => setAdding(false)} />}
    </Card>
  );
}

function AddDeputy({ person, next, onClose }: { person: PersonView; next: number; onClose(): void }) {
  const [who, setWho] = useState({ id: '', name: '' });
  const [order, setOrder] = useState(String(Math.min(next, 3)));
  const [from, setFrom] = useState(today());
  const [until, setUntil] = useState('');
  const add = useMutation({
    mutationFn: () =>
      api.people.addDeputy({
        commandId: newCommandId(),
        id: person.id,
        person: who.id,
        order: Number(order),
        from,
        until,
      }),
    onSuccess: async () => {
      await peopleChanged();
      tell(t('people.deputyAdded', { name: who.name }));
      onClose();
    },
  });
  const why = !who.id ? t('people.deputyFirst') : !from || !until ? t('people.datesFirst') : undefined;
  return (
    <Dialog title={t('people.deputyFor', { name: person.name })} onClose={onClose}>
      <p className="sub">{t('people.deputyText')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!why) add.mutate();
        }}
      >
        <PickerControl
          label={t('people.deputy')}
          must
          source={persons}
          value={who.id}
          name={who.name}
          onChange={(id, name) => setWho({ id, name })}
        />
        <SelectControl
          label={t('people.orderLabel')}
          value={order}
          options={['1', '2', '3'].map((value) => ({ value, label: t('people.order', { order: value }) }))}
          onChange={setOrder}
        />
        <DateControl label={t('people.from')} must value={from} onChange={setFrom} />
        <DateControl label={t('people.until')} must value={until} onChange={setUntil} />
        {add.isError && <Problem error={add.error} />}
        <div className="actions form-actions">
          <Button look="go" type="submit" busy={add.isPending} why={why}>
            {t('people.addDeputy')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
