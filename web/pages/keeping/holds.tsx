import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { HoldView, KeepingView } from '../../../src/http/contract/keeping.ts';
import { api } from '../../api.ts';
import { t, titled } from '../../language.ts';
import { showMoment } from '../../time.ts';
import { Card, Empty, Pill } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Decide } from './decide.tsx';
import { keepingChanged } from './queries.ts';
import { WhichRecord } from './which-record.tsx';

/** 保全: what may be neither destroyed nor erased while somebody still needs it as evidence. */
export function Holds({ keeping }: { keeping: KeepingView }) {
  const [placing, setPlacing] = useState(false);
  const [lifting, setLifting] = useState<HoldView>();
  const place = (
    <Button look="go" why={keeping.keeper ? undefined : t('keeping.keepersOnly')} onPress={() => setPlacing(true)}>
      {t('keeping.hold.place')}
    </Button>
  );
  return (
    <Card title={t('keeping.hold.title')} aside={keeping.holds.length > 0 && place}>
      <p className="sub keeping-about">{t('keeping.hold.text')}</p>
      {keeping.holds.length === 0 ? (
        <Empty title={t('keeping.hold.none')} action={place}>
          {t('keeping.hold.noneText')}
        </Empty>
      ) : (
        <table className="data cards">
          <thead>
            <tr>
              <th>{t('keeping.number')}</th>
              <th>{t('keeping.reason')}</th>
              <th>{t('keeping.hold.since')}</th>
              <th>{t('keeping.state')}</th>
              <th>
                <span className="visually-hidden">{t('keeping.hold.lift')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {keeping.holds.map((hold) => (
              <tr key={`${hold.record.id} ${hold.at}`}>
                <td data-label={t('keeping.number')}>
                  <Link to="/records/$id" params={{ id: hold.record.id }}>
                    {hold.record.number}
                  </Link>
                  <div className="sub">{titled(hold.record)}</div>
                </td>
                <td data-label={t('keeping.reason')}>{hold.reason}</td>
                <td data-label={t('keeping.hold.since')}>
                  {showMoment(hold.at)}
                  {hold.by && <div className="sub">{hold.by.name}</div>}
                </td>
                <td data-label={t('keeping.state')}>
                  {hold.lifted ? (
                    <>
                      <Pill>{t('keeping.hold.lifted')}</Pill> <span className="sub">{showMoment(hold.lifted)}</span>
                    </>
                  ) : (
                    <Pill tone="warn">{t('keeping.held')}</Pill>
                  )}
                </td>
                <td>
                  {!hold.lifted && (
                    <Button
                      aria-label={t('keeping.hold.liftOf', { number: hold.record.number })}
                      why={keeping.keeper ? undefined : t('keeping.keepersOnly')}
                      onPress={() => setLifting(hold)}
                    >
                      {t('keeping.hold.lift')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {placing && <Place onClose={() => setPlacing(false)} />}
      {lifting && <Lift hold={lifting} onClose={() => setLifting(undefined)} />}
    </Card>
  );
}

function Place({ onClose }: { onClose(): void }) {
  const [record, setRecord] = useState({ id: '', name: '' });
  return (
    <Decide
      title={t('keeping.hold.place')}
      does={t('keeping.hold.place')}
      done={t('keeping.hold.placed')}
      missing={record.id ? undefined : t('keeping.chooseRecord')}
      reasonHelp={t('keeping.hold.reasonHelp')}
      decision="keeping.hold"
      of={{ record: record.id }}
      run={async (given) => {
        await api.keeping.hold({ record: record.id, ...given });
        await keepingChanged();
      }}
      onClose={onClose}
    >
      <p>{t('keeping.hold.means')}</p>
      <WhichRecord record={record} onChange={setRecord} />
    </Decide>
  );
}

function Lift({ hold, onClose }: { hold: HoldView; onClose(): void }) {
  return (
    <Decide
      title={t('keeping.hold.liftOf', { number: hold.record.number })}
      does={t('keeping.hold.lift')}
      done={t('keeping.hold.liftedNow')}
      decision="keeping.release"
      of={{ record: hold.record.id }}
      run={async (given) => {
        await api.keeping.release({ record: hold.record.id, ...given });
        await keepingChanged();
      }}
      onClose={onClose}
    >
      <p>{t('keeping.hold.liftMeans')}</p>
      <p className="sub">
        {hold.record.number}　{titled(hold.record)} · {hold.reason}
      </p>
    </Decide>
  );
}
