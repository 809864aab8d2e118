import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { UnitView } from '../../../src/http/contract/people.ts';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { today } from '../../time.ts';
import { Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { DateControl } from '../../ui/date.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { peopleChanged } from './queries.ts';
import { below, unitOptions } from './tree.ts';

export type UnitTask = { do: 'add' } | { do: 'addBelow' | 'rename' | 'move' | 'close'; unit: UnitView };

/** One change of the units at a time: a new one, a name, a place, an end. */
export function UnitForm({ task, units, onClose }: { task: UnitTask; units: UnitView[]; onClose(): void }) {
  const unit = task.do === 'add' ? undefined : task.unit;
  const [name, setName] = useState(task.do === 'rename' ? task.unit.name : '');
  const [under, setUnder] = useState(startUnder(task, units));
  const [successor, setSuccessor] = useState('');
  const [until, setUntil] = useState(unit?.until ?? today());
  const save = useMutation({
    mutationFn: () => write(task, { name: name.trim(), under, until, successor }),
    onSuccess: async () => {
      await peopleChanged();
      onClose();
    },
  });
  const named = task.do === 'add' || task.do === 'addBelow' || task.do === 'rename';
  const placed = task.do === 'add' || task.do === 'addBelow' || task.do === 'move';
  const forbidden = task.do === 'move' ? below(units, task.unit.id) : new Set<string>();
  const why = named && !name.trim() ? t('units.nameFirst') : undefined;
  return (
    <Dialog
      title={unit && task.do !== 'addBelow' ? `${t(`units.${task.do}`)}：${unit.name}` : t('units.add')}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!why) save.mutate();
        }}
      >
        {named && <TextControl label={t('units.name')} must autoFocus value={name} onChange={setName} />}
        {placed && (
          <SelectControl
            label={t('units.under')}
            value={under}
            options={unitOptions(units.filter((each) => !forbidden.has(each.id)))}
            onChange={setUnder}
          />
        )}
        {task.do === 'close' && (
          <>
            <p className="sub">{t('units.closeText')}</p>
            <DateControl label={t('units.lastDay')} must value={until} onChange={setUntil} />
            <SelectControl
              label={t('units.successor')}
              help={t('units.successorHelp')}
              value={successor}
              options={unitOptions(units.filter((each) => each.id !== task.unit.id && !each.until))}
              onChange={setSuccessor}
            />
          </>
        )}
        {save.isError && <Problem error={save.error} />}
        <div className="actions form-actions">
          <Button look={task.do === 'close' ? 'danger' : 'go'} type="submit" busy={save.isPending} why={why}>
            {task.do === 'close' ? t('units.close') : t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function startUnder(task: UnitTask, units: UnitView[]): string {
  if (task.do === 'add') return units.find((unit) => !unit.under)?.id ?? '';
  return task.do === 'addBelow' ? task.unit.id : (task.unit.under ?? '');
}

async function write(
  task: UnitTask,
  given: { name: string; under: string; until: string; successor: string },
): Promise<unknown> {
  const commandId = newCommandId();
  switch (task.do) {
    case 'add':
    case 'addBelow':
      return api.units.add({ commandId, name: given.name, ...(given.under && { under: given.under }) });
    case 'rename':
      return api.units.edit({ commandId, id: task.unit.id, name: given.name });
    case 'move':
      return api.units.edit({ commandId, id: task.unit.id, under: given.under });
    case 'close':
      return api.units.edit({
        commandId,
        id: task.unit.id,
        until: given.until,
        ...(given.successor && { successor: given.successor }),
      });
    default:
      return task satisfies never;
  }
}
