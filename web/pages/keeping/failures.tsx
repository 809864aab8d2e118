import { Link } from '@tanstack/react-router';
import type { ReviewsView } from '../../../src/http/contract/keeping.ts';
import { comma, say, t } from '../../language.ts';
import { officeTime, showDate, showMoment } from '../../time.ts';
import { Card } from '../../ui/bits.tsx';

type Failed = ReviewsView['failures'];
type Item = Failed['items'][number];

/** What was refused at the door in the period under review: whose account, how often, from where. Every line is an entry of the ledger. */
export function Failures({ failures: { count, items } }: { failures: Failed }) {
  return (
    <Card title={t('keeping.failures.title')}>
      <p className="sub keeping-about">{t('keeping.failures.text')}</p>
      {items.length === 0 ? (
        <p>{t('keeping.failures.none')}</p>
      ) : (
        <table className="data cards">
          <thead>
            <tr>
              <th>{t('keeping.failures.when')}</th>
              <th>{t('keeping.failures.whose')}</th>
              <th>{t('keeping.failures.what')}</th>
              <th>{t('keeping.failures.from')}</th>
              <th>{t('keeping.failures.entry')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <tr key={one.pos}>
                <td data-label={t('keeping.failures.when')}>
                  {one.of === 'unknown_names' ? showDate(officeTime(one.from).date) : showMoment(one.from)}
                </td>
                <td data-label={t('keeping.failures.whose')}>
                  {one.person?.name ?? t(`keeping.failures.${one.of === 'token' ? 'noToken' : 'nobody'}`)}
                  {one.person && one.of === 'token' && <div className="sub">{t('keeping.failures.token')}</div>}
                </td>
                <td data-label={t('keeping.failures.what')}>
                  {t('keeping.failures.times', { count: one.count })}
                  {one.locks > 0 && <strong> · {t('keeping.failures.locked', { count: one.locks })}</strong>}
                  <div className="sub">{one.kinds.map((kind) => `${say(kind.label)} ${kind.count}`).join(comma())}</div>
                </td>
                <td data-label={t('keeping.failures.from')}>
                  <Addresses item={one} />
                </td>
                <td data-label={t('keeping.failures.entry')}>
                  <Link to="/trail" search={{ after: String(one.pos + 1) }}>
                    #{one.pos}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {count > items.length && <p className="sub">{t('keeping.failures.more', { shown: items.length, count })}</p>}
    </Card>
  );
}

const SHOWN = 4;

function Addresses({ item: { addresses, others } }: { item: Item }) {
  const rest = addresses.slice(SHOWN);
  const more = rest.length + (others?.addresses ?? 0);
  const times = rest.reduce((sum, { count }) => sum + count, others?.count ?? 0);
  if (addresses.length === 0 && more === 0) return <span className="faint">{t('keeping.failures.here')}</span>;
  return (
    <ul className="keeping-addresses">
      {addresses.slice(0, SHOWN).map(({ address, count }) => (
        <li key={address}>
          <span className="path">{address}</span> × {count}
        </li>
      ))}
      {more > 0 && <li className="sub">{t('keeping.failures.others', { more, times })}</li>}
    </ul>
  );
}
