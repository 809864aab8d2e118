import { Input } from 'react-aria-components/Input';
import { NumberField } from 'react-aria-components/NumberField';
import { type ControlProps, FieldLabel, FieldNotes, fieldClass } from './field.tsx';

/** A number with its unit beside it; undefined while empty. */
export function NumberControl(
  props: ControlProps & {
    value: number | undefined;
    unit?: string | undefined;
    onChange(value: number | undefined): void;
  },
) {
  return (
    <NumberField
      className={fieldClass(props)}
      value={props.value ?? Number.NaN}
      onChange={(value) => props.onChange(Number.isNaN(value) ? undefined : value)}
      formatOptions={{ maximumFractionDigits: 6, useGrouping: true }}
      isInvalid={Boolean(props.wrong)}
      isRequired={props.must ?? false}
      validationBehavior="aria"
      {...(props.id && { id: props.id })}
    >
      <FieldLabel {...props} />
      <span className="with-unit">
        <Input className="input num" />
        {props.unit && <span className="sub">{props.unit}</span>}
      </span>
      <FieldNotes {...props} />
    </NumberField>
  );
}
