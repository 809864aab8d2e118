import { Checkbox } from 'react-aria-components/Checkbox';
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup';
import { Button, Select, SelectValue } from 'react-aria-components/Select';
import { t } from '../language.ts';
import { type ControlProps, FieldLabel, FieldNotes, fieldClass } from './field.tsx';
import { Icon } from './icons.tsx';

export type Option = { value: string; label: string };
type One = ControlProps & { value: string; options: Option[]; onChange(value: string): void };

/** One of a few: all of them in sight. One of many: a list that opens. */
export function ChoiceControl(props: One) {
  const letters = props.options.reduce((sum, option) => sum + option.label.length + 3, 0);
  return props.options.length <= 5 && letters < 44 && props.layout !== 'bare' ? (
    <Segments {...props} />
  ) : (
    <SelectControl {...props} />
  );
}

export function Segments(props: One) {
  return (
    <RadioGroup
      className={fieldClass(props)}
      value={props.value || null}
      onChange={props.onChange}
      isInvalid={Boolean(props.wrong)}
      isRequired={props.must ?? false}
      validationBehavior="aria"
      {...(props.id && { id: props.id })}
    >
      <FieldLabel {...props} />
      <div className="segments">
        {props.options.map((option) => (
          <Radio key={option.value} value={option.value} className="segment">
            {option.label}
          </Radio>
        ))}
      </div>
      <FieldNotes {...props} />
    </RadioGroup>
  );
}

export function SelectControl(props: One) {
  return (
    <Select
      className={fieldClass(props)}
      value={props.value || null}
      onChange={(key) => props.onChange(String(key ?? ''))}
      placeholder={t('field.choose')}
      isInvalid={Boolean(props.wrong)}
      isRequired={props.must ?? false}
      validationBehavior="aria"
      {...(props.id && { id: props.id })}
    >
      <FieldLabel {...props} />
      <Button className="input select-button">
        <SelectValue />
        <Icon name="down" size={14} />
      </Button>
      <FieldNotes {...props} />
      <Popover className="popover">
        <ListBox className="options">
          {props.options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} className="option">
              {option.label}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** Any number of them. */
export function ChoicesControl(
  props: ControlProps & { value: string[]; options: Option[]; onChange(value: string[]): void },
) {
  return (
    <CheckboxGroup
      className={fieldClass(props)}
      value={props.value}
      onChange={props.onChange}
      isInvalid={Boolean(props.wrong)}
      validationBehavior="aria"
      {...(props.id && { id: props.id })}
    >
      <FieldLabel {...props} />
      <div className="segments">
        {props.options.map((option) => (
          <Checkbox key={option.value} value={option.value} className="segment">
            {({ isSelected }) => (
              <>
                <span aria-hidden="true">{isSelected ? '☑' : '☐'}</span>
                {option.label}
              </>
            )}
          </Checkbox>
        ))}
      </div>
      <FieldNotes {...props} />
    </CheckboxGroup>
  );
}

export function YesNoControl(props: ControlProps & { value: boolean | undefined; onChange(value: boolean): void }) {
  const options = [
    { value: 'yes', label: t('common.yes') },
    { value: 'no', label: t('common.no') },
  ];
  const value = props.value === undefined ? '' : props.value ? 'yes' : 'no';
  return <ChoiceControl {...props} value={value} options={options} onChange={(to) => props.onChange(to === 'yes')} />;
}
