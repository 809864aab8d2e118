import './bits.css';
import type { ReactNode } from 'react';
import type { Refusal } from '../../src/kernel/refusal.ts';
import { referenceOf, refusalsOf } from '../api.ts';
import { comma, say, t } from '../language.ts';
import { Button } from './button.tsx';
import { ClauseLink, Remedy } from './go.tsx';

export type Tone = 'ok' | 'bad' | 'warn' | 'info' | 'plain';

export function Pill({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`pill ${tone}`}>{children}</span>;
}

/** A titled box; ends where its content ends. */
export function Card({
  title,
  aside,
  children,
  id,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className="card" id={id}>
      {title !== undefined && (
        <header>
          <h2>{title}</h2>
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}

/** What this place will show, and the one action that starts it. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {action && <div className="row">{action}</div>}
    </div>
  );
}

/** Lines that keep the layout still while something loads. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{t('common.loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
        <i key={line} style={{ width: `${92 - ((line * 37) % 45)}%` }} />
      ))}
    </div>
  );
}

export function Alert({ tone = 'info', children, action }: { tone?: Tone; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={`alert ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <div>{children}</div>
      {action}
    </div>
  );
}

/** Why something was refused: each reason with how to mend it; a defect with the reference to report. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const refusals = refusalsOf(error);
  if (refusals) {
    return (
      <Alert tone="bad">
        <Refusals list={refusals} />
      </Alert>
    );
  }
  const reference = referenceOf(error);
  return (
    <Alert tone="bad" action={retry && <Button onPress={retry}>{t('common.retry')}</Button>}>
      <strong>{t('problem.title')}</strong>
      <div>{reference ? t('problem.reference', { reference }) : t('problem.unreachable')}</div>
    </Alert>
  );
}

export function Refusals({ list }: { list: Refusal[] }) {
  return (
    <ul>
      {list.map((refusal) => (
        <li key={`${refusal.code} ${refusal.gate} ${refusal.field} ${refusal.message.zh}`}>
          {say(refusal.message)}
          {refusal.items && refusal.items.length > 0 && t('common.colonList', { items: refusal.items.join(comma()) })}
          {(refusal.fix || refusal.clauses) && (
            <div className="sub">
              {refusal.fix &&
                (refusal.fix.go ? (
                  <Remedy go={refusal.fix.go} label={say(refusal.fix.text)} />
                ) : (
                  say(refusal.fix.text)
                ))}{' '}
              {refusal.clauses?.slice(0, 2).map((clause) => (
                <ClauseLink key={clause} id={clause} />
              ))}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Forward only and back to the start: pages are index ranges, there is no "page 57". */
export function Pager({
  shown,
  more,
  start,
  onMore,
  onStart,
}: {
  shown: ReactNode;
  more: boolean;
  start: boolean;
  onMore(): void;
  onStart(): void;
}) {
  return (
    <nav className="pager" aria-label={t('list.pages')}>
      <span className="sub">{shown}</span>
      <span className="row">
        {!start && (
          <Button look="quiet" onPress={onStart}>
            {t('list.first')}
          </Button>
        )}
        {more && <Button onPress={onMore}>{t('list.next')}</Button>}
      </span>
    </nav>
  );
}
