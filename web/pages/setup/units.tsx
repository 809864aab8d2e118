import { useEffect, useRef, useState } from 'react';
import { t } from '../../language.ts';
import { Card } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { tree, unitOptions } from '../people/tree.ts';
import { newKey, type UnitDraft, useDraft } from './draft.ts';
import { StepFoot, StepHead } from './frame.tsx';
import type { StepProps } from './steps.ts';
import { unitsOf } from './unit-list.ts';

type Props = StepProps & { organisation: string };
const asTree = (units: UnitDraft[]) =>
  units.map(({ key, name, under }) => ({ id: key, name, ...(under && { under }) }));

/** The units as a tree: Enter adds the next one, or a whole list is pasted. */
export function Units({ go, organisation }: Props) {
  const [draft, change] = useDraft();
  const [pasting, setPasting] = useState(false);
  const { units } = draft;
  const put = (next: UnitDraft[]) => change({ units: next });
  useEffect(() => {
    if (units.length === 0 && organisation) change({ units: [{ key: 'k1', name: organisation }] });
  }, [units.length, organisation, change]);
  const top = units.find((unit) => !unit.under)?.key;
  const add = (under = top) => put([...units, { key: newKey(units), name: '', ...(under && { under }) }]);
  return (
    <>
      <StepHead title={t('setup.step_units')}>{t('setup.unitsText')}</StepHead>
      <Card>
        <ul className="unit-rows">
          {tree(asTree(units)).map(({ unit, depth }) => (
            <UnitRow
              key={unit.id}
              unit={unit}
              depth={depth}
              units={units}
              onChange={put}
              onNext={() => add(unit.under ?? unit.id)}
            />
          ))}
        </ul>
        <div className="row card-actions">
          <Button onPress={() => add()}>
            <Icon name="plus" size={14} />
            {t('setup.addUnit')}
          </Button>
          <Button look="quiet" onPress={() => setPasting(true)}>
            {t('setup.pasteUnits')}
          </Button>
        </div>
      </Card>
      {pasting && (
        <PasteUnits
          onClose={() => setPasting(false)}
          onPaste={(text) => {
            const first = Number(newKey(units).slice(1));
            put([...units.filter((unit) => unit.name.trim()), ...unitsOf(text, top, (place) => `k${first + place}`)]);
          }}
        />
      )}
      <StepFoot
        onBack={() => go('packs')}
        next={t('setup.next')}
        why={units.some((unit) => unit.name.trim()) ? undefined : t('setup.unitFirst')}
        onNext={() => {
          put(units.filter((unit) => unit.name.trim()));
          go('people');
        }}
      />
    </>
  );
}

type RowProps = {
  unit: { id: string; name: string; under?: string };
  depth: number;
  units: UnitDraft[];
  onChange(next: UnitDraft[]): void;
  onNext(): void;
};

function UnitRow({ unit, depth, units, onChange, onNext }: RowProps) {
  const row = useRef<HTMLLIElement>(null);
  const isNew = unit.name === '';
  useEffect(() => {
    if (isNew) row.current?.querySelector('input')?.focus();
  }, [isNew]);
  const edit = (to: Partial<UnitDraft>) =>
    onChange(units.map((each) => (each.key === unit.id ? { ...each, ...to } : each)));
  const others = units.filter((each) => each.key !== unit.id && each.name.trim());
  return (
    <li
      ref={row}
      style={{ paddingInlineStart: `${Math.min(depth, 5) * 26}px` }}
      onKeyDown={(event) => {
        const inName = event.target instanceof HTMLInputElement;
        if (event.key !== 'Enter' || event.nativeEvent.isComposing || !inName || !unit.name.trim()) return;
        event.preventDefault();
        onNext();
      }}
    >
      <TextControl
        label={t('units.name')}
        layout="bare"
        placeholder={t('setup.unitExample')}
        value={unit.name}
        onChange={(name) => edit({ name })}
      />
      {unit.under && (
        <SelectControl
          label={t('units.under')}
          layout="bare"
          value={unit.under}
          options={unitOptions(asTree(others))}
          onChange={(under) => edit({ under })}
        />
      )}
      {unit.under && (
        <Button
          look="icon"
          aria-label={t('setup.removeUnit', { name: unit.name })}
          onPress={() => onChange(without(units, unit))}
        >
          <Icon name="trash" size={16} />
        </Button>
      )}
    </li>
  );
}

/** What hung under a removed unit moves up to where it hung itself. */
function without(units: UnitDraft[], gone: { id: string; under?: string }): UnitDraft[] {
  return units
    .filter((unit) => unit.key !== gone.id)
    .map((unit) => (unit.under === gone.id && gone.under ? { ...unit, under: gone.under } : unit));
}

function PasteUnits({ onPaste, onClose }: { onPaste(text: string): void; onClose(): void }) {
  const [text, setText] = useState('');
  return (
    <Dialog title={t('setup.pasteUnits')} onClose={onClose}>
      <TextControl
        label={t('setup.pasteUnitsLabel')}
        help={t('setup.pasteUnitsHelp')}
        layout="stacked"
        lines={8}
        autoFocus
        value={text}
        onChange={setText}
      />
      <div className="actions">
        <Button
          look="go"
          why={text.trim() ? undefined : t('intake.pasteFirst')}
          onPress={() => {
            onPaste(text);
            onClose();
          }}
        >
          {t('setup.add')}
        </Button>
      </div>
    </Dialog>
  );
}
