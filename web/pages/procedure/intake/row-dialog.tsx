import { useState } from 'react';
import { t } from '../../../language.ts';
import { Button } from '../../../ui/button.tsx';
import { SelectControl, YesNoControl } from '../../../ui/choice.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextControl } from '../../../ui/field.tsx';
import type { Row } from './rows.ts';

type Props = {
  row: Row;
  first: boolean;
  onSave(to: Partial<Row>): void;
  onJoin(): void;
  onSplit(line: number): void;
  onClose(): void;
};
const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Corrects one recognised clause: its number, its level, whether it is a title; joins it or takes a part out. */
export function RowDialog({ row, first, onSave, onJoin, onSplit, onClose }: Props) {
  const [number, setNumber] = useState(row.number);
  const [level, setLevel] = useState(row.level);
  const [heading, setHeading] = useState(row.heading);
  const [text, setText] = useState(row.text);
  const lines = row.text.split('\n');
  return (
    <Dialog title={t('ownImport.correct')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onSave({ number: number.trim(), level, heading, text });
        }}
      >
        <TextControl
          label={t('ownImport.number')}
          help={t('ownImport.numberHelp')}
          layout="stacked"
          value={number}
          onChange={setNumber}
          autoFocus
        />
        <SelectControl
          label={t('ownImport.level')}
          layout="stacked"
          value={String(level)}
          options={LEVELS.map((each) => ({ value: String(each), label: t('ownImport.levelOf', { level: each + 1 }) }))}
          onChange={(to) => setLevel(Number(to))}
        />
        <YesNoControl
          label={t('ownImport.heading')}
          help={t('ownImport.headingHelp')}
          layout="stacked"
          value={heading}
          onChange={setHeading}
        />
        <TextControl label={t('ownImport.text')} layout="stacked" lines={5} value={text} onChange={setText} />
        {lines.length > 1 && (
          <fieldset className="split-lines">
            <legend>{t('ownImport.split')}</legend>
            <ol>
              {lines.slice(1).map((line, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text have no identity but their place
                <li key={at}>
                  <span>{line}</span>
                  <Button look="quiet" onPress={() => onSplit(at + 1)}>
                    {t('ownImport.splitHere')}
                  </Button>
                </li>
              ))}
            </ol>
          </fieldset>
        )}
        <div className="actions">
          {!first && <Button onPress={onJoin}>{t('ownImport.join')}</Button>}
          <Button look="go" type="submit">
            {t('ownImport.apply')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
