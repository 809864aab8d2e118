import './record.css';
import { Link } from '@tanstack/react-router';
import type { RecordView, SealView } from '../../src/runtime/views.ts';
import { api } from '../api.ts';
import { comma, say, t } from '../language.ts';
import { officeTime, showDay, showMoment, showMomentShort } from '../time.ts';
import { Card, Pill } from '../ui/bits.tsx';
import { Button } from '../ui/button.tsx';
import { EmptySeal, SealStamp } from '../ui/document.tsx';
import { tell } from '../ui/toast.tsx';
import { MarkTag } from './mark.tsx';

/** Seals given, voided and awaited, and what is owed after a change or an emergency. */
export function Seals({ record }: { record: RecordView }) {
  if (record.seals.length + record.emptySeals.length + record.owed.length === 0) return null;
  return (
    <Card title={t('record.seals')}>
      <div className="seals">
        {record.seals.map((seal) => (
          <SealStamp key={seal.id} seal={seal}>
            <HowSealed seal={seal} />
          </SealStamp>
        ))}
        {record.emptySeals.map((seal) => (
          <EmptySeal key={seal.action} label={say(seal.label)} role={say(seal.role)} />
        ))}
      </div>
      {record.owed.map((owed) => (
        <p key={owed.action} className="sub" style={{ color: 'var(--seal)' }}>
          {t(`seal.owed.${owed.because}`, { action: say(owed.label), who: names(owed.who) })}
          {owed.due && t('record.byDay', { day: showDay(officeTime(owed.due).date) })}
        </p>
      ))}
    </Card>
  );
}

/** A seal on paper, in concurrent duties, over a slip corrected since, or withdrawn with an objection. */
function HowSealed({ seal }: { seal: SealView }) {
  const { mark, corrected, afterReset } = seal;
  const objection = seal.void?.objection;
  return (
    <>
      {mark && (
        <div>
          <MarkTag mark={mark} />
          {mark.registrar && <div className="faint">{t('seal.registrar', { who: mark.registrar.name })}</div>}
          {mark.confirmed && <div className="faint">{t('seal.countersigned', { who: mark.confirmed.by.name })}</div>}
        </div>
      )}
      {seal.afterwards && <span className="mark-tag emergency">{t('seal.afterwards')}</span>}
      {afterReset && <Pill tone="warn">{t('seal.afterReset')}</Pill>}
      {corrected && (
        <div className="faint">
          {t('seal.corrected', { fields: corrected.map(({ label }) => say(label)).join(comma()) })}
        </div>
      )}
      {objection && <div className="faint">{t('seal.objection', { words: objection })}</div>}
    </>
  );
}

/** Whose turn it is. */
export function WaitingFor({ record }: { record: RecordView }) {
  return record.waiting.map((waiting) => (
    <span key={say(waiting.label) + names(waiting.who)} className="sub">
      {t('record.waitingFor', {
        who: names(waiting.who) || (waiting.role ? say(waiting.role) : '—'),
        action: say(waiting.label),
      })}
      {waiting.due && t('record.byDay', { day: showDay(officeTime(waiting.due).date) })}
    </span>
  ));
}

const names = (who: { name: string }[]): string => who.map((person) => person.name).join(comma());

/** How many of its entries are sealed under which tree root, and the bundle that proves it elsewhere. */
export function Proof({ record }: { record: RecordView }) {
  const { proof } = record;
  const whole = proof.sealed === proof.events;
  const root = `${proof.root.slice(0, 4)}…${proof.root.slice(-4)}`;
  return (
    <Card
      title={t('proof.title')}
      aside={
        <Pill tone={whole ? 'ok' : 'info'}>
          {whole ? t('proof.sealed') : t('proof.sealing', { count: proof.events - proof.sealed })}
        </Pill>
      }
    >
      <p className="sub">
        {t('proof.text', { count: proof.sealed })} <code title={proof.root}>{root}</code>
        {proof.sealedAt && t('proof.under', { size: proof.size.toLocaleString(), at: showMoment(proof.sealedAt) })}
      </p>
      <Button look="quiet" onPress={() => download(record).catch(() => tell(t('proof.failed'), 'bad'))}>
        {t('proof.download')}
      </Button>
    </Card>
  );
}

async function download(record: RecordView): Promise<void> {
  const bundle = await api.records.proof({ id: record.id });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(bundle, null, 1)], { type: 'application/json' }));
  link.download = `${record.number || record.id}-proof.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Where it came from, what it opened, what it is linked to. */
export function Related({ record }: { record: RecordView }) {
  const related = [
    ...(record.origin ? [{ to: record.origin, as: t('record.origin') }] : []),
    ...(record.copied ? [{ to: record.copied, as: t('record.copied') }] : []),
    ...record.children.map((to) => ({ to, as: t('record.child') })),
    ...record.links,
  ];
  if (related.length + record.withheld === 0) return null;
  return (
    <Card title={t('record.related')}>
      <ul className="related">
        {related.map(({ to, as }) => (
          <li key={to.id + as}>
            <span className="faint">{as}</span>
            <Link to="/records/$id" params={{ id: to.id }}>
              {to.number}　{to.title}
            </Link>
            <Pill>{say(to.stateLabel)}</Pill>
          </li>
        ))}
      </ul>
      {record.withheld > 0 && <p className="faint">{t('record.withheld', { count: record.withheld })}</p>}
    </Card>
  );
}

/** Who was told what, who has read it, who must still acknowledge. */
export function Told({ record }: { record: RecordView }) {
  if (record.notices.length === 0) return null;
  return (
    <Card title={t('record.told')}>
      <ul className="stack" style={{ gap: 10 }}>
        {record.notices.map((notice) => (
          <li key={notice.at + notice.message.zh} className="sub">
            {say(notice.message)}
            <div className="faint">
              {showMomentShort(notice.at)} → {names(notice.to)} ·{' '}
              {t('record.readBy', { read: notice.read.length, all: notice.to.length })}
              {notice.ack &&
                (notice.ack.at
                  ? ` · ${t('record.acknowledged', { at: showMomentShort(notice.ack.at) })}`
                  : ` · ${t('record.ackUntil', { at: showMomentShort(notice.ack.until) })}`)}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
