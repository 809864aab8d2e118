import './page.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { ActionView } from '../../../src/kernel/engine/types.ts';
import type { RecordView } from '../../../src/runtime/views.ts';
import { say, t, titled } from '../../language.ts';
import { recordQuery } from '../../queries.ts';
import { ActDialog, asksAnything } from '../../record/act.tsx';
import { Proof, Related, Seals, Told, WaitingFor } from '../../record/aside.tsx';
import { ClauseCard } from '../../record/clauses.tsx';
import { CorrectionNote, Corrections } from '../../record/corrections.tsx';
import { Course } from '../../record/course.tsx';
import { Gaps } from '../../record/gaps.tsx';
import { useLooked } from '../../record/looked.ts';
import { Held, Marked, Tags } from '../../record/mark.tsx';
import { Sections } from '../../record/sections.tsx';
import { useRecordWork } from '../../record/work.ts';
import { showDate, showMoment, today } from '../../time.ts';
import { Alert, Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { DateControl } from '../../ui/date.tsx';
import { FlowRail, GateList } from '../../ui/document.tsx';
import { ClauseLink, Remedy } from '../../ui/go.tsx';
import { ActionBar } from './action-bar.tsx';
import { useBesides } from './besides.tsx';

const route = getRouteApi('/in/records/$id');
const KeptRows = lazy(() => import('../import/kept-rows.tsx'));

export default function RecordPage() {
  const { id } = route.useParams();
  const { asOf } = route.useSearch();
  const record = useQuery(recordQuery(id, asOf));
  if (record.isError) return <NoRecord error={record.error} asOf={asOf} onRetry={() => record.refetch()} />;
  if (record.isPending) return <Skeleton lines={12} />;
  return <Record key={record.data.id + (asOf ?? '')} record={spoken(record.data)} />;
}

/** Rows drawn from a list are named in the reader's language. */
function spoken(record: RecordView): RecordView {
  const rows = Object.entries(record.rows).map(([id, label]) => [id, say(label)]);
  return { ...record, names: { ...Object.fromEntries(rows), ...record.names } };
}

/** Not there, or not there on that day: told, with a way on. */
function NoRecord({ error, asOf, onRetry }: { error: unknown; asOf: string | undefined; onRetry(): void }) {
  const navigate = route.useNavigate();
  return (
    <div className="stack">
      <Problem error={error} retry={onRetry} />
      <div className="row">
        {asOf && (
          <Button look="go" onPress={() => navigate({ search: {}, replace: true })}>
            {t('record.backToNow')}
          </Button>
        )}
        <Link to="/" className="button">
          {t('nav.home')}
        </Link>
      </div>
    </div>
  );
}

function Record({ record }: { record: RecordView }) {
  const [asking, setAsking] = useState<string>();
  const past = record.asOf !== undefined;
  useLooked(record);
  const work = useRecordWork(record, () => setAsking(undefined));
  const besides = useBesides(record);
  const actions = past ? [] : record.actions;
  const asked = actions.find((action) => action.action === asking);
  const corrections = <Corrections record={record} onAnswer={besides.onAnswer} />;
  const take = (action: ActionView) =>
    asksAnything(action) ? setAsking(action.action) : work.act(action, { with: {} });
  return (
    <article className="record">
      <Head record={record}>
        {!past && (
          <ActionBar
            actions={actions}
            busy={work.acting || work.saving}
            onTake={take}
            besides={besides.entries}
            onSave={work.dirty > 0 && work.editing.conflicts.length === 0 ? work.save : undefined}
          />
        )}
      </Head>
      {past && <PastBanner record={record} />}
      <FlowRail stages={record.rail} />
      <Held held={record.held} onAnswer={besides.onHeld} />
      <Marked marked={record.marked} held={record.held} />
      {!asking && work.actError !== null && <Problem error={work.actError} />}
      <div className="record-columns">
        <div className="stack">
          {!past && record.gates.all > 0 && <Gates record={record} stale={work.dirty > 0} onAction={setAsking} />}
          {isAsked(record) && corrections}
          {record.gaps.length > 0 && (
            <Card
              title={t('gap.title')}
              aside={<Pill tone="warn">{t('gap.count', { count: record.gaps.length })}</Pill>}
            >
              <p className="sub">{t('gap.text')}</p>
              <Gaps gaps={record.gaps} />
            </Card>
          )}
          <Sections
            sections={record.sections}
            values={record.values}
            names={record.names}
            editing={past ? undefined : work.editing}
            note={(field) => <CorrectionNote record={record} field={field} />}
          />
          {record.type === 'opening_list' && (
            <Suspense fallback={<Skeleton lines={5} />}>
              <KeptRows record={record} />
            </Suspense>
          )}
          {!isAsked(record) && corrections}
          <ClauseCard clauses={record.clauses} />
        </div>
        <div className="stack">
          <Seals record={record} />
          <Related record={record} />
          <Told record={record} />
          <Course record={record} />
          <Proof record={record} />
        </div>
      </div>
      {work.dirty > 0 && <SaveBar work={work} />}
      {asked && (
        <ActDialog
          record={record}
          action={asked}
          busy={work.acting}
          error={work.actError}
          onAct={(given) => work.act(asked, given)}
          onClose={() => setAsking(undefined)}
        />
      )}
      {besides.dialog(work)}
    </article>
  );
}

/** Whether this viewer may object or has to decide: then it stands on top. */
const isAsked = ({ corrections, proposals }: RecordView): boolean =>
  corrections.some(({ mayObject }) => mayObject) || proposals.some(({ mayDecide }) => mayDecide);

function Head({ record, children }: { record: RecordView; children: ReactNode }) {
  const navigate = route.useNavigate();
  const who =
    record.requester && t('record.by', { who: [record.unit?.name, record.requester.name].filter(Boolean).join(' ') });
  return (
    <header className="record-head">
      <nav className="crumbs" aria-label={t('nav.crumbs')}>
        <Link to="/lists/$type" params={{ type: record.type }}>
          {say(record.typeLabel)}
        </Link>
        {' ／ '}
        <span>{record.number}</span>
      </nav>
      <div className="as-of">
        <DateControl
          label={t('record.asOf')}
          value={record.asOf ?? today()}
          max={today()}
          onChange={(day) => navigate({ search: day && day !== today() ? { asOf: day } : {}, replace: true })}
        />
      </div>
      <div className="what">
        <h1>{titled(record) || say(record.typeLabel)}</h1>
        <div className="row meta">
          <Pill tone={record.late ? 'bad' : record.closedAt ? 'plain' : 'info'}>{say(record.stateLabel)}</Pill>
          {record.badges.map((badge) => (
            <Pill key={badge.en} tone="warn">
              {say(badge)}
            </Pill>
          ))}
          <Tags tags={record.tags} />
          {record.remaining && <Pill tone={record.late ? 'bad' : 'warn'}>{say(record.remaining)}</Pill>}
          {who && <span className="sub">{who}</span>}
          <span className="sub">{t('record.openedOn', { at: showMoment(record.openedAt) })}</span>
          <WaitingFor record={record} />
        </div>
      </div>
      {children}
    </header>
  );
}

function PastBanner({ record }: { record: RecordView }) {
  const navigate = route.useNavigate();
  return (
    <Alert
      tone="warn"
      action={<Button onPress={() => navigate({ search: {}, replace: true })}>{t('record.backToNow')}</Button>}
    >
      <strong>{t('record.pastTitle', { day: showDate(record.asOf ?? '') })}</strong>
      <div>{t('record.pastText')}</div>
    </Alert>
  );
}

/** `stale`: what stands on the screen is not what was checked. */
function Gates({ record, stale, onAction }: { record: RecordView; stale: boolean; onAction(action: string): void }) {
  const { gates } = record;
  const left = gates.all - gates.passed;
  const action = gates.label ? say(gates.label) : '';
  return (
    <Card
      title={t('gate.title')}
      aside={
        <Pill tone={stale ? 'info' : left === 0 ? 'ok' : 'warn'}>
          {stale
            ? t('gate.stale')
            : left === 0
              ? t('gate.allPass', { all: gates.all, action })
              : t('gate.left', { count: left, passed: gates.passed, all: gates.all, action })}
        </Pill>
      }
    >
      <GateList
        gates={gates.list}
        remedy={(go, label) => <Remedy go={go} label={label} onAction={onAction} />}
        clause={(id) => <ClauseLink key={id} id={id} label={record.clauses.find((clause) => clause.id === id)?.ref} />}
      />
    </Card>
  );
}

function SaveBar({ work }: { work: ReturnType<typeof useRecordWork> }) {
  return (
    <section className="save-bar" aria-label={t('record.unsaved', { count: work.dirty })}>
      <span>
        {t('record.unsaved', { count: work.dirty })}
        <span className="faint">　{t('record.draftKept')}</span>
      </span>
      {work.saveError !== null && <Problem error={work.saveError} />}
      <span className="row">
        <Button look="quiet" onPress={work.discard}>
          {t('record.discard')}
        </Button>
        <Button
          look="go"
          busy={work.saving}
          why={work.editing.conflicts.length > 0 ? t('conflict.settleFirst') : undefined}
          onPress={work.save}
        >
          {t('common.save')}
        </Button>
      </span>
    </section>
  );
}
