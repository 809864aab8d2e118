import { useQuery } from '@tanstack/react-query';
import type { Witnesses, WitnessView } from '../../../src/runtime/witness-views.ts';
import { say, t } from '../../language.ts';
import { fromNow, showMoment } from '../../time.ts';
import { Alert, Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Exchange } from './exchange.tsx';
import { witnessesQuery } from './queries.ts';

/** Who outside this house has seen the ledger and when; red when nobody has for a day, or when sealing stands still. */
export function WitnessesCard() {
  const witnesses = useQuery(witnessesQuery);
  if (witnesses.isPending) return <Card title={t('witness.title')}>{<Skeleton lines={3} />}</Card>;
  if (witnesses.isError)
    return (
      <Card title={t('witness.title')}>
        <Problem error={witnesses.error} retry={() => witnesses.refetch()} />
      </Card>
    );
  const seen = witnesses.data;
  return (
    <Card title={t('witness.title')} aside={<Standing seen={seen} />}>
      {seen.halted && (
        <Alert tone="bad">
          <strong>{t('witness.halted')}</strong>
          <div className="sub">{say(seen.halted)}</div>
        </Alert>
      )}
      {seen.unreadable && <Alert tone="bad">{say(seen.unreadable)}</Alert>}
      {seen.witnesses.length === 0 ? (
        <Nobody />
      ) : (
        <>
          {seen.quorum && !seen.quorum.met && <Alert tone="bad">{t('witness.short')}</Alert>}
          <ul className="witnesses">
            {seen.witnesses.map((one) => (
              <Line key={one.name} one={one} seen={seen} />
            ))}
          </ul>
        </>
      )}
      {seen.stampFailed && <Alert tone="warn">{t('witness.stampFailed', { why: say(seen.stampFailed) })}</Alert>}
      {seen.stamp && (
        <p className="faint">
          {t('witness.stamp', { at: showMoment(seen.stamp.at), size: seen.stamp.size.toLocaleString() })}
        </p>
      )}
      {seen.signer && (
        <p className="faint">
          {seen.signer.separated
            ? t('witness.signerApart')
            : t('witness.signerTogether', { why: say(seen.signer.why) })}
        </p>
      )}
    </Card>
  );
}

function Standing({ seen }: { seen: Witnesses }) {
  if (seen.halted) return <Pill tone="bad">{t('witness.stands')}</Pill>;
  if (!seen.quorum) return <Pill tone="warn">{t('witness.none')}</Pill>;
  return <Pill tone={seen.quorum.met ? 'ok' : 'bad'}>{t(seen.quorum.met ? 'witness.enough' : 'witness.tooFew')}</Pill>;
}

function Nobody() {
  return (
    <>
      <p className="ledger-words">{t('witness.why')}</p>
      <p className="faint">{t('witness.how')}</p>
    </>
  );
}

const tones = { good: 'ok', stale: 'bad', never: 'warn', ahead: 'bad' } as const;

function Line({ one, seen }: { one: WitnessView; seen: Witnesses }) {
  const behind = one.size === undefined ? undefined : seen.sealedSize - one.size;
  return (
    <li>
      <div>
        <b>{one.name}</b>
        <div className="faint address">{one.url ?? t('witness.offline')}</div>
      </div>
      <div>
        {one.at ? (
          <>
            {fromNow(one.at)} <small className="faint">{showMoment(one.at)}</small>
            <div className="faint">
              {behind === 0 || behind === undefined
                ? t('witness.sawAll', { size: (one.size ?? 0).toLocaleString() })
                : t('witness.saw', { size: (one.size ?? 0).toLocaleString(), behind: behind.toLocaleString() })}
            </div>
          </>
        ) : (
          <span className="faint">{t('witness.notYet')}</span>
        )}
        {one.ahead !== undefined && (
          <div className="bad-words">{t('witness.aheadOf', { size: one.ahead.toLocaleString() })}</div>
        )}
        {one.failed && <div className="bad-words">{t('witness.failed', { why: one.failed })}</div>}
        {one.mailed && (
          <div className="faint">{t('witness.mailed', { at: showMoment(one.mailed.at), to: one.mailed.to })}</div>
        )}
        {!one.url && <Exchange name={one.name} />}
      </div>
      <Pill tone={tones[one.state]}>{t(`witness.${one.state}`, { hours: seen.maxAgeHours })}</Pill>
    </li>
  );
}
