import './mark.css';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { HeldView, MarkedView, MarkView, TagView } from '../../src/runtime/mark-views.ts';
import { comma, say, t } from '../language.ts';
import { officeTime, showDate, showDay, showMoment } from '../time.ts';
import { Button } from '../ui/button.tsx';
import { FileList } from '../ui/files.tsx';

/** How something came about when not by its author, then and there: 紙本, 補登, 代填, 兼任, 緊急先行. Each has its own colour, everywhere. */
export function MarkTag({ mark }: { mark: TagView }) {
  return <span className={`mark-tag ${mark.kind}`}>{say(mark.label)}</span>;
}

/** All that a record carries, in a word each: wherever it is listed. */
export const Tags = ({ tags }: { tags: TagView[] }) =>
  tags.length > 0 && (
    <span className="tags">
      {tags.map((tag) => (
        <MarkTag key={tag.kind} mark={tag} />
      ))}
    </span>
  );

/** Everything a mark says: who, for whom, when really, where the original lies, what shows it, who stands for it. */
export function MarkDetails({ mark }: { mark: MarkView }) {
  const rows = linesOf(mark).filter(([, value]) => value !== undefined && value !== '');
  return (
    <dl className="mark-details">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function linesOf(mark: MarkView): [string, ReactNode][] {
  const paper = mark.kind === 'paper';
  return [
    [paper ? t('mark.signer') : t(`mark.by_${mark.kind}`), mark.by.name],
    [mark.kind === 'filled' ? t('mark.owner') : t('mark.principal'), mark.for?.name],
    [t('mark.approver'), mark.approver?.name],
    [t('mark.signedOn'), mark.signedOn && showDate(mark.signedOn)],
    [t('mark.doneAt'), mark.doneAt && showMoment(mark.doneAt)],
    [momentOf(mark), showMoment(mark.at)],
    [t('mark.registrar'), mark.registrar?.name],
    [t(mark.kind === 'emergency' ? 'mark.whyUrgent' : 'mark.why'), mark.why],
    [t('mark.document'), mark.document],
    [t('mark.kept'), mark.kept],
    [t('mark.print'), mark.print && <code>{mark.print}</code>],
    [t('mark.exception'), mark.exception && <ExceptionLink {...mark.exception} />],
    [paper ? t('mark.scan') : t('mark.proof'), mark.files && <FileList files={mark.files} />],
    [t('mark.confirmed'), mark.confirmed && confirmedBy(mark.confirmed)],
    ...(mark.madeGood ?? []).map(({ label, by, at }): [string, ReactNode] => [
      t('mark.madeGood', { what: say(label) }),
      `${by.name}　${showMoment(at)}`,
    ]),
    ...(mark.owed ?? []).map(({ label, due }): [string, ReactNode] => [
      t('mark.stillOwed', { what: say(label) }),
      due ? t('mark.owedBy', { day: showDate(officeTime(due).date) }) : t('mark.owed'),
    ]),
  ];
}

const momentOf = ({ kind }: MarkView): string =>
  t(kind === 'emergency' ? 'mark.begunAt' : kind === 'concurrent' ? 'mark.sealedAt' : 'mark.enteredAt');

const ExceptionLink = ({ id, number }: { id: string; number: string }) => (
  <Link to="/records/$id" params={{ id }}>
    {number}
  </Link>
);

const confirmedBy = ({ by, at, words, signed }: NonNullable<MarkView['confirmed']>): string =>
  [`${by.name}　${showMoment(at)}`, words, signed && t('seal.signed')].filter(Boolean).join('　');

/** What waits for a second person: told to everybody, with the button for whoever may. */
export function Held({ held, onAnswer }: { held: HeldView[]; onAnswer(one: HeldView, agree: boolean): void }) {
  return held.map((one) => (
    <section key={one.id} className={`held ${one.mark.kind}`} aria-label={titleOf(one)}>
      <div>
        <strong>
          <MarkTag mark={one.mark} /> {titleOf(one)}
        </strong>
        <MarkDetails mark={one.mark} />
        <p className="sub">
          {t(one.mark.kind === 'filled' ? 'mark.waitsOwner' : 'mark.waitsSecond', {
            who: one.who.map(({ name }) => name).join(comma()) || '—',
          })}
          {one.due && (
            <span className={one.late ? 'late' : ''}>
              {t('record.byDay', { day: showDay(officeTime(one.due).date) })}
            </span>
          )}
        </p>
      </div>
      {one.mayConfirm && (
        <div className="row">
          <Button onPress={() => onAnswer(one, false)}>{t('mark.decline')}</Button>
          <Button look="go" onPress={() => onAnswer(one, true)}>
            {t(one.mark.kind === 'filled' ? 'mark.confirm' : 'mark.countersign')}
          </Button>
        </div>
      )}
    </section>
  ));
}

const titleOf = ({ mark, label, what }: MarkedView): string =>
  mark.kind === 'filled'
    ? t('mark.titleFilled', { who: mark.by.name, owner: mark.for?.name ?? '' })
    : t(what === 'open' ? 'mark.titleOpened' : 'mark.titleDone', { who: mark.by.name, what: say(label) });

/** Whether the papers of an emergency are all there. */
function standing({ owed = [], approver }: MarkView): string {
  const papers = owed.length === 0 ? t('mark.allMadeGood') : t('mark.owedCount', { count: owed.length });
  return [approver && t('mark.approvedVerbally', { who: approver.name }), papers].filter(Boolean).join(comma());
}

/** What came about otherwise and has been confirmed since: never hidden again. */
export function Marked({ marked, held }: { marked: MarkedView[]; held: HeldView[] }) {
  const settled = marked.filter(({ id }) => !held.some((one) => one.id === id));
  return settled.map((one) => (
    <details key={one.id} className={`held settled ${one.mark.kind}`}>
      <summary>
        <MarkTag mark={one.mark} /> {titleOf(one)}
        {one.mark.confirmed && (
          <span className="faint">　{t('mark.confirmedShort', { who: one.mark.confirmed.by.name })}</span>
        )}
        {one.mark.owed && <span className="faint">　{standing(one.mark)}</span>}
      </summary>
      <MarkDetails mark={one.mark} />
    </details>
  ));
}
