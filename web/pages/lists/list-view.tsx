import './list-view.css';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ListPage, ListQuery } from '../../../src/runtime/views.ts';
import { say, t, titled } from '../../language.ts';
import { listQuery } from '../../queries.ts';
import { Tags } from '../../record/mark.tsx';
import { inWords, isBlank } from '../../record/value.tsx';
import { officeTime, showDate, showDay } from '../../time.ts';
import { Alert, Card, Empty, Pager, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Filters } from './filters.tsx';

/** `all` is the page's own word: without it, cases show what is open. */
export type Search = Omit<ListQuery, 'type' | 'role'> & { all?: boolean };
type Props = {
  title: string;
  crumb?: ReactNode;
  actions?: ReactNode;
  type?: string;
  role?: 'form' | 'register';
  query: Search;
  onQuery(next: Search): void;
};

/** A page of records with search, filters, columns of the type, and a way to its export; the whole question stands in the address. */
export function ListView({ title, crumb, actions, type, role, query, onQuery }: Props) {
  const { all, ...own } = query;
  const openOnly = role === 'form' && !all && query.open === undefined && !query.mine && !query.late;
  const asked: ListQuery = {
    limit: 30,
    ...(openOnly && { open: true }),
    ...own,
    ...(type && { type }),
    ...(role && { role }),
  };
  const list = useQuery(listQuery(asked));
  return (
    <>
      <header className="page-head">
        <div>
          {crumb && <div className="sub">{crumb} ／</div>}
          <h1>{title}</h1>
          {list.data && (
            <div className="sub">
              {t(list.data.totalIsExact ? 'list.total' : 'list.totalMore', { count: list.data.total })}
            </div>
          )}
        </div>
        <span className="row">{actions}</span>
      </header>
      <Card>
        <Filters asked={asked} columns={list.data?.columns ?? []} query={query} onQuery={onQuery} />
        {query.asOf && (
          <Alert
            tone="warn"
            action={<Button onPress={() => onQuery(without(query, 'asOf'))}>{t('record.backToNow')}</Button>}
          >
            {t('list.past', { day: showDate(query.asOf) })}
          </Alert>
        )}
        {list.isPending && <Skeleton lines={10} />}
        {list.isError && <Problem error={list.error} retry={() => list.refetch()} />}
        {list.data?.items.length === 0 && (
          <Empty title={t('list.noneTitle')}>{t(isFiltered(query) ? 'list.noneFiltered' : 'list.noneText')}</Empty>
        )}
        {list.data && list.data.items.length > 0 && (
          <>
            <Rows
              page={list.data}
              withType={!type}
              order={list.data.order}
              onOrder={(order) => onQuery({ ...without(query, 'after'), order })}
            />
            <Pager
              shown={t('list.shown', { count: list.data.items.length })}
              more={list.data.next !== undefined}
              start={query.after === undefined}
              onMore={() => list.data.next && onQuery({ ...query, after: list.data.next })}
              onStart={() => onQuery(without(query, 'after'))}
            />
          </>
        )}
      </Card>
    </>
  );
}

type Order = NonNullable<ListQuery['order']>;
const unsortable = ['table', 'files', 'refs', 'choices'];

function Rows({
  page,
  withType,
  order,
  onOrder,
}: {
  page: ListPage;
  withType: boolean;
  order: Order;
  onOrder(order: Order): void;
}) {
  // The title stands in the first column already; a register in which nothing is ever due needs no deadline.
  const columns = page.columns
    .filter((column) => page.items.some((item) => item.columns[column.field] !== item.title))
    .slice(0, 5);
  const withDue = page.items.some((item) => item.due);
  const head = (by: string, label: string) => (
    <SortHead key={by} by={by} label={label} order={order} onOrder={onOrder} />
  );
  return (
    <div className="scroll-x">
      <table className="data cards">
        <thead>
          <tr>
            {head('number', t('list.record'))}
            {columns.map((column) =>
              unsortable.includes(column.type) ? (
                <th key={column.field}>{say(column.label)}</th>
              ) : (
                head(column.field, say(column.label))
              ),
            )}
            {head('state', t('list.state'))}
            {withDue && head('due', t('list.due'))}
            {head('changed', t('list.changed'))}
          </tr>
        </thead>
        <tbody>
          {page.items.map((item) => (
            <tr key={item.id} className="linked">
              <td>
                <Link to="/records/$id" params={{ id: item.id }} className="cover">
                  <b>{titled(item)}</b>
                </Link>
                <div className="sub">
                  {[item.number, withType && say(item.typeLabel), item.requester?.name].filter(Boolean).join(' · ')}
                </div>
              </td>
              {columns.map((column) => (
                <td
                  key={column.field}
                  data-label={say(column.label)}
                  className={isBlank(item.columns[column.field]) ? 'blank' : ''}
                >
                  {inWords(column, item.columns[column.field], item.names)}
                </td>
              ))}
              <td>
                <span className="row">
                  <Pill tone={item.late ? 'bad' : 'info'}>{say(item.stateLabel)}</Pill>
                  {item.badges.map((badge) => (
                    <Pill key={badge.en} tone="warn">
                      {say(badge)}
                    </Pill>
                  ))}
                  <Tags tags={item.tags} />
                </span>
              </td>
              {withDue && (
                <td data-label={t('list.due')} className={item.late ? 'late' : ''}>
                  {item.due ? showDay(officeTime(item.due).date) : ''}
                </td>
              )}
              <td data-label={t('list.changed')}>{showDay(officeTime(item.changedAt).date)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SortHead({
  by,
  label,
  order,
  onOrder,
}: {
  by: string;
  label: string;
  order: Order;
  onOrder(order: Order): void;
}) {
  const on = order.by === by;
  return (
    <th aria-sort={on ? (order.desc ? 'descending' : 'ascending') : 'none'}>
      <button type="button" onClick={() => onOrder({ by, desc: on ? !order.desc : false })}>
        {label}
        <span aria-hidden="true">{on ? (order.desc ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

export function without<Key extends keyof Search>(query: Search, key: Key): Omit<Search, Key> {
  const { [key]: _dropped, ...rest } = query;
  return rest;
}

const isFiltered = (query: Search): boolean =>
  Boolean(query.search || query.state || query.mine || query.late || query.filters?.length || query.open !== undefined);
