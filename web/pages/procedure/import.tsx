import '../import/page.css';
import './intake/page.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { TextPreview } from '../../../src/http/contract/texts.ts';
import type { TextView } from '../../../src/runtime/text-views.ts';
import { api, newCommandId } from '../../api.ts';
import { mappingChanged } from '../../citations.ts';
import { useKept } from '../../kept.ts';
import { t } from '../../language.ts';
import { today } from '../../time.ts';
import { Alert, Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { DateControl } from '../../ui/date.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import { Review } from './intake/review.tsx';
import { type Row, rowsOf, tooDeep } from './intake/rows.ts';
import { TextSource } from './intake/source.tsx';
import { ChangeList } from './own/changes.tsx';
import { textQuery } from './queries.ts';

const route = getRouteApi('/in/procedure/texts/import');

/** The organisation's approved procedure comes in: read, looked through, confirmed. `of` makes it a new version. */
export default function ImportTextPage() {
  const { of } = route.useSearch();
  const before = useQuery({ ...textQuery(of ?? ''), enabled: of !== undefined });
  const kept = useKept<Work>(`text ${of ?? ''}`);
  const [work, setWork] = useState<Partial<Work> | undefined>(kept.found);
  const again = () => {
    kept.forget();
    setWork(undefined);
  };
  if (before.isError) return <Problem error={before.error} />;
  if (of !== undefined && before.isPending) return <Skeleton lines={8} />;
  return (
    <>
      <header className="page-head">
        <div>
          <nav className="sub" aria-label={t('nav.crumbs')}>
            <Link to="/procedure">{t('nav.procedure')}</Link>
            {' ／'}
          </nav>
          <h1>{before.data ? t('ownImport.newVersionOf', { title: before.data.title }) : t('own.import')}</h1>
          <div className="sub">{t('ownImport.text1')}</div>
        </div>
        {work?.preview && <Button onPress={again}>{t('intake.other')}</Button>}
      </header>
      {kept.full && <Alert tone="warn">{t('intake.keptNot')}</Alert>}
      {work !== undefined && work === kept.found && (
        <Alert tone="info" action={<Button onPress={again}>{t('intake.keptAgain')}</Button>}>
          {t('intake.keptFound')}
        </Alert>
      )}
      {work?.preview ? (
        <Confirm
          key={work.preview.clauses.length}
          preview={work.preview}
          begun={work}
          before={before.data}
          onChange={kept.keep}
          onSaved={kept.forget}
        />
      ) : (
        <TextSource of={of} onRead={(preview) => setWork({ preview })} />
      )}
    </>
  );
}

type CardFields = { title: string; number: string; version: string; classification: string; issued: string };

const cardOf = ({ card }: TextPreview, before: TextView | undefined): CardFields => ({
  title: before?.title ?? card.title,
  number: card.number ?? before?.number ?? '',
  version: card.version ?? '',
  classification: card.classification ?? before?.classification ?? '',
  issued: card.issued ?? '',
});

/** As kept in the tab: what was read, and how far somebody got with it. */
type Work = { preview: TextPreview; card: CardFields; rows: Row[] };
type ConfirmProps = {
  preview: TextPreview;
  begun: Partial<Work>;
  before: TextView | undefined;
  onChange(work: Work): void;
  onSaved(): void;
};

function Confirm({ preview, begun, before, onChange, onSaved }: ConfirmProps) {
  const navigate = route.useNavigate();
  const [card, setCard] = useState(() => begun.card ?? cardOf(preview, before));
  const [rows, setRows] = useState<Row[]>(() => begun.rows ?? rowsOf(preview.clauses));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was changed is worth keeping
  useEffect(() => onChange({ preview, card, rows }), [card, rows]);
  const save = useMutation({
    mutationFn: () => {
      const { number, ...rest } = card;
      return api.texts.import({
        commandId: newCommandId(),
        ...(before && { text: before.text }),
        ...rest,
        ...(number && { number }),
        ...(preview.file && { file: preview.file.sha256 }),
        clauses: rows.map(({ level, number: label, text, heading }) => ({ level, number: label, text, heading })),
      });
    },
    onSuccess: async ({ text }) => {
      onSaved();
      await mappingChanged();
      tell(t('ownImport.done', { title: card.title }));
      await navigate({ to: '/procedure/texts/$text/mapping', params: { text } });
    },
  });
  return (
    <div className="stack">
      <About card={card} onChange={setCard} fixed={before !== undefined} />
      {before && (
        <Card title={t('ownImport.against', { version: before.version })}>
          <ChangeList changes={preview.changes} />
        </Card>
      )}
      <LeftOut preview={preview} />
      <Review rows={rows} onChange={setRows} />
      {save.isError && <Problem error={save.error} />}
      <div className="confirm-bar">
        <p className="sub">
          {preview.file ? t('ownImport.sealed', { name: preview.file.name }) : t('ownImport.sealedPasted')}
        </p>
        <Button look="go" busy={save.isPending} why={whyNot(card, rows)} onPress={() => save.mutate()}>
          {t('ownImport.confirm', { count: rows.length })}
        </Button>
      </div>
    </div>
  );
}

function whyNot({ title, version, classification, issued }: CardFields, rows: Row[]): string | undefined {
  if (!title.trim() || !version.trim() || !classification.trim() || !issued) return t('ownImport.cardFirst');
  if (tooDeep(rows).size > 0) return t('ownImport.levelsFirst', { count: tooDeep(rows).size });
  const doubts = rows.filter(({ doubt }) => doubt).length;
  return doubts > 0 ? t('ownImport.doubtsFirst', { count: doubts }) : undefined;
}

function About({ card, onChange, fixed }: { card: CardFields; onChange(card: CardFields): void; fixed: boolean }) {
  const set = (name: keyof CardFields) => (value: string) => onChange({ ...card, [name]: value });
  return (
    <Card title={t('ownImport.about')}>
      <div className="about-fields">
        {!fixed && (
          <TextControl
            label={t('ownImport.titleOf')}
            layout="stacked"
            must
            value={card.title}
            onChange={set('title')}
          />
        )}
        <TextControl label={t('ownImport.docNumber')} layout="stacked" value={card.number} onChange={set('number')} />
        <TextControl
          label={t('ownImport.version')}
          layout="stacked"
          must
          value={card.version}
          onChange={set('version')}
        />
        <TextControl
          label={t('ownImport.classification')}
          layout="stacked"
          must
          value={card.classification}
          onChange={set('classification')}
        />
        <DateControl
          label={t('ownImport.issued')}
          layout="stacked"
          must
          max={today()}
          value={card.issued}
          onChange={set('issued')}
        />
      </div>
    </Card>
  );
}

/** Page headers and the table of contents are left out, and said so. */
function LeftOut({ preview }: { preview: TextPreview }) {
  if (preview.leftOut.length === 0) return null;
  return (
    <details className="card left-out">
      <summary>{t('ownImport.leftOut', { count: preview.leftOut.length })}</summary>
      <ul>
        {preview.leftOut.map(({ text, times, why }) => (
          <li key={`${why} ${text}`}>
            <span className="faint">{t(`ownImport.why_${why}`, { count: times })}</span> {text}
          </li>
        ))}
      </ul>
    </details>
  );
}
