import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Alert, Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { TextControl } from '../../ui/field.tsx';
import { AddColumn } from './add-column.tsx';
import { CreatedRows } from './created-rows.tsx';
import { type Checked, type Draft, sent } from './draft.ts';
import { Mapping } from './mapping.tsx';
import { Rows } from './rows.tsx';
import type { Source } from './table-source.tsx';

type Props = {
  start: Draft;
  source?: Source;
  onSource?(source: Source): void;
  onAgain?(): void;
  /** Each state once typing has paused, and when the server has it. */
  onSettled(draft: Draft): void;
  onSaved(): void;
};

/** A list being made: every change is checked again, row by row, by the gates that signing will ask. */
export function Workbench({ start, source, onSource, onAgain, onSettled, onSaved }: Props) {
  const [draft, setDraft] = useState(start);
  const settled = useSettled(draft);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another state is worth keeping
  useEffect(() => onSettled(settled), [settled]);
  const checked = useQuery({
    queryKey: ['opening-check', settled.type, settled],
    queryKeyHashFn: () => `opening-check ${revisionOf(settled)}`,
    queryFn: ({ signal }) => api.registers.check(sent(settled), { signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const judged = checked.data?.rows ?? [];
  const good = judged.filter(({ outcome }) => outcome === 'new').length;
  const bad = judged.filter(({ outcome }) => outcome === 'refused').length;
  return (
    <div className="stack">
      {source && <SourceCard type={draft.type} source={source} onSource={onSource} onAgain={onAgain} />}
      {checked.isError && <Problem error={checked.error} />}
      {checked.isPending && (
        <Card>
          <Skeleton lines={6} />
        </Card>
      )}
      {checked.data && (
        <>
          <Card>
            <Mapping
              headings={draft.headings}
              fields={checked.data.fields}
              mapping={draft.mapping ?? checked.data.mapping}
              onChange={(mapping) => setDraft({ ...draft, mapping })}
            />
            <AddColumn draft={draft} checked={checked.data} onChange={setDraft} />
          </Card>
          <CreatedRows draft={draft} judged={judged} onChange={setDraft} />
          <Card
            title={t('intake.rows', { count: draft.rows.length })}
            aside={
              <span role="status">
                {checked.isFetching ? t('intake.checking') : t('intake.standing', { good, bad })}
              </span>
            }
          >
            <Rows draft={draft} checked={checked.data} onChange={setDraft} />
          </Card>
          <Keep
            draft={draft}
            good={good}
            bad={bad}
            second={checked.data.second}
            busy={checked.isFetching || settled !== draft}
            onChange={setDraft}
            onSaved={onSaved}
          />
        </>
      )}
    </div>
  );
}

/** The state once typing has paused. */
function useSettled(draft: Draft): Draft {
  const [settled, setSettled] = useState(draft);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(draft), 350);
    return () => clearTimeout(timer);
  }, [draft]);
  return settled;
}

/** States are told apart by when they arose, not by their rows: there may be thousands. */
const revisions = new WeakMap<Draft, number>();
let last = 0;
function revisionOf(draft: Draft): number {
  const known = revisions.get(draft);
  if (known !== undefined) return known;
  last += 1;
  revisions.set(draft, last);
  return last;
}

function SourceCard({
  type,
  source,
  onSource,
  onAgain,
}: {
  type: string;
  source: Source;
  onSource?: Props['onSource'];
  onAgain?: Props['onAgain'];
}) {
  const { read, name, file, pasted } = source;
  const again = useMutation({
    mutationFn: (sheet: number) =>
      api.registers.readTable({
        type,
        sheet,
        ...(file && { file: file.sha256 }),
        ...(pasted !== undefined && { pasted }),
      }),
    onSuccess: (next) => onSource?.({ ...source, read: next }),
  });
  return (
    <Card
      title={name}
      aside={
        <span className="row">
          <Pill>{t(`intake.format.${read.format}`)}</Pill>
          <Button look="quiet" onPress={() => onAgain?.()}>
            {t('intake.other')}
          </Button>
        </span>
      }
    >
      {read.sheets.length > 1 && (
        <SelectControl
          label={t('intake.sheet')}
          value={String(read.sheet)}
          options={read.sheets.map((sheet, at) => ({
            value: String(at),
            label: `${sheet.name}（${sheet.hidden ? `${t('intake.hidden')}、` : ''}${t('intake.rowCount', { count: sheet.rows })}）`,
          }))}
          onChange={(sheet) => again.mutate(Number(sheet))}
        />
      )}
      {read.sheets.some(({ hidden }) => hidden) && <Alert>{t('intake.hiddenSheets')}</Alert>}
      {read.notes.length > 0 && (
        <Alert tone="warn">
          <ul>
            {read.notes.map((note) => (
              <li key={note.zh}>{say(note)}</li>
            ))}
          </ul>
        </Alert>
      )}
      {read.notes.length === 0 && read.sheets.length <= 1 && <p className="sub">{t('intake.plain')}</p>}
    </Card>
  );
}

type KeepProps = {
  draft: Draft;
  good: number;
  bad: number;
  second: Checked['second'];
  busy: boolean;
  onChange(draft: Draft): void;
  onSaved(): void;
};

/** Kept as a form of its own: looked at, printed, signed or undone there. */
function Keep({ draft, good, bad, second, busy, onChange, onSaved }: KeepProps) {
  const navigate = useNavigate();
  const keep = useMutation({
    mutationFn: () =>
      api.registers.draft({
        ...sent(draft),
        commandId: newCommandId(),
        title: draft.title,
        source: draft.source,
        ...(draft.list && { list: draft.list }),
      }),
    onSuccess: ({ id }) => {
      onSaved();
      void queryClient.invalidateQueries({ queryKey: ['record', id] });
      void navigate({ to: '/records/$id', params: { id } });
    },
  });
  return (
    <Card title={t('intake.keepTitle')}>
      <TextControl
        label={t('intake.listTitle')}
        layout="stacked"
        must
        value={draft.title}
        onChange={(title) => onChange({ ...draft, title })}
      />
      <p className="sub">{t('intake.keepText')}</p>
      {bad > 0 && <Alert tone="warn">{t('intake.notYet', { good, bad })}</Alert>}
      {second.map(({ type, persons }) => (
        <Alert key={type.en} tone={persons.length > 0 ? 'info' : 'warn'}>
          {t(persons.length > 0 ? 'intake.second' : 'intake.secondNobody', {
            type: say(type),
            names: say({ zh: namesOf(persons).join('、'), en: namesOf(persons).join(', ') }),
          })}
        </Alert>
      ))}
      {keep.isError && <Problem error={keep.error} />}
      <div className="row card-actions">
        <Button
          look="go"
          busy={keep.isPending || busy}
          why={
            draft.title.trim() === '' ? t('intake.titleFirst') : good + bad === 0 ? t('intake.nothingGood') : undefined
          }
          onPress={() => keep.mutate()}
        >
          {bad > 0
            ? t('intake.keepDraft')
            : t(second.length > 0 ? 'intake.keepAndSubmit' : 'intake.keepAndSign', { count: good })}
        </Button>
      </div>
    </Card>
  );
}

const namesOf = (persons: { name: string }[]) => persons.map(({ name }) => name);
