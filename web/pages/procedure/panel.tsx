import '../../ui/document.css';
import './panel.css';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { ClauseEvidence } from '../../../src/runtime/evidence-views.ts';
import type { ClauseView, ProcedureView } from '../../../src/runtime/views.ts';
import { useCitation } from '../../citations.ts';
import { say, t, titled } from '../../language.ts';
import { Gaps } from '../../record/gaps.tsx';
import { Tags } from '../../record/mark.tsx';
import { officeTime, showDate } from '../../time.ts';
import { Alert, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { parametersQuery } from '../parameters/queries.ts';
import { labelOf, showValue } from '../parameters/value.ts';
import type { Kind } from './document.tsx';
import { Explanations } from './explanations.tsx';
import { LightDot, LightPill, lights } from './lights.tsx';
import { evidenceQuery } from './queries.ts';
import { numberOf } from './sections.ts';

type Props = { clause: ClauseView; asOf: string | undefined; inSheet?: boolean };

/** One clause: why its light, what makes it happen, which figures it uses, and the dated records that show it. */
export function ClausePanel({ clause, asOf, inSheet = false }: Props) {
  return (
    <>
      <div className="panel-head">
        {!inSheet && <h2>{numberOf(clause)}</h2>}
        <LightPill light={clause.light} />
      </div>
      {inSheet && <p className="panel-clause">{say(clause.text)}</p>}
      <OwnNumbers clause={clause} />
      <ClauseBody clause={clause} asOf={asOf} />
    </>
  );
}

/** Which clauses of the organisation's own procedures speak of it. */
function OwnNumbers({ clause }: { clause: ClauseView }) {
  const cites = useCitation(clause.id);
  if (!cites) return null;
  return (
    <ul className="own-numbers">
      {cites.map(({ text, clause: key, title, cite }) => (
        <li key={`${text} ${key}`}>
          <Link to="/procedure/texts/$text" params={{ text }} hash={key}>
            {title} {cite}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Why its light, what is said beside it, what makes it happen, figures, evidence. */
export function ClauseBody({ clause, asOf }: { clause: ClauseView; asOf: string | undefined }) {
  const evidence = useQuery(evidenceQuery(clause.id, asOf));
  return (
    <>
      <Why clause={clause} late={evidence.data?.violations ?? 0} lacking={evidence.data?.gaps.length ?? 0} />
      {evidence.data && evidence.data.gaps.length > 0 && (
        <section>
          <h3>{t('gap.title')}</h3>
          <Gaps gaps={evidence.data.gaps} withSubject />
        </section>
      )}
      {evidence.data && <Explanations clause={clause} evidence={evidence.data} />}
      <Mechanisms clause={clause} />
      <Parameters clause={clause} />
      {evidence.isPending && <Skeleton lines={4} />}
      {evidence.isError && <Problem error={evidence.error} retry={() => evidence.refetch()} />}
      {evidence.data && <Evidence evidence={evidence.data} asOf={asOf} />}
    </>
  );
}

type WordsProps = { ours: ClauseView[]; asOf: string | undefined; label(clause: ClauseView): ReactNode };

/** Our plain words for something of theirs: each clause of ours under its own label, with what realises it; a light where there are several. */
export function PlainWords({ ours, asOf, label }: WordsProps) {
  return (
    <div className="plain-words">
      {ours.map((clause) => (
        <section key={clause.id}>
          <div className="words-label">
            {label(clause)}
            {ours.length > 1 && <LightPill light={clause.light} />}
          </div>
          <p>{say(clause.text)}</p>
          <ClauseBody clause={clause} asOf={asOf} />
        </section>
      ))}
    </div>
  );
}

function Why({ clause, late, lacking }: { clause: ClauseView; late: number; lacking: number }) {
  if (clause.pending) return <Alert tone="warn">{t('clause.pendingWhy', { why: say(clause.pending) })}</Alert>;
  if (clause.starts) return <Alert tone="info">{t('clause.startsOn', { day: showDate(clause.starts) })}</Alert>;
  if (clause.light === 'partial' && lacking > 0)
    return <p className="sub">{t('gap.why', { count: clause.count, lacking })}</p>;
  return <p className="sub">{t(`clause.why_${clause.light}`, { count: clause.count, late })}</p>;
}

/** Parameters are left to the list of figures, which shows the value in force. */
function Mechanisms({ clause }: { clause: ClauseView }) {
  const shown = clause.mechanisms.filter(({ kind }) => kind !== 'parameter');
  if (shown.length === 0) return null;
  return (
    <section>
      <h3>{t('clause.realised')}</h3>
      <ul className="mechanisms">
        {shown.map((mechanism) => (
          <li key={mechanism.name}>
            <span className="kind">{t(`clause.kind_${mechanism.kind as Kind}`)}</span>
            <div>
              <strong>
                <Place go={mechanism.go} name={mechanism.name}>
                  {say(mechanism.label)}
                </Place>
              </strong>
              <p>{say(mechanism.sentence)}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Where a mechanism can be seen at work; what has no page of its own is only named. */
function Place({ go, name, children }: { go: string | undefined; name: string; children: ReactNode }) {
  const [first = '', second = ''] = (go ?? '').split('.');
  if (go === 'packs.parameters') {
    return (
      <Link to="/parameters" hash={name.split('.')[1] ?? ''}>
        {children}
      </Link>
    );
  }
  if (go === 'people.roles') return <Link to="/people">{children}</Link>;
  if (second === 'list' && !['duties', 'monitors'].includes(first)) {
    return (
      <Link to="/lists/$type" params={{ type: first }}>
        {children}
      </Link>
    );
  }
  return <>{children}</>;
}

function Parameters({ clause }: { clause: ClauseView }) {
  const named = new Set(clause.mechanisms.flatMap(({ kind, name }) => (kind === 'parameter' ? [name.slice(10)] : [])));
  const used = (useQuery(parametersQuery).data ?? []).filter(
    (parameter) => named.has(parameter.name) || parameter.usedBy.includes(clause.id),
  );
  if (used.length === 0) return null;
  return (
    <section>
      <h3>{t('clause.parameters')}</h3>
      <ul className="used-parameters">
        {used.map((parameter) => (
          <li key={parameter.name}>
            <Link to="/parameters" hash={parameter.name}>
              {labelOf(parameter)}
            </Link>
            <b>{showValue(parameter.value, parameter.unit)}</b>
            {parameter.setBy?.organisation && <Pill tone="info">{t('parameter.own')}</Pill>}
          </li>
        ))}
      </ul>
    </section>
  );
}

const FIRST = 5;

function Evidence({ evidence, asOf }: { evidence: ClauseEvidence; asOf: string | undefined }) {
  const [all, setAll] = useState(false);
  const { records, refusals, violations, withheld } = evidence;
  return (
    <section>
      <div className="row apart">
        <h3>{t('clause.evidence')}</h3>
        <span className="row counts">
          {violations > 0 && <Pill tone="bad">{t('clause.violations', { count: violations })}</Pill>}
          {refusals > 0 && <Pill tone="plain">{t('clause.refusals', { count: refusals })}</Pill>}
        </span>
      </div>
      {records.length + withheld === 0 && <p className="sub">{t('clause.noEvidence')}</p>}
      <ol className="timeline evidence">
        {(all ? records : records.slice(0, FIRST)).map((record) => (
          <li key={record.pos}>
            <small>
              <time dateTime={record.at}>{showDate(officeTime(record.at).date)}</time> · {say(record.what)}
            </small>
            <Link to="/records/$id" params={{ id: record.id }} search={asOf ? { asOf } : {}}>
              {titled(record) || record.number}
            </Link>
            <small>
              {record.number} · {say(record.stateLabel)} · {t('clause.position', { pos: record.pos.toLocaleString() })}
            </small>
            <Tags tags={record.tags} />
          </li>
        ))}
      </ol>
      {withheld > 0 && <p className="faint">{t('clause.withheld', { count: withheld })}</p>}
      {!all && records.length > FIRST && (
        <Button look="quiet" onPress={() => setAll(true)}>
          {t('record.courseMore', { count: records.length - FIRST })}
        </Button>
      )}
    </section>
  );
}

/** How to read the lights. */
export function Legend() {
  return (
    <>
      <h2>{t('clause.guideTitle')}</h2>
      <dl className="legend">
        {lights.map((light) => (
          <div key={light}>
            <dt>
              <LightDot light={light} />
              <span aria-hidden="true">{t(`clause.light_${light}`)}</span>
            </dt>
            <dd>{t(`clause.means_${light}`)}</dd>
          </div>
        ))}
      </dl>
      <p className="faint">
        <kbd>J</kbd> <kbd>K</kbd> {t('clause.keys')}
      </p>
    </>
  );
}

/** What the page shows before a clause is chosen: how to read the lights, and where to look first. */
export function Guide({ procedure }: { procedure: ProcedureView }) {
  const first = procedure.clauses.filter((clause) => clause.light === 'late');
  return (
    <>
      <Legend />
      {first.length > 0 && (
        <section>
          <h3>{t('clause.lookFirst')}</h3>
          <ul className="look-first">
            {first.slice(0, 6).map((clause) => (
              <li key={clause.id}>
                <Link to="." search={(search) => search} hash={clause.id} resetScroll={false}>
                  <span className="clause-number">{numberOf(clause)}</span> {say(clause.text)}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
