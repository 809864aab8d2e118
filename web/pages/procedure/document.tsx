import './document.css';
import { Link } from '@tanstack/react-router';
import { Fragment, memo, type ReactNode } from 'react';
import type { Text } from '../../../src/kernel/text.ts';
import type { ClauseView } from '../../../src/runtime/views.ts';
import { say, t } from '../../language.ts';
import { showDate } from '../../time.ts';
import { LightBar, LightDot, tally } from './lights.tsx';
import { type Section, sections } from './sections.ts';

/** The procedure as a document: its own numbers, our plain words, a light in front and what realises it behind. */
export const ClauseDocument = memo(function ClauseDocument({
  clauses,
  titles = {},
  chosen,
}: {
  clauses: ClauseView[];
  /** What the procedure calls its chapters, by number. */
  titles?: Record<string, Text> | undefined;
  chosen: string;
}) {
  return (
    <section className="procedure-document" aria-label={t('clause.document')}>
      {sections(clauses).map((section, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sections have no identity but their place
        <Fragment key={place}>
          {section.heading && <Heading section={section} heading={section.heading} title={titles[section.heading]} />}
          {section.clauses.length > 0 && (
            <ol>
              {section.clauses.map(({ clause, number, full }, at) => (
                <ClauseRow
                  key={clause.id}
                  clause={clause}
                  number={number}
                  full={full}
                  again={at > 0 && section.clauses[at - 1]?.full === full}
                  on={clause.id === chosen}
                />
              ))}
            </ol>
          )}
        </Fragment>
      ))}
    </section>
  );
});

type HeadingProps = { section: Section<ClauseView>; heading: string; title: Text | undefined };

function Heading({ section, heading, title }: HeadingProps) {
  const Tag = section.level === 2 ? 'h2' : 'h3';
  return (
    <header className={`section-head level-${section.level}`}>
      <Tag>
        {heading}
        {title && `　${say(title)}`}
      </Tag>
      {section.clauses.length > 0 && <LightBar counts={tally(section.clauses.map(({ clause }) => clause))} />}
    </header>
  );
}

function ClauseRow({
  clause,
  number,
  full,
  again,
  on,
}: {
  clause: ClauseView;
  number: string;
  full: string;
  again: boolean;
  on: boolean;
}) {
  return (
    <li id={clause.id} className={on ? 'clause on' : 'clause'}>
      <LightDot light={clause.light} />
      <span className="clause-number" title={full}>
        {again ? <span className="visually-hidden">{full}</span> : number}
      </span>
      <span className="clause-text">
        <Link
          to="."
          search={(search) => search}
          hash={clause.id}
          hashScrollIntoView={false}
          resetScroll={false}
          className="cover"
          {...(on && { 'aria-current': 'true' as const })}
        >
          {withNumbers(say(clause.text))}
        </Link>
        {clause.pending && <small>{t('clause.pending', { why: say(clause.pending) })}</small>}
      </span>
      <span className="clause-how">
        {clause.starts ? t('clause.from', { day: showDate(clause.starts) }) : kindsOf(clause).join(' · ')}
      </span>
    </li>
  );
}

/** What acts by itself is named first: a monitor says more about a clause than the field it fills. */
const order = [
  'monitor',
  'duty',
  'gate',
  'action',
  'record',
  'retention',
  'list',
  'parameter',
  'field',
  'role',
  'module',
] as const;
export type Kind = (typeof order)[number];

const kindsOf = (clause: ClauseView): string[] =>
  order
    .filter((kind) => clause.mechanisms.some((mechanism) => mechanism.kind === kind))
    .slice(0, 2)
    .map((kind) => t(`clause.kind_${kind}`));

/** Figures with their units stand out, as a reader would mark them. */
function withNumbers(text: string): ReactNode[] {
  const figures =
    /(\d[\d.,]*\s?(?:%|％|個工作日|個月|工作日|小時|分鐘|日|天|年|次|days?|hours?|minutes?|months?|years?))/;
  // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one fixed text
  return text.split(figures).map((part, place) => (place % 2 === 1 ? <b key={place}>{part}</b> : part));
}

/** The whole document at a glance: one mark per clause, in order. Reading and walking happen in the document itself. */
export function Strip({ clauses, chosen }: { clauses: ClauseView[]; chosen: string }) {
  return (
    <div className="strip" aria-hidden="true">
      {sections(clauses).map((section, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sections have no identity but their place
        <span key={place}>
          {section.clauses.map(({ clause, full }) => (
            <a
              key={clause.id}
              tabIndex={-1}
              href={`#${clause.id}`}
              title={full}
              className={`${clause.light} ${clause.id === chosen ? 'on' : ''}`}
            >
              {' '}
            </a>
          ))}
        </span>
      ))}
    </div>
  );
}
