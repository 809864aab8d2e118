import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ListPage, ListQuery } from '../../../src/runtime/views.ts';
import { api } from '../../api.ts';
import { say, t } from '../../language.ts';
import { queryClient, savedFiltersQuery } from '../../queries.ts';
import { showDate } from '../../time.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/menu.tsx';
import { saveText } from '../../ui/save.ts';
import { Switcher } from '../../ui/tabs.tsx';
import { tell } from '../../ui/toast.tsx';
import { AddFilter } from './add-filter.tsx';
import { type Search, without } from './list-view.tsx';

type Columns = ListPage['columns'];
type Props = { asked: ListQuery; columns: Columns; query: Search; onQuery(next: Search): void };

/** Words, the usual quick choices, one field at a time, filters kept under a name, and the export of just this list. */
export function Filters({ asked, columns, query, onQuery }: Props) {
  const [adding, setAdding] = useState(false);
  const [saving, setSaving] = useState(false);
  const put = (next: Search) => onQuery(without(next, 'after'));
  return (
    <div className="filters">
      <Words
        value={query.search ?? ''}
        onChange={(search) => put(search ? { ...query, search } : without(query, 'search'))}
      />
      <Switcher
        label={t('list.quick')}
        value={quickOf(asked)}
        options={quick.map((id) => ({ id, label: t(`list.quick_${id}`) }))}
        onChange={(id) => put({ ...withoutQuick(query), ...quickQuery[id] })}
      />
      {(query.filters ?? []).map((filter) => (
        <button
          key={filter.field + filter.op}
          type="button"
          className="pill info"
          onClick={() => put({ ...query, filters: query.filters?.filter((each) => each !== filter) ?? [] })}
        >
          {columnLabel(columns, filter.field)} {t(`list.op_${filter.op}`)}{' '}
          {/^\d{4}-/.test(filter.value) ? showDate(filter.value) : filter.value} ✕
          <span className="visually-hidden">{t('list.removeFilter')}</span>
        </button>
      ))}
      <span className="filter-tools">
        {columns.length > 0 && (
          <Button look="quiet" onPress={() => setAdding(true)}>
            <Icon name="plus" size={14} />
            {t('list.filter')}
          </Button>
        )}
        <Saved asked={asked} onQuery={onQuery} onSave={() => setSaving(true)} />
        {asked.type && (
          <Button look="quiet" onPress={() => exportCsv(asked).catch(() => tell(t('list.exportFailed'), 'bad'))}>
            <Icon name="download" size={14} />
            {t('list.export')}
          </Button>
        )}
      </span>
      {adding && (
        <AddFilter
          type={asked.type ?? ''}
          columns={columns}
          onClose={() => setAdding(false)}
          onAdd={(filter) => put({ ...query, filters: [...(query.filters ?? []), filter] })}
        />
      )}
      {saving && <SaveFilter asked={asked} onClose={() => setSaving(false)} />}
    </div>
  );
}

/** Typing asks again only when the hand rests. */
function Words({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed === value) return;
    const rest = setTimeout(() => onChange(typed), 350);
    return () => clearTimeout(rest);
  }, [typed, value, onChange]);
  return (
    <TextControl
      label={t('list.search')}
      layout="bare"
      placeholder={t('list.search')}
      type="search"
      value={typed}
      onChange={setTyped}
    />
  );
}

const quick = ['open', 'mine', 'late', 'all'] as const;
type Quick = (typeof quick)[number];
const quickQuery: Record<Quick, Search> = {
  open: { open: true },
  mine: { mine: true },
  late: { late: true },
  all: { all: true },
};

const quickOf = (asked: ListQuery): Quick => (asked.late ? 'late' : asked.mine ? 'mine' : asked.open ? 'open' : 'all');
const withoutQuick = (query: Search): Search =>
  without(without(without(without(query, 'open'), 'mine'), 'late'), 'all');
const columnLabel = (columns: Columns, field: string): string => {
  const column = columns.find((each) => each.field === field);
  return column ? say(column.label) : field;
};

function Saved({ asked, onQuery, onSave }: { asked: ListQuery; onQuery(next: Search): void; onSave(): void }) {
  const saved = useQuery(savedFiltersQuery).data ?? [];
  const here = saved.filter((each) => each.query.type === asked.type);
  const remove = useMutation({
    mutationFn: (id: string) => api.views.remove({ id }),
    onSuccess: () => queryClient.invalidateQueries(savedFiltersQuery),
  });
  return (
    <Menu
      look="quiet"
      label={t('list.saved')}
      entries={[
        ...here.map((each) => ({
          id: each.id,
          text: each.name,
          label: each.name,
          onAction: () => {
            const { type: _type, role: _role, ...rest } = each.query;
            onQuery(rest as Search);
          },
        })),
        { id: 'save', text: t('list.save'), label: t('list.save'), onAction: onSave },
        ...here.map((each) => ({
          id: `remove ${each.id}`,
          text: t('list.forget', { name: each.name }),
          label: t('list.forget', { name: each.name }),
          onAction: () => remove.mutate(each.id),
        })),
      ]}
    />
  );
}

function SaveFilter({ asked, onClose }: { asked: ListQuery; onClose(): void }) {
  const [name, setName] = useState('');
  const save = useMutation({
    mutationFn: () => {
      const { after: _after, ...query } = asked;
      return api.views.save({ name, query });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries(savedFiltersQuery);
      tell(t('list.savedAs', { name }));
      onClose();
    },
  });
  return (
    <Dialog title={t('list.save')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) save.mutate();
        }}
      >
        <TextControl label={t('list.saveName')} layout="stacked" autoFocus value={name} onChange={setName} />
        <div className="actions">
          <Button look="go" type="submit" busy={save.isPending}>
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

async function exportCsv(asked: ListQuery): Promise<void> {
  const { after: _after, limit: _limit, ...query } = asked;
  const { name, csv, rows } = await api.registers.export({ ...query, type: asked.type ?? '' });
  saveText(name, csv, 'text/csv');
  tell(t('list.exported', { count: rows }));
}
