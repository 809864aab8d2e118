import { Link } from '@tanstack/react-router';
import type { DigestView } from '../../../src/runtime/digest-views.ts';
import { comma, say, t, titled } from '../../language.ts';
import { showLongDate, showMoment } from '../../time.ts';
import { Pill, type Tone } from '../../ui/bits.tsx';

type Line = DigestView['lines'][number];

const groups: { key: 'late' | 'due' | 'new' | 'notices'; tone: Tone; holds(line: Line): boolean }[] = [
  { key: 'late', tone: 'bad', holds: ({ kind, stage }) => kind === 'task' && stage === 'late' },
  { key: 'due', tone: 'warn', holds: ({ kind, stage }) => kind === 'task' && stage === 'due' },
  { key: 'new', tone: 'info', holds: ({ kind, stage }) => kind === 'task' && stage === 'new' },
  { key: 'notices', tone: 'plain', holds: ({ kind }) => kind === 'notice' },
];

/** One person's morning on one sheet: what is late, what is near, what is new, what was told. */
export function Sheet({ digest }: { digest: DigestView }) {
  const { person, day, at, lines, more, week } = digest;
  return (
    <article className="card digest-sheet">
      <header>
        <div>
          <h2>{person.name}</h2>
          <div className="sub">
            {person.unit.name} · {showLongDate(day)}
          </div>
        </div>
        <span className="faint">{t('digest.given', { at: showMoment(at) })}</span>
      </header>
      {groups.map(({ key, tone, holds }) => {
        const of = lines.filter(holds);
        return (
          of.length > 0 && (
            <section key={key}>
              <h3>
                <Pill tone={tone}>{t(`digest.${key}`, { count: of.length })}</Pill>
              </h3>
              <ul>
                {of.map((line, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: what was told that morning does not change
                  <Told key={place} line={line} />
                ))}
              </ul>
            </section>
          )
        );
      })}
      {more !== undefined && (
        <p className="digest-more">
          {t('digest.more', { count: more })} <Link to="/">{t('digest.moreTasks')}</Link>
          {comma()}
          <Link to="/notices">{t('digest.moreNotices')}</Link>
        </p>
      )}
      {week && <Week week={week} />}
    </article>
  );
}

function Told({ line: { label, told, record } }: { line: Line }) {
  return (
    <li>
      <div>
        <b>{say(label)}</b>
        {record && '　'}
        {record && (
          <Link to="/records/$id" params={{ id: record.id }}>
            {titled(record)}
          </Link>
        )}
      </div>
      <div className="sub parts">
        {record && record.title !== record.number && <span>{record.number}</span>}
        {record && <span>{t('digest.now', { state: say(record.stateLabel) })}</span>}
        {told && <span>{say(told)}</span>}
      </div>
    </li>
  );
}

function Week({ week: { units, lights, changed } }: { week: NonNullable<DigestView['week']> }) {
  return (
    <section>
      <h3>
        <Pill tone="ok">{t('digest.week')}</Pill>
      </h3>
      <ul>
        {units.map(({ unit, open, late }) => (
          <li key={unit.id}>
            <b>{unit.name}</b>　{t('digest.unitFigures', { open, late })}
          </li>
        ))}
        <li>
          {t('digest.lights', lights)}
          {t('digest.changed', { count: changed })}
        </li>
      </ul>
    </section>
  );
}
