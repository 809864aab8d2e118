import '../../import/page.css';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, newCommandId } from '../../../api.ts';
import { mappingChanged } from '../../../citations.ts';
import { t } from '../../../language.ts';
import { Card, Pill, Problem, Skeleton } from '../../../ui/bits.tsx';
import { Button } from '../../../ui/button.tsx';
import { TextControl } from '../../../ui/field.tsx';
import { tell } from '../../../ui/toast.tsx';
import { type Source, TextSource } from '../../import/text-source.tsx';

type Preview = Awaited<ReturnType<typeof api.checklists.preview>>;

/** A list of questions from a table; rows that name clauses come in mapped, others with suggestions to look at afterwards. */
export function ImportQuestions({ onClose }: { onClose(): void }) {
  const [source, setSource] = useState<Source>();
  const read = useMutation({ mutationFn: (csv: string) => api.checklists.preview({ csv }) });
  return (
    <Card
      title={t('checklist.import')}
      aside={
        <Button look="quiet" onPress={onClose}>
          {t('common.close')}
        </Button>
      }
    >
      <p className="sub">{t('checklist.importText')}</p>
      {read.isPending && <Skeleton lines={6} />}
      {read.isError && <Problem error={read.error} />}
      {read.data && source ? (
        <Confirm preview={read.data} name={source.name} />
      ) : (
        <TextSource
          onSource={(given) => {
            setSource(given);
            read.mutate(given.csv);
          }}
        />
      )}
    </Card>
  );
}

function Confirm({ preview, name }: { preview: Preview; name: string }) {
  const navigate = useNavigate();
  const [title, setTitle] = useState(name.replace(/\.[a-z]+$/i, ''));
  const [authority, setAuthority] = useState('');
  const save = useMutation({
    mutationFn: () =>
      api.checklists.import({
        commandId: newCommandId(),
        title,
        authority,
        questions: preview.questions.map(({ number, part, text, hint, ours }) => ({ number, part, text, hint, ours })),
      }),
    onSuccess: async ({ checklist }) => {
      await mappingChanged();
      tell(t('checklist.done', { title }));
      await navigate({ to: '/procedure/checklists/$checklist', params: { checklist } });
    },
  });
  const missing = title.trim() === '' || authority.trim() === '';
  return (
    <div className="stack">
      <TextControl label={t('checklist.name')} layout="stacked" must value={title} onChange={setTitle} />
      <TextControl
        label={t('checklist.authority')}
        help={t('checklist.authorityHelp')}
        layout="stacked"
        must
        value={authority}
        onChange={setAuthority}
      />
      <div className="scroll-x">
        <table className="data cards">
          <thead>
            <tr>
              <th>{t('checklist.number')}</th>
              <th>{t('checklist.question')}</th>
              <th>{t('checklist.mapped')}</th>
            </tr>
          </thead>
          <tbody>
            {preview.questions.slice(0, 200).map((question) => (
              <tr key={question.line}>
                <td data-label={t('checklist.number')}>{question.number}</td>
                <td>
                  {question.part && <small className="faint">{question.part}　</small>}
                  {question.text}
                </td>
                <td>
                  {question.ours.length > 0 ? (
                    <Pill tone="ok">{t('mapping.mapped', { count: question.ours.length })}</Pill>
                  ) : (
                    <Pill tone={question.suggestions.length > 0 ? 'info' : 'plain'}>
                      {t('checklist.offers', { count: question.suggestions.length })}
                    </Pill>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {save.isError && <Problem error={save.error} />}
      <div className="row card-actions">
        <Button
          look="go"
          busy={save.isPending}
          why={missing ? t('explain.fillFirst') : undefined}
          onPress={() => save.mutate()}
        >
          {t('checklist.confirm', { count: preview.questions.length })}
        </Button>
      </div>
    </div>
  );
}
