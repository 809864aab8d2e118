import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ErasureView, KeepingView } from '../../../src/http/contract/keeping.ts';
import { t } from '../../language.ts';
import { showMoment } from '../../time.ts';
import { Card, Empty, Pill } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Erase } from './erase.tsx';
import { keepingQuery } from './queries.ts';

/** 個資刪除: of one record, or of somebody who left; what goes, what stays and why. */
export function Erasures({ keeping }: { keeping: KeepingView }) {
  const [kind, setKind] = useState<'record' | 'subject'>();
  const waits = keeping.erasures.some(({ done }) => !done);
  useQuery({ ...keepingQuery, refetchInterval: waits ? 5000 : false });
  const why = keeping.keeper ? undefined : t('keeping.keepersOnly');
  return (
    <>
      <Card title={t('keeping.erase.title')}>
        <p className="sub keeping-about">{t('keeping.erase.text')}</p>
        <div className="keeping-two">
          <section>
            <h3>{t('keeping.erase.goes')}</h3>
            <ul className="keeping-points">
              {(['values', 'files', 'account', 'keys'] as const).map((key) => (
                <li key={key}>{t(`keeping.erase.gone.${key}`)}</li>
              ))}
            </ul>
          </section>
          <section>
            <h3>{t('keeping.erase.stays')}</h3>
            <ul className="keeping-points">
              {(['frame', 'seals', 'words', 'older'] as const).map((key) => (
                <li key={key}>{t(`keeping.erase.kept.${key}`)}</li>
              ))}
            </ul>
          </section>
        </div>
        <div className="row">
          <Button why={why} onPress={() => setKind('subject')}>
            {t('keeping.erase.ofPerson')}
          </Button>
          <Button why={why} onPress={() => setKind('record')}>
            {t('keeping.erase.ofRecord')}
          </Button>
        </div>
      </Card>
      <Card title={t('keeping.erase.list')}>
        {keeping.erasures.length === 0 ? (
          <Empty title={t('keeping.erase.none')}>{t('keeping.erase.noneText')}</Empty>
        ) : (
          <table className="data cards">
            <thead>
              <tr>
                <th>{t('keeping.erase.of')}</th>
                <th>{t('keeping.reason')}</th>
                <th>{t('keeping.erase.ordered')}</th>
                <th>{t('keeping.state')}</th>
              </tr>
            </thead>
            <tbody>
              {keeping.erasures.map((one) => (
                <Row key={`${one.kind} ${one.id}`} one={one} />
              ))}
            </tbody>
          </table>
        )}
      </Card>
      {kind && <Erase kind={kind} left={keeping.left} onClose={() => setKind(undefined)} />}
    </>
  );
}

function Row({ one }: { one: ErasureView }) {
  return (
    <tr>
      <td data-label={t('keeping.erase.of')}>
        {one.kind === 'record' ? (
          <Link to="/records/$id" params={{ id: one.id }}>
            {one.number ?? one.id}
          </Link>
        ) : (
          <Link to="/people/$id" params={{ id: one.id }}>
            {t('keeping.erase.person', { id: one.id.slice(0, 8) })}
          </Link>
        )}
      </td>
      <td data-label={t('keeping.reason')}>{one.reason}</td>
      <td data-label={t('keeping.erase.ordered')}>
        {showMoment(one.at)}
        {one.by && <div className="sub">{one.by.name}</div>}
      </td>
      <td data-label={t('keeping.state')}>
        {one.done ? (
          <>
            <Pill tone="ok">{t('keeping.erase.done')}</Pill> <span className="sub">{showMoment(one.done)}</span>
          </>
        ) : (
          <Pill tone="info">{t('keeping.erase.waits')}</Pill>
        )}
      </td>
    </tr>
  );
}
