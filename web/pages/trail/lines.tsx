import { Link } from '@tanstack/react-router';
import type { TrailItem } from '../../../src/runtime/views.ts';
import { api, refusalsOf } from '../../api.ts';
import { say, t, titled } from '../../language.ts';
import { showMoment } from '../../time.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { tell } from '../../ui/toast.tsx';
import type { TrailSearch } from './search.ts';

type Props = { items: TrailItem[]; onFilter(more: TrailSearch): void };

/** One line an event: its place, when, who, what, on which record, and whether it is sealed. */
export function TrailLines({ items, onFilter }: Props) {
  return (
    <div className="scroll-x">
      <table className="data cards trail">
        <thead>
          <tr>
            <th className="num">{t('ledger.position')}</th>
            <th>{t('ledger.time')}</th>
            <th>{t('ledger.who')}</th>
            <th>{t('ledger.what')}</th>
            <th>{t('ledger.record')}</th>
            <th>{t('ledger.sealed')}</th>
            <th>
              <span className="visually-hidden">{t('proof.download')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Line key={item.pos} item={item} onFilter={onFilter} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ item, onFilter }: { item: TrailItem; onFilter(more: TrailSearch): void }) {
  const { by, record } = item;
  return (
    <tr>
      <td className="num position" title={item.leaf}>
        {item.pos.toLocaleString()}
      </td>
      <td className="when">
        <time dateTime={item.at}>{showMoment(item.at)}</time>
      </td>
      <td className="who">
        {by ? (
          <button
            type="button"
            className="narrow"
            title={t('ledger.onlyThis')}
            onClick={() => onFilter({ person: by.id })}
          >
            {by.name}
          </button>
        ) : (
          <span className="faint">{t('ledger.system')}</span>
        )}
        {item.for && <div className="faint">{t('home.asDeputy', { person: item.for.name })}</div>}
      </td>
      <td className="what">
        <button
          type="button"
          className="narrow"
          title={`${t('ledger.onlyThis')} · ${item.type}`}
          onClick={() => onFilter({ type: item.type })}
        >
          {say(item.label)}
        </button>
      </td>
      <td className="about">
        {record ? (
          <>
            <Link to="/records/$id" params={{ id: record.id }}>
              {titled(record)}
            </Link>
            <div className="faint">{record.number}</div>
          </>
        ) : (
          <button
            type="button"
            className="narrow"
            title={`${t('ledger.onlyThis')} · ${item.stream}`}
            onClick={() => onFilter({ stream: item.stream })}
          >
            {(item.about && say(item.about)) || t('ledger.organisation')}
          </button>
        )}
      </td>
      <td className="seal">
        {item.sealed ? (
          <span className="sealed-mark" title={t('proof.sealed')}>
            {t('ledger.mark')}
            <span className="visually-hidden">{t('proof.sealed')}</span>
          </span>
        ) : (
          <span className="faint">{t('record.notSealedYet')}</span>
        )}
      </td>
      <td className="num proof">
        {item.sealed && (
          <Button
            look="icon"
            aria-label={t('ledger.proofOf', { pos: item.pos.toLocaleString() })}
            onPress={() => void downloadProof(item.pos)}
          >
            <Icon name="download" size={16} />
          </Button>
        )}
      </td>
    </tr>
  );
}

/** C2SP tlog-proof: `ancheng verify --proof` checks it without this server, and so can any program that knows the format. */
async function downloadProof(pos: number): Promise<void> {
  try {
    const proof = await api.trail.proof({ pos });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([String(proof.proof)], { type: 'text/plain' }));
    link.download = `ancheng-${pos}.tlog-proof`;
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    const refusal = refusalsOf(error)?.[0];
    tell(refusal ? say(refusal.message) : t('proof.failed'), 'bad');
  }
}
