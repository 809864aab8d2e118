import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { FileValue, Values } from '../../src/kernel/engine/types.ts';
import type { RecordView } from '../../src/runtime/views.ts';
import { api, newCommandId } from '../api.ts';
import { say, t } from '../language.ts';
import { today } from '../time.ts';
import { Alert, Problem } from '../ui/bits.tsx';
import { Button } from '../ui/button.tsx';
import { ChoiceControl } from '../ui/choice.tsx';
import { DateControl } from '../ui/date.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextControl } from '../ui/field.tsx';
import { FilesControl } from '../ui/files.tsx';
import { tell } from '../ui/toast.tsx';
import { askedField } from './act.tsx';
import { FieldControl } from './control.tsx';
import { Factor, type GivenFactor } from './factor.tsx';
import { refetch } from './work.ts';

type Sheet = {
  action: string;
  signer: string;
  signedOn: string;
  print: string;
  scan: FileValue[];
  kept: string;
  document: string;
};

/**
 * A seal that somebody else put on paper: print the present version, have it stamped, scan it. The code is read from the scan's
 * QR code, or typed; of an older version it is refused. A second person confirms before the case goes on.
 */
export function PaperDialog({ record, onClose }: { record: RecordView; onClose(): void }) {
  const actions = record.paper ?? [];
  const first = actions[0];
  const [sheet, setSheet] = useState<Sheet>({
    ...{ action: first?.action ?? '', signer: first?.signers.length === 1 ? first.signers[0]!.id : '' },
    ...{ signedOn: today(), print: '', scan: [], kept: '', document: '' },
  });
  const [answers, setAnswers] = useState<Values>({});
  const [factor, setFactor] = useState<GivenFactor>({});
  const put = (part: Partial<Sheet>) => setSheet((old) => ({ ...old, ...part }));
  const action = actions.find((one) => one.action === sheet.action);
  const read = useMutation({
    mutationFn: (file: string) => api.records.readPrint({ id: record.id, file }),
    onSuccess: ({ outcome, code }) => outcome === 'same' && code && put({ print: code }),
  });
  const enter = useMutation({
    mutationFn: () => {
      const { action: name, document, ...paper } = sheet;
      return api.records.act({
        commandId: newCommandId(),
        id: record.id,
        version: record.version,
        action: name,
        with: answers,
        factor,
        paper: { ...paper, ...(document.trim() && { document }) },
      });
    },
    onSuccess: async () => {
      tell(t('paper.done'));
      await refetch(record.id);
      onClose();
    },
  });
  const missing = missingIn(sheet, factor);
  return (
    <Dialog title={t('paper.title')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!missing) enter.mutate();
        }}
      >
        <p>
          {t('paper.means')}{' '}
          <a href={`/api/v1/records/${encodeURIComponent(record.id)}/print.pdf`} target="_blank" rel="noreferrer">
            {t('paper.printNow')}
          </a>
        </p>
        <ChoiceControl
          label={t('paper.action')}
          layout="stacked"
          value={sheet.action}
          options={actions.map((one) => ({ value: one.action, label: say(one.label) }))}
          onChange={(name) => put({ action: name, signer: '' })}
        />
        <ChoiceControl
          label={t('mark.signer')}
          layout="stacked"
          must
          value={sheet.signer}
          options={(action?.signers ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(signer) => put({ signer })}
        />
        <DateControl
          label={t('mark.signedOn')}
          layout="stacked"
          value={sheet.signedOn}
          max={today()}
          onChange={(signedOn) => put({ signedOn })}
        />
        <FilesControl
          label={t('mark.scan')}
          layout="stacked"
          must
          help={t('paper.scanHelp')}
          value={sheet.scan}
          onChange={(scan) => {
            put({ scan });
            const added = scan.find((file) => !sheet.scan.some(({ id }) => id === file.id));
            if (added) read.mutate(added.sha256);
          }}
        />
        {read.data && (
          <Alert tone={read.data.outcome === 'same' ? 'ok' : 'warn'}>{t(`paper.read_${read.data.outcome}`)}</Alert>
        )}
        {read.isError && <Problem error={read.error} />}
        <TextControl
          label={t('mark.print')}
          layout="stacked"
          must
          mono
          help={t('paper.codeHelp')}
          value={sheet.print}
          onChange={(print) => put({ print })}
        />
        <TextControl
          label={t('mark.kept')}
          layout="stacked"
          must
          value={sheet.kept}
          onChange={(kept) => put({ kept })}
        />
        <TextControl
          label={t('mark.document')}
          layout="stacked"
          value={sheet.document}
          onChange={(document) => put({ document })}
        />
        {action?.asks.map((name) => (
          <FieldControl
            key={name}
            field={askedField(record, name)}
            value={answers[name]}
            names={record.names}
            layout="stacked"
            idPrefix="paper"
            onChange={(value) => setAnswers((old) => ({ ...old, [name]: value }))}
          />
        ))}
        <Factor value={factor} onChange={setFactor} />
        {enter.isError && <Problem error={enter.error} />}
        <div className="actions">
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="go" type="submit" busy={enter.isPending} why={missing}>
            {t('paper.enter')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function missingIn(sheet: Sheet, factor: GivenFactor): string | undefined {
  if (!sheet.signer) return t('paper.chooseSigner');
  if (sheet.scan.length === 0) return t('paper.addScan');
  if (sheet.print.trim() === '') return t('paper.giveCode');
  if (sheet.kept.trim() === '') return t('paper.giveKept');
  return Object.keys(factor).length === 0 ? t('action.factorFirst') : undefined;
}
