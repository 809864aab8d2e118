import type { FieldView } from '../../../src/runtime/views.ts';
import { comma, say, t } from '../../language.ts';
import { Alert } from '../../ui/bits.tsx';
import { SelectControl } from '../../ui/choice.tsx';

type Props = {
  headings: string[];
  fields: FieldView[];
  mapping: Record<string, string>;
  onChange(next: Record<string, string>): void;
};
const LEFT_OUT = '-';

/** Which column is which field; those recognised by name are filled in, the rest can be chosen or left out. */
export function Mapping({ headings, fields, mapping, onChange }: Props) {
  const taken = new Set(Object.values(mapping));
  const missing = fields.filter((field) => field.required.includes('*') && !taken.has(field.name));
  const put = (heading: string, field: string) => {
    const others = Object.entries(mapping).filter(([other, of]) => other !== heading && of !== field);
    onChange(Object.fromEntries(field === LEFT_OUT ? others : [...others, [heading, field]]));
  };
  return (
    <>
      <h3>{t('intake.columns')}</h3>
      <ul className="mapping">
        {headings.map((heading) => (
          <li key={heading}>
            <span className="heading">{heading}</span>
            <span aria-hidden="true">→</span>
            <SelectControl
              label={t('intake.fieldOf', { heading })}
              layout="bare"
              value={mapping[heading] ?? LEFT_OUT}
              options={[
                { value: LEFT_OUT, label: t('intake.leftOut') },
                ...fields.map((field) => ({ value: field.name, label: say(field.label) })),
              ]}
              onChange={(field) => put(heading, field)}
            />
          </li>
        ))}
      </ul>
      {missing.length > 0 && (
        <Alert tone="warn">
          {t('intake.missing', { fields: missing.map((field) => say(field.label)).join(comma()) })}
        </Alert>
      )}
    </>
  );
}
