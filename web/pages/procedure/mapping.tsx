import './page.css';
import './panel.css';
import './mapping/page.css';
import './own/document.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import type { MappingView, TextClause } from '../../../src/runtime/text-views.ts';
import { api, newCommandId } from '../../api.ts';
import { mappingChanged } from '../../citations.ts';
import { t } from '../../language.ts';
import { Alert, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Switcher } from '../../ui/tabs.tsx';
import { tell } from '../../ui/toast.tsx';
import { Editor } from './mapping/editor.tsx';
import { Gaps } from './mapping/gaps.tsx';
import { useNarrow } from './moving.ts';
import { mappingQuery } from './queries.ts';

const route = getRouteApi('/in/procedure/texts/$text/mapping');

/** 條文對照: theirs on one side, ours on the other; what is suggested says why, what has no partner is listed. */
export default function MappingPage() {
  const { text } = route.useParams();
  const mapping = useQuery(mappingQuery(text));
  if (mapping.isError) return <Problem error={mapping.error} retry={() => mapping.refetch()} />;
  if (mapping.isPending) return <Skeleton lines={14} />;
  return <Mapping mapping={mapping.data} />;
}

export type Link1 = { clause: string; ours: string[]; why?: string };
type Show = 'open' | 'all' | 'gaps';

const asks = (clause: TextClause) => !clause.heading && clause.number !== '';
const isSettled = (clause: TextClause) => clause.ours.length > 0 || clause.why !== undefined;

function Mapping({ mapping }: { mapping: MappingView }) {
  const { text } = mapping;
  const navigate = route.useNavigate();
  const chosen = useRouterState({ select: (state) => decodeURIComponent(state.location.hash) });
  const [show, setShow] = useState<Show>(text.settled < text.asking ? 'open' : 'all');
  const clauses = text.clauses.filter(asks);
  const open = clauses.filter((clause) => !isSettled(clause));
  const gaps = mapping.ours.filter(({ citedBy }) => citedBy === 0);
  const shown = show === 'all' ? clauses : open;
  const clause = clauses.find(({ key }) => key === chosen) ?? (chosen ? undefined : shown[0]);
  const narrow = useNarrow();
  const go = (key: string) => navigate({ hash: key, replace: true, hashScrollIntoView: false, resetScroll: false });
  const save = useMutation({
    mutationFn: (links: Link1[]) =>
      api.texts.link({ commandId: newCommandId(), text: text.text, edition: text.edition, links }),
    onSuccess: async (_done, links) => {
      await mappingChanged();
      tell(t('mapping.saved', { count: links.length }));
    },
  });
  const editor = clause && (
    <Editor
      key={clause.key}
      mapping={mapping}
      clause={clause}
      busy={save.isPending}
      onSave={(link) => {
        const next = open[open.findIndex(({ key }) => key === clause.key) + 1];
        save.mutate([link], { onSuccess: () => void (show === 'open' && next && go(next.key)) });
      }}
    />
  );
  return (
    <>
      <header className="page-head procedure-head">
        <div>
          <nav className="sub" aria-label={t('nav.crumbs')}>
            <Link to="/procedure/texts/$text" params={{ text: text.text }}>
              {text.title}
            </Link>
            {' ／'}
          </nav>
          <h1>{t('mapping.title')}</h1>
          <div className="sub">
            {t('mapping.about', { settled: text.settled, asking: text.asking, gaps: gaps.length })}
          </div>
        </div>
        <Strong mapping={mapping} open={open} busy={save.isPending} onTake={(links) => save.mutate(links)} />
      </header>
      <progress
        className="mapping-progress"
        max={text.asking}
        value={text.settled}
        aria-label={t('mapping.progress')}
      />
      <div className="clause-filters">
        <Switcher<Show>
          label={t('intake.show')}
          value={show}
          options={[
            { id: 'open', label: `${t('mapping.open')} ${open.length}` },
            { id: 'all', label: `${t('intake.all')} ${clauses.length}` },
            { id: 'gaps', label: `${t('mapping.gaps')} ${gaps.length}` },
          ]}
          onChange={setShow}
        />
      </div>
      {save.isError && <Problem error={save.error} />}
      {show === 'gaps' ? (
        <Gaps gaps={gaps} />
      ) : (
        <div className="procedure-columns mapping-columns">
          {shown.length === 0 ? (
            <Empty title={t('mapping.doneTitle')}>{t('mapping.doneText')}</Empty>
          ) : (
            <Theirs clauses={shown} chosen={clause?.key} onChoose={go} />
          )}
          {narrow
            ? chosen &&
              clause && (
                <Dialog title={clause.cite} onClose={() => go('')}>
                  {editor}
                </Dialog>
              )
            : editor && <aside className="card clause-panel">{editor}</aside>}
        </div>
      )}
    </>
  );
}

function Theirs({
  clauses,
  chosen,
  onChoose,
}: {
  clauses: TextClause[];
  chosen: string | undefined;
  onChoose(key: string): void;
}) {
  return (
    <ul className="theirs">
      {clauses.map((clause) => (
        <li key={clause.key}>
          <button type="button" aria-pressed={clause.key === chosen} onClick={() => onChoose(clause.key)}>
            <span className="clause-number">{clause.cite}</span>
            <span className="words">{clause.text}</span>
            <State clause={clause} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function State({ clause }: { clause: TextClause }) {
  if (clause.ours.length > 0) {
    return (
      <Pill tone={clause.carried ? 'info' : 'ok'}>
        {t(clause.carried ? 'mapping.carried' : 'mapping.mapped', { count: clause.ours.length })}
      </Pill>
    );
  }
  return clause.why ? <Pill>{t('own.none')}</Pill> : <Pill tone="warn">{t('own.unmapped')}</Pill>;
}

/** Those whose number and words both speak for it are offered at once; each stays open to correction. */
function Strong({
  mapping,
  open,
  busy,
  onTake,
}: {
  mapping: MappingView;
  open: TextClause[];
  busy: boolean;
  onTake(links: Link1[]): void;
}) {
  const links = open.flatMap(({ key }) => {
    const ours = (mapping.suggestions[key] ?? []).filter(({ score }) => score >= mapping.strong).map(({ id }) => id);
    return ours.length > 0 ? [{ clause: key, ours }] : [];
  });
  const [asking, setAsking] = useState(false);
  if (links.length === 0) return null;
  return (
    <>
      <Button look="go" busy={busy} onPress={() => setAsking(true)}>
        {t('mapping.takeStrong', { count: links.length })}
      </Button>
      {asking && (
        <Dialog title={t('mapping.takeStrong', { count: links.length })} onClose={() => setAsking(false)}>
          <div className="stack">
            <p>{t('mapping.strongText')}</p>
            <Alert tone="info">{t('mapping.strongLater')}</Alert>
            <div className="actions">
              <Button
                look="go"
                onPress={() => {
                  setAsking(false);
                  onTake(links);
                }}
              >
                {t('mapping.take')}
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}
