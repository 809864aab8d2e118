import './page.css';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { UnitView } from '../../../src/http/contract/people.ts';
import { t } from '../../language.ts';
import { meQuery } from '../../queries.ts';
import { showDate, today } from '../../time.ts';
import { Card, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Managing } from './managing.tsx';
import { unitsQuery } from './queries.ts';
import { tree } from './tree.ts';
import { UnitForm, type UnitTask } from './unit-form.tsx';

/** The units as they hang together; a closed one stays, dated, because old records belong to it. */
export default function UnitsPage() {
  const me = useSuspenseQuery(meQuery).data;
  const units = useQuery(unitsQuery);
  const [task, setTask] = useState<UnitTask>();
  return (
    <Managing on={me.administrator}>
      <header className="page-head">
        <div>
          <nav className="sub" aria-label={t('nav.crumbs')}>
            <Link to="/people">{t('nav.people')}</Link>
            {' ／'}
          </nav>
          <h1>{t('units.title')}</h1>
          <div className="sub">{t('units.text')}</div>
        </div>
        {me.administrator && (
          <Button look="go" onPress={() => setTask({ do: 'add' })}>
            {t('units.add')}
          </Button>
        )}
      </header>
      <Card>
        {units.isPending && <Skeleton lines={8} />}
        {units.isError && <Problem error={units.error} retry={() => units.refetch()} />}
        {units.data?.length === 0 && <Empty title={t('units.noneTitle')}>{t('units.noneText')}</Empty>}
        <ul className="units">
          {tree(units.data ?? []).map(({ unit, depth }) => (
            <li key={unit.id} style={{ paddingInlineStart: `${depth * 26}px` }}>
              {depth > 0 && <span className="branch" aria-hidden="true" />}
              <b>{unit.name}</b>
              <span className="sub">{t('units.persons', { count: unit.persons })}</span>
              {unit.until && (
                <Pill tone={unit.until < today() ? 'plain' : 'warn'}>
                  {t('units.closed', { day: showDate(unit.until) })}
                  {unit.successor &&
                    t('units.takenOver', { by: units.data?.find(({ id }) => id === unit.successor)?.name ?? '' })}
                </Pill>
              )}
              {me.administrator && <UnitMenu unit={unit} onTask={setTask} />}
            </li>
          ))}
        </ul>
      </Card>
      {task && <UnitForm task={task} units={units.data ?? []} onClose={() => setTask(undefined)} />}
    </Managing>
  );
}

function UnitMenu({ unit, onTask }: { unit: UnitView; onTask(task: UnitTask): void }) {
  const entry = (what: UnitTask['do'], task: UnitTask) => ({
    id: what,
    text: t(`units.${what}`),
    label: t(`units.${what}`),
    onAction: () => onTask(task),
  });
  return (
    <span className="unit-menu">
      <Menu
        look="quiet"
        label={t('units.change')}
        entries={[
          entry('addBelow', { do: 'addBelow', unit }),
          entry('rename', { do: 'rename', unit }),
          entry('move', { do: 'move', unit }),
          entry('close', { do: 'close', unit }),
        ]}
      />
    </span>
  );
}
