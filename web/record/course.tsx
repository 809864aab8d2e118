import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FieldView, HistoryItem, RecordView } from '../../src/runtime/views.ts';
import { api, newCommandId } from '../api.ts';
import { say, t } from '../language.ts';
import { historyQuery, queryClient } from '../queries.ts';
import { showMomentShort } from '../time.ts';
import { Card, Problem, Skeleton } from '../ui/bits.tsx';
import { Button } from '../ui/button.tsx';
import { TextControl } from '../ui/field.tsx';
import { Switcher } from '../ui/tabs.tsx';
import { MarkTag } from './mark.tsx';
import { inWords } from './value.tsx';

type Kind = 'all' | 'changes' | 'comments';
const first = 8;

/** All that happened: who, when, what changed, under which ledger number. */
export function Course({ record }: { record: RecordView }) {
  const history = useQuery(historyQuery(record.id));
  const [kind, setKind] = useState<Kind>('all');
  const [whole, setWhole] = useState(false);
  const found = (history.data ?? []).filter(
    (item) => kind === 'all' || (kind === 'changes' ? item.changes.length > 0 : item.comment),
  );
  const shown = whole ? found : found.slice(0, first);
  return (
    <Card title={t('record.course')} id="course">
      <Switcher<Kind>
        label={t('record.courseShow')}
        value={kind}
        onChange={setKind}
        options={[
          { id: 'all', label: t('record.courseAll') },
          { id: 'changes', label: t('record.courseChanges') },
          { id: 'comments', label: t('record.courseComments') },
        ]}
      />
      {history.isPending && <Skeleton lines={6} />}
      {history.isError && <Problem error={history.error} retry={() => history.refetch()} />}
      {history.data && found.length === 0 && <p className="faint">{t('record.courseEmpty')}</p>}
      <ol className="timeline" style={{ marginTop: 14 }}>
        {shown.map((item) => (
          <Happening key={item.pos} item={item} record={record} />
        ))}
      </ol>
      {found.length > shown.length && (
        <Button look="quiet" onPress={() => setWhole(true)}>
          {t('record.courseMore', { count: found.length - shown.length })}
        </Button>
      )}
      {record.mayComment && <Comment id={record.id} />}
    </Card>
  );
}

function Happening({ item, record }: { item: HistoryItem; record: RecordView }) {
  const by =
    item.by && (item.for ? t('seal.deputy', { principal: item.for.name, deputy: item.by.name }) : item.by.name);
  const bad = BAD.has(item.type) && !item.reminder;
  return (
    <li className={bad ? 'bad' : ''}>
      {item.mark && <MarkTag mark={item.mark} />} {say(item.label)}
      {item.mark?.doneAt && <small>{t('mark.reallyAt', { at: showMomentShort(item.mark.doneAt) })}</small>}
      {item.comment && <blockquote>{item.comment}</blockquote>}
      <small>
        {[showMomentShort(item.at), by, `#${item.pos.toLocaleString()}`].filter(Boolean).join(' · ')}
        {!item.sealed && ` · ${t('record.notSealedYet')}`}
      </small>
      {item.changes.length > 0 && (
        <details>
          <summary>{t('record.changes', { count: item.changes.length })}</summary>
          <dl className="diff">
            {item.changes.map((change) => {
              const field = fieldNamed(record, change.field);
              return (
                <div key={change.field}>
                  <dt>{say(change.label)}</dt>
                  <dd>
                    {change.before !== undefined && (
                      <>
                        <del>{inWords(field, change.before, record.names)}</del>
                        {' → '}
                      </>
                    )}
                    <ins>{inWords(field, change.after, record.names)}</ins>
                  </dd>
                </div>
              );
            })}
          </dl>
        </details>
      )}
    </li>
  );
}

const BAD = new Set(['record.voided', 'record.violated', 'record.late', 'record.declined', 'record.objected']);

function Comment({ id }: { id: string }) {
  const [text, setText] = useState('');
  const say = useMutation({
    mutationFn: () => api.records.comment({ commandId: newCommandId(), id, text }),
    onSuccess: () => {
      setText('');
      return queryClient.invalidateQueries({ queryKey: ['records', id] });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) say.mutate();
      }}
      style={{ marginTop: 14, display: 'grid', gap: 6 }}
    >
      <TextControl label={t('record.comment')} layout="stacked" lines={2} value={text} onChange={setText} />
      {say.isError && <Problem error={say.error} />}
      {text.trim() && (
        <div>
          <Button type="submit" busy={say.isPending}>
            {t('record.commentSend')}
          </Button>
        </div>
      )}
    </form>
  );
}

const fieldNamed = (record: RecordView, name: string): Pick<FieldView, 'type' | 'options' | 'unit'> =>
  record.sections.flatMap((section) => section.fields).find((field) => field.name === name) ?? { type: 'any' };
