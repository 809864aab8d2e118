import { useMutation, useQueries, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Refusal } from '../../../src/kernel/refusal.ts';
import type { RecordView, Task } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { comma, say, t, titled } from '../../language.ts';
import { historyQuery, meQuery, queryClient, recordQuery } from '../../queries.ts';
import { type ChosenFactor, Factor } from '../../record/factor.tsx';
import { whyNot } from '../../record/reasons.ts';
import { inWords, isBlank } from '../../record/value.tsx';
import { signWithPasskey } from '../../session.ts';
import { showMomentShort } from '../../time.ts';
import { Pill, Problem, Refusals, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Changed } from './worklist.tsx';

type Chosen = { task: Task; record: RecordView };
type Result = { task: Task; refused?: Refusal[] };

/** Several seals with one authentication: each case in three lines, one outcome per case, nothing hidden when one is refused. */
export default function SignSeveral({ tasks, onClose }: { tasks: Task[]; onClose(): void }) {
  const [taken, setTaken] = useState<string[]>([]);
  const [factor, setFactor] = useState<ChosenFactor>({});
  const [results, setResults] = useState<Result[]>([]);
  const records = useQueries({ queries: tasks.map((task) => recordQuery(task.record.id)) });
  const cases = tasks.flatMap((task, place) => {
    const record = records[place]?.data;
    return record ? [{ task, record, against: reasonAgainst(record, task) }] : [];
  });
  const chosen = cases.filter(({ task, against }) => !against && taken.includes(task.id));
  const sign = useMutation({
    mutationFn: async () => {
      const outcome = await signAll(chosen, factor);
      if (!outcome) return; // closed by the person
      setResults(outcome);
      await Promise.all(['tasks', 'records', 'me'].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
    },
  });
  const signable = cases.some(({ against }) => !against);
  const nothing = signable ? t('several.choose') : t('several.none');
  const proven = Object.keys(factor).length > 0;
  const whyNotYet = chosen.length === 0 ? nothing : proven ? undefined : t('action.factorFirst');
  return (
    <Dialog title={t('several.title')} wide onClose={onClose}>
      {cases.length < tasks.length && <Skeleton lines={6} />}
      <ul className="several">
        {cases.map(({ task, record, against }) => (
          <Case
            key={task.id}
            task={task}
            record={record}
            against={against}
            chosen={taken.includes(task.id)}
            result={results.find((result) => result.task.id === task.id)}
            onChoose={(take) => setTaken(take ? [...taken, task.id] : taken.filter((id) => id !== task.id))}
          />
        ))}
      </ul>
      {results.length === 0 && <Factor signs several value={factor} onChange={setFactor} />}
      {sign.isError && <Problem error={sign.error} />}
      <div className="actions">
        <Button onPress={onClose}>{results.length > 0 ? t('common.close') : t('common.cancel')}</Button>
        {results.length === 0 && (
          <Button look="go" busy={sign.isPending} why={whyNotYet} onPress={() => sign.mutate()}>
            {chosen.length > 0 ? t('several.sign', { count: chosen.length }) : t('several.seal')}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

type CaseProps = {
  task: Task;
  record: RecordView;
  against: string | undefined;
  chosen: boolean;
  result: Result | undefined;
  onChoose(take: boolean): void;
};

function Case({ task, record, against, chosen, result, onChoose }: CaseProps) {
  const done = result && !result.refused;
  // Gates of what is signed here; those of a later step are no reason to hesitate now.
  const state = against ?? (task.gates && task.gates.all > 0 && t('home.gates', task.gates));
  return (
    <li>
      <label>
        <input
          type="checkbox"
          checked={chosen && (!against || result !== undefined)}
          disabled={Boolean(against) || Boolean(result)}
          onChange={(event) => onChoose(event.target.checked)}
        />
        <span>
          <b>{say(task.label)}</b>　{titled(record)}
          <span className="faint">　{record.number}</span>
          <div className="sub">
            {[record.unit?.name, record.requester?.name].filter(Boolean).join(' ')}　{gist(record)}
          </div>
          {task.changed && task.changed.fields.length > 0 && <Changed changed={task.changed} />}
          {!result && (
            <div className="sub">
              {state && `${state} · `}
              <SinceLastLook record={record} />
            </div>
          )}
        </span>
      </label>
      <span>
        {done && <Pill tone="ok">{t('several.done')}</Pill>}
        {result?.refused && <Refusals list={result.refused} />}
        {!result && (
          <Link to="/records/$id" params={{ id: record.id }} className="sub">
            {t('several.read')}
          </Link>
        )}
      </span>
    </li>
  );
}

/** What has changed since this person last had the case open; what nobody has looked at says so. */
function SinceLastLook({ record }: { record: RecordView }) {
  const me = useSuspenseQuery(meQuery).data.person?.id;
  const look = record.looked;
  const changed = look !== undefined && look.version < record.version;
  const history = useQuery({ ...historyQuery(record.id), enabled: changed });
  if (!look) return <span className="faint">{t('several.neverSeen')}</span>;
  if (!changed) return <span>{t('several.sameSince', { at: showMomentShort(look.at) })}</span>;
  const since = (history.data ?? []).filter((item) => item.at > look.at && item.by?.id !== me);
  const labels = [...new Set(since.flatMap((item) => item.changes.map(({ label }) => say(label))))];
  const comments = since.filter((item) => item.comment).length;
  return (
    <strong>
      {t('several.since', { at: showMomentShort(look.at) })}
      {labels.length > 0 ? t('several.changed', { fields: labels.join(comma()) }) : t('several.noFields')}
      {comments > 0 && t('several.said', { count: comments })}
    </strong>
  );
}

/** One proof of who it is for all of them; a passkey signs the list. Undefined when the person closed the passkey's dialog. */
async function signAll(chosen: Chosen[], { passkey, ...typed }: ChosenFactor): Promise<Result[] | undefined> {
  const acts = chosen.map(({ task, record }) => ({ id: record.id, version: record.version, action: task.action }));
  const { options, among, refused } = passkey
    ? await api.records.signingSeveral({ acts })
    : { options: undefined, among: undefined, refused: [] };
  const signature = options && (await signWithPasskey(options));
  if (options && !signature) return undefined;
  const left = acts.filter(({ id }) => !refused.some((one) => one.id === id));
  const given = { factor: signature ? { passkey: signature } : typed, ...(signature && among && { among }) };
  const { done } =
    left.length === 0
      ? { done: [] }
      : await api.records.actSeveral({ acts: left.map((act) => ({ commandId: newCommandId(), ...act })), ...given });
  return chosen.flatMap(({ task, record }) => {
    const outcome = [...refused, ...done].find(({ id }) => id === record.id);
    return outcome ? [{ task, ...(outcome.refused && { refused: outcome.refused }) }] : [];
  });
}

/** Cases that ask something of their own, or are refused, are opened one by one. */
function reasonAgainst(record: RecordView, task: Task): string | undefined {
  const action = record.actions.find((each) => each.action === task.action);
  if (!action) return t('action.notNow');
  return whyNot(action) ?? (action.renews ? t('several.renews') : undefined);
}

/** The first things written, in one line. */
function gist(record: RecordView): string {
  return record.sections
    .flatMap((section) => section.fields)
    .filter((field) => ['text', 'choice', 'ref', 'period'].includes(field.type) && !isBlank(record.values[field.name]))
    .map((field) => inWords(field, record.values[field.name], record.names))
    .filter((words) => words !== record.title)
    .slice(0, 3)
    .join(' · ')
    .slice(0, 110);
}
