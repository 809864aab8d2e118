import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ErasurePreviewView, KeepingView } from '../../../src/http/contract/keeping.ts';
import { api } from '../../api.ts';
import { comma, t } from '../../language.ts';
import { showDate } from '../../time.ts';
import { Alert, Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Decide } from './decide.tsx';
import { keepingChanged } from './queries.ts';
import { WhichRecord } from './which-record.tsx';

type Props = { kind: 'record' | 'subject'; left: KeepingView['left']; onClose(): void };

/** Whose values, what goes with them, what stands in the way; it cannot be undone. */
export function Erase({ kind, left, onClose }: Props) {
  const [of, setOf] = useState({ id: '', name: '' });
  const preview = useQuery({
    queryKey: ['records', 'keeping', 'preview', kind, of.id],
    queryFn: () => api.keeping.preview({ kind, id: of.id }),
    enabled: of.id !== '',
  });
  const title = t(kind === 'record' ? 'keeping.erase.ofRecord' : 'keeping.erase.ofPerson');
  const waiting = left.filter(({ ordered }) => !ordered);
  if (kind === 'subject' && waiting.length === 0)
    return (
      <Dialog title={title} onClose={onClose}>
        <Empty title={t('keeping.erase.nobody')}>{t('keeping.erase.nobodyText')}</Empty>
      </Dialog>
    );
  const barred = preview.data && (preview.data.open.length > 0 || preview.data.held.length > 0);
  return (
    <Decide
      title={title}
      does={t('keeping.erase.does')}
      done={t('keeping.erase.orderedNow')}
      danger
      missing={of.id === '' ? t('keeping.chooseFirst') : barred ? t('keeping.erase.barred') : undefined}
      reasonHelp={t('keeping.erase.reasonHelp')}
      decision="keeping.erase"
      of={{ kind, id: of.id }}
      run={async (given) => {
        await api.keeping.erase({ kind, id: of.id, ...given });
        await keepingChanged();
      }}
      onClose={onClose}
    >
      {kind === 'record' ? (
        <WhichRecord record={of} onChange={setOf} />
      ) : (
        <SelectControl
          label={t('keeping.erase.who')}
          layout="stacked"
          must
          value={of.id}
          options={waiting.map(({ id, name, until }) => ({
            value: id,
            label: t('keeping.erase.until', { name, until: showDate(until) }),
          }))}
          onChange={(id) => setOf({ id, name: '' })}
        />
      )}
      {preview.isError && <Problem error={preview.error} />}
      {of.id !== '' && preview.isPending && <Skeleton lines={3} />}
      {preview.data && <Preview preview={preview.data} kind={kind} />}
    </Decide>
  );
}

function Preview({ preview, kind }: { preview: ErasurePreviewView; kind: 'record' | 'subject' }) {
  const { records, open, held, attachments, shared, accounts } = preview;
  return (
    <>
      {open.length > 0 && (
        <Alert tone="bad">{t('keeping.erase.openCases', { numbers: open.slice(0, 8).join(comma()) })}</Alert>
      )}
      {held.length > 0 && (
        <Alert tone="bad">{t('keeping.erase.heldCases', { numbers: held.slice(0, 8).join(comma()) })}</Alert>
      )}
      <Alert tone="warn">
        <strong>{t('keeping.erase.final')}</strong>
        <ul className="keeping-points">
          {kind === 'subject' && <li>{t('keeping.erase.takesPerson', { records, accounts })}</li>}
          {kind === 'record' && <li>{t('keeping.erase.takesRecord')}</li>}
          {attachments > 0 && <li>{t('keeping.erase.takesFiles', { count: attachments })}</li>}
          {shared > 0 && <li>{t('keeping.erase.leavesFiles', { count: shared })}</li>}
        </ul>
      </Alert>
    </>
  );
}
