import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActionView } from '../../src/kernel/engine/types.ts';
import type { Refusal } from '../../src/kernel/refusal.ts';
import type { RecordView } from '../../src/runtime/views.ts';
import { api, newCommandId, refusalsOf } from '../api.ts';
import { comma, say, t } from '../language.ts';
import { queryClient, recordQuery } from '../queries.ts';
import { tell } from '../ui/toast.tsx';
import type { Act } from './act.tsx';
import { conflicts, type Draft, useDraft } from './draft.ts';
import { mainAction } from './reasons.ts';

/**
 * Working on one record: the draft, saving it, taking an action. An action saves the draft first, so that what is decided
 * and sealed is what is on screen. Somebody else's newer version is fetched and only real conflicts are asked about.
 */
export function useRecordWork(record: RecordView, onDone: () => void) {
  const { draft, set, settle, wrote, clear } = useDraft(record.id, record.values);
  const [refused, setRefused] = useState<Refusal[]>([]);
  const open = conflicts(draft, record.values);

  const saveDraft = async (): Promise<number> => {
    const saved = await saveOver(record, draft);
    await refetch(record.id);
    wrote(draft.values);
    return saved.version;
  };
  const onError = (error: unknown) => {
    const refusals = refusalsOf(error) ?? [];
    setRefused(refusals);
    if (refusals.some((refusal) => refusal.code === 'conflict')) void refetch(record.id);
  };
  const saving = useMutation({
    mutationFn: saveDraft,
    onMutate: () => setRefused([]),
    onSuccess: () => tell(t('record.saved')),
    onError,
  });
  const acting = useMutation({
    mutationFn: async ({ action, given }: { action: ActionView; given: Act; then?: (() => void) | undefined }) => {
      const version = Object.keys(draft.values).length > 0 ? await saveDraft() : record.version;
      return api.records.act({ commandId: newCommandId(), id: record.id, version, action: action.action, ...given });
    },
    onMutate: () => setRefused([]),
    onSuccess: async (answer, { action, then }) => {
      const waiting = answer.waitingFor.map((person) => person.name).join(comma());
      tell(waiting ? t('action.votedWaiting', { who: waiting }) : t('action.done', { action: say(action.label) }));
      await refetch(record.id);
      onDone();
      then?.();
    },
    onError,
  });
  return {
    editing: {
      draft,
      set: (field: string) => (value: Parameters<typeof set>[1], named?: [string, string]) => set(field, value, named),
      conflicts: open,
      settle,
      refused,
      next: (mainAction(record.actions) ?? record.actions.find(({ kind }) => kind === 'forward'))?.action,
    },
    dirty: Object.keys(draft.values).length,
    discard: clear,
    save: () => saving.mutate(),
    saving: saving.isPending,
    saveError: saving.error && !onlyConflict(saving.error) ? saving.error : null,
    act: (action: ActionView, given: Act, then?: () => void) => acting.mutate({ action, given, then }),
    acting: acting.isPending,
    actError: acting.error,
  };
}

/** Saves over the version seen; when somebody saved meanwhile, over the newest, unless both touched the same field. */
async function saveOver(record: RecordView, draft: Draft): Promise<{ version: number }> {
  const save = (version: number) =>
    api.records.save({ commandId: newCommandId(), id: record.id, version, values: draft.values });
  try {
    return await save(record.version);
  } catch (error) {
    if (!onlyConflict(error)) throw error;
    const newest = await queryClient.fetchQuery({ ...recordQuery(record.id), staleTime: 0 });
    if (conflicts(draft, newest.values).length > 0) throw error;
    return save(newest.version);
  }
}

/** A conflict is shown at its fields, not as an error. */
const onlyConflict = (error: unknown): boolean =>
  refusalsOf(error)?.every((refusal) => refusal.code === 'conflict') ?? false;

/** After something was done to a record: it, its tasks and lists are read again. */
export async function refetch(id: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['records', id] }),
    queryClient.invalidateQueries({ queryKey: ['tasks'] }),
    queryClient.invalidateQueries({ queryKey: ['me'] }),
  ]);
  void queryClient.invalidateQueries({ queryKey: ['records', 'list'] });
}
