import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { PackageCard } from '../../../src/http/contract/packages.ts';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { showMoment } from '../../time.ts';
import { Alert, Card, Pill, Refusals } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { saveText } from '../../ui/save.ts';
import { tell } from '../../ui/toast.tsx';
import { packagesKey, packagesQuery } from './queries.ts';

/** What was made in the last day, and how far what is being made has come. */
export function Packages() {
  const mine = useQuery(packagesQuery);
  if (!mine.data || mine.data.length === 0) return null;
  return (
    <Card title={t('package.mine')} aside={<span className="sub">{t('package.kept')}</span>}>
      <ul className="package-list">
        {mine.data.map((card) => (
          <li key={card.id}>{card.state === 'working' ? <Working card={card} /> : <Ended card={card} />}</li>
        ))}
      </ul>
    </Card>
  );
}

function Working({ card }: { card: PackageCard }) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.packages.cancel({ id: card.id }),
    onSettled: () => client.invalidateQueries({ queryKey: packagesKey }),
  });
  const words = t(`package.phase_${card.phase}`, { done: card.done, all: card.all });
  return (
    <div className="package-working">
      <div role="status">{words}</div>
      <progress max={Math.max(card.all, 1)} value={card.done} aria-label={words} />
      <Button busy={cancel.isPending} onPress={() => cancel.mutate()}>
        {t('common.cancel')}
      </Button>
    </div>
  );
}

function Ended({ card }: { card: PackageCard }) {
  if (card.state === 'cancelled') {
    return (
      <div className="sub">
        {showMoment(card.at)} <Pill>{t('package.cancelled')}</Pill>
      </div>
    );
  }
  if (!card.made) {
    return (
      <Alert tone="bad">
        <div className="sub">
          {showMoment(card.at)} {t('package.failed')}
        </div>
        <Refusals list={card.refused ?? []} />
      </Alert>
    );
  }
  const { made } = card;
  return (
    <div className="package-done">
      <div>
        <b>{made.name}</b>
        <div className="sub">
          {showMoment(card.at)} ·{' '}
          {t('package.what', { count: made.records, files: made.files, size: sizeOf(made.bytes) })}
        </div>
        {made.remarks > 0 && <div className="warn-words">{t('package.remarks', { count: made.remarks })}</div>}
        <code className="sum">SHA-256 {made.sha256}</code>
      </div>
      <div className="row">
        <Button look="quiet" onPress={() => void saveProof(made.pos)}>
          {t('package.proof')}
        </Button>
        <a className="button go" href={`/api/v1/packages/${card.id}/package.zip`} download>
          <Icon name="download" size={15} />
          {t('package.download')}
        </a>
      </div>
    </div>
  );
}

/** The ledger’s own word that exactly this file was made. */
async function saveProof(pos: number): Promise<void> {
  try {
    const { proof } = (await api.trail.proof({ pos })) as unknown as { proof: string };
    saveText(`ancheng-${pos}.tlog-proof`, proof, 'text/plain');
  } catch {
    tell(t('package.proofLater'), 'bad');
  }
}

const sizeOf = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
