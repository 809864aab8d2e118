import './document.css';
import { useQuery } from '@tanstack/react-query';
import type { TextChange } from '../../../../src/runtime/text-views.ts';
import { t } from '../../../language.ts';
import { Pill, Problem, Skeleton, type Tone } from '../../../ui/bits.tsx';
import { textChangesQuery } from '../queries.ts';

/** What this version changed against the one before. */
export function TextChanges({ text, asOf }: { text: string; asOf: string | undefined }) {
  const changes = useQuery(textChangesQuery(text, asOf));
  if (changes.isPending) return <Skeleton lines={6} />;
  if (changes.isError) return <Problem error={changes.error} />;
  return <ChangeList changes={changes.data} />;
}

const tones: Record<TextChange['kind'], Tone> = {
  same: 'plain',
  moved: 'info',
  changed: 'warn',
  new: 'ok',
  gone: 'bad',
};

/** Unchanged clauses are counted, the others shown: old words struck through, new ones beneath. */
export function ChangeList({ changes }: { changes: TextChange[] }) {
  const shown = changes.filter(({ kind }) => kind !== 'same');
  const same = changes.length - shown.length;
  return (
    <>
      <p className="sub">{t('own.same', { count: same })}</p>
      {shown.length === 0 && <p>{t('own.noChanges')}</p>}
      <ul className="change-list">
        {shown.map((change) => (
          <li key={`${change.kind} ${change.cite} ${change.before ?? ''}`}>
            <span>
              <Pill tone={tones[change.kind]}>{t(`own.change_${change.kind}`)}</Pill>
            </span>
            <div>
              <strong>
                {change.before ? t('own.movedFrom', { from: change.before, to: change.cite }) : change.cite}
              </strong>
              {change.was && <del>{change.was}</del>}
              <ins>{change.text}</ins>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
