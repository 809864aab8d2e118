import type { Backfill, FileValue } from '../../src/kernel/engine/types.ts';
import { t } from '../language.ts';
import { MomentControl } from '../ui/date.tsx';
import { TextControl } from '../ui/field.tsx';
import { FilesControl } from '../ui/files.tsx';

export type Afterwards = Partial<Backfill>;

/** 補登: done earlier than it is entered. When, why so late, and what shows it; somebody else countersigns. */
export function BackfillFields({
  value,
  onChange,
}: {
  value: Afterwards | undefined;
  onChange(value: Afterwards | undefined): void;
}) {
  return (
    <details
      className="held backfilled settled"
      open={value !== undefined}
      onToggle={(event) => {
        const { open } = event.currentTarget;
        if (open !== (value !== undefined)) onChange(open ? {} : undefined);
      }}
    >
      <summary>{t('mark.enterAfterwards')}</summary>
      {value && (
        <div className="stack" style={{ marginTop: 10 }}>
          <p className="sub">{t('mark.afterwardsMeans')}</p>
          <MomentControl
            label={t('mark.doneAt')}
            layout="stacked"
            must
            value={value.doneAt ?? ''}
            onChange={(doneAt) => onChange({ ...value, doneAt })}
          />
          <TextControl
            label={t('mark.why')}
            layout="stacked"
            must
            value={value.why ?? ''}
            onChange={(why) => onChange({ ...value, why })}
          />
          <FilesControl
            label={t('mark.proof')}
            layout="stacked"
            must
            value={value.proof ?? []}
            onChange={(proof: FileValue[]) => onChange({ ...value, proof })}
          />
        </div>
      )}
    </details>
  );
}

/** Ready to send, or what is still missing; nothing at all for what is entered as it is done. */
export function afterwards(value: Afterwards | undefined): { backfill?: Backfill; missing?: string } {
  if (!value) return {};
  const { doneAt, why, proof } = value;
  if (!doneAt || !why?.trim() || !proof?.length) return { missing: t('mark.afterwardsMissing') };
  return { backfill: { doneAt, why, proof } };
}
