import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { BackupDeskView } from '../../../src/http/contract/keeping.ts';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { Factor, type GivenFactor } from '../../record/factor.tsx';
import { showMoment } from '../../time.ts';
import { SelectControl } from '../../ui/choice.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { TextControl } from '../../ui/field.tsx';
import { backupsChanged } from './queries.ts';

/** Which backup, and the key from the printed sheet. */
export function Drill({ places, onClose }: { places: BackupDeskView['places']; onClose(): void }) {
  const offered = places.flatMap(({ place, name, generations }) =>
    generations.map(({ id, takenAt }) => ({
      value: `${place}\n${id}`,
      label: `${name ?? place}　${showMoment(takenAt)}`,
    })),
  );
  const [which, setWhich] = useState(offered[0]?.value ?? '');
  const [sheet, setSheet] = useState('');
  const [factor, setFactor] = useState<GivenFactor>({});
  const begin = useMutation({
    mutationFn: () => {
      const [place = '', generation = ''] = which.split('\n');
      return api.keeping.drill({ commandId: newCommandId(), place, generation, sheet, factor });
    },
    onSuccess: async () => {
      await backupsChanged();
      onClose();
    },
  });
  const why =
    (which === '' ? t('keeping.drillStep.nothing') : undefined) ??
    (sheet.trim() === '' ? t('keeping.drillStep.keyFirst') : undefined) ??
    (Object.keys(factor).length === 0 ? t('action.factorFirst') : undefined);
  return (
    <DialogForm
      title={t('keeping.drillStep.does')}
      go={t('keeping.drillStep.begin')}
      wide
      why={why}
      save={begin}
      onClose={onClose}
    >
      <p>{t('keeping.drillStep.means')}</p>
      <SelectControl
        label={t('keeping.drillStep.which')}
        layout="stacked"
        must
        value={which}
        options={offered}
        onChange={setWhich}
      />
      <TextControl
        label={t('keeping.drillStep.key')}
        help={t('keeping.drillStep.keyHelp')}
        layout="stacked"
        must
        lines={3}
        mono
        autoComplete="off"
        value={sheet}
        onChange={setSheet}
      />
      <Factor value={factor} onChange={setFactor} means={t('action.factorFirst')} />
    </DialogForm>
  );
}
