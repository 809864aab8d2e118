import '../panel.css';
import { Link } from '@tanstack/react-router';
import type { TextClause, TextView } from '../../../../src/runtime/text-views.ts';
import { t } from '../../../language.ts';
import { Alert } from '../../../ui/bits.tsx';
import { useOurNumber } from '../../../ui/go.tsx';
import { LightPill } from '../lights.tsx';
import { PlainWords } from '../panel.tsx';

type Props = { text: TextView; clause: TextClause; asOf: string | undefined; inSheet?: boolean };

/** One clause of theirs: what it means in plain words, what makes it happen, its evidence — from each of ours it is mapped to. */
export function OwnPanel({ text, clause, asOf, inSheet = false }: Props) {
  const ours = clause.ours.flatMap((id) => (text.ours[id] ? [text.ours[id]] : []));
  return (
    <>
      <div className="panel-head">
        {!inSheet && <h2>{clause.cite}</h2>}
        <LightPill light={clause.light} />
      </div>
      {inSheet && <p className="own-clause">{clause.text}</p>}
      {clause.why && <Alert tone="info">{t('own.noneWhy', { why: clause.why })}</Alert>}
      {ours.length === 0 && !clause.why && (
        <Alert tone="warn" action={text.mayKeep && <ToMapping text={text.text} clause={clause.key} />}>
          {t('own.unmappedText')}
        </Alert>
      )}
      <PlainWords
        ours={ours}
        asOf={asOf}
        label={(one) => (
          <>
            <strong>{t('own.plainWords')}</strong>
            <OurNumber clause={one} asOf={asOf} />
          </>
        )}
      />
      {ours.length > 0 && text.mayKeep && <ToMapping text={text.text} clause={clause.key} />}
    </>
  );
}

function OurNumber({ clause, asOf }: { clause: { id: string; pack: string; ref?: string }; asOf: string | undefined }) {
  return (
    <Link to="/procedure/$pack" params={{ pack: clause.pack }} search={asOf ? { asOf } : {}} hash={clause.id}>
      {t('own.ourNumber', { number: useOurNumber(clause.id, clause.ref) })}
    </Link>
  );
}

function ToMapping({ text, clause }: { text: string; clause: string }) {
  return (
    <Link to="/procedure/texts/$text/mapping" params={{ text }} hash={clause} className="button">
      {t('own.toMapping')}
    </Link>
  );
}
