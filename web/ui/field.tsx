import './field.css';
import type { ReactNode } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import { t } from '../language.ts';

/** What every control on a form has: label, help, whether it must be filled, what is wrong with it. */
export type ControlProps = {
  label: string;
  help?: string | undefined;
  must?: boolean | undefined;
  wrong?: string | undefined;
  /** `stacked`: label above (dialogs, sign-in); `bare`: label only for screen readers (cells of a table). */
  layout?: 'side' | 'stacked' | 'bare' | undefined;
  id?: string | undefined;
};

export const fieldClass = ({ layout = 'side' }: ControlProps): string =>
  layout === 'side' ? 'field editing' : layout === 'stacked' ? 'field editing stacked' : 'bare';

export function FieldLabel({ label, must, layout }: ControlProps) {
  return (
    <Label className={layout === 'bare' ? 'visually-hidden' : 'label'}>
      {label}
      {must && (
        <>
          <span className="must" aria-hidden="true">
            ＊
          </span>
          <span className="visually-hidden">{t('field.required')}</span>
        </>
      )}
    </Label>
  );
}

export function FieldNotes({ help, wrong }: ControlProps) {
  return (
    <>
      {help && (
        <Text slot="description" className="help">
          {help}
        </Text>
      )}
      {wrong && <FieldError className="wrong">{wrong}</FieldError>}
    </>
  );
}

type TextProps = ControlProps & {
  value: string;
  onChange(value: string): void;
  lines?: number | undefined;
  type?: 'text' | 'email' | 'url' | 'password' | 'search' | undefined;
  placeholder?: string | undefined;
  autoComplete?: string | undefined;
  autoFocus?: boolean | undefined;
  inputMode?: 'text' | 'numeric' | 'decimal' | undefined;
  mono?: boolean | undefined;
  onBlur?: (() => void) | undefined;
};

/** One line of text, or several that grow with what is written. */
export function TextControl(props: TextProps) {
  const {
    value,
    onChange,
    lines,
    type = 'text',
    placeholder,
    autoComplete,
    autoFocus,
    inputMode,
    mono,
    onBlur,
  } = props;
  return (
    <TextField
      className={fieldClass(props)}
      value={value}
      onChange={onChange}
      type={type}
      isInvalid={Boolean(props.wrong)}
      isRequired={props.must ?? false}
      validationBehavior="aria"
      {...(props.id && { id: props.id })}
      {...(autoComplete && { autoComplete })}
      {...(inputMode && { inputMode })}
      {...(onBlur && { onBlur })}
    >
      <FieldLabel {...props} />
      {lines && lines > 1 ? (
        <TextArea className="input" rows={lines} {...(placeholder && { placeholder })} />
      ) : (
        <Input
          className="input"
          autoFocus={autoFocus ?? false}
          {...(placeholder && { placeholder })}
          {...(mono && { style: { fontFamily: 'var(--mono)' } })}
        />
      )}
      <FieldNotes {...props} />
    </TextField>
  );
}

/** A field that is only read: label and value, side by side. */
export function FieldRow({
  label,
  children,
  id,
  wide = false,
}: {
  label: ReactNode;
  children: ReactNode;
  id?: string;
  wide?: boolean;
}) {
  return (
    <div className={wide ? 'field wide' : 'field'} id={id}>
      <span className="label">{label}</span>
      <div>{children}</div>
    </div>
  );
}
