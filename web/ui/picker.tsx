import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { ComboBox } from 'react-aria-components/ComboBox';
import { Input } from 'react-aria-components/Input';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { t } from '../language.ts';
import { Button } from './button.tsx';
import { type ControlProps, FieldLabel, FieldNotes, fieldClass } from './field.tsx';
import { Icon } from './icons.tsx';

export type Found = { id: string; name: string; hint?: string | undefined };
export type Source = { key: string; search(words: string): Promise<Found[]> };

type PickerProps = ControlProps & {
  source: Source;
  value: string;
  name: string;
  onChange(id: string, name: string): void;
};

/** One person, unit or record, found by typing part of its name. */
export function PickerControl(props: PickerProps) {
  const { source, value, name, onChange } = props;
  const [typed, setTyped] = useState(name);
  const words = useDeferredValue(typed === name ? '' : typed);
  const found = useQuery({
    queryKey: ['lookups', source.key, words],
    queryFn: () => source.search(words),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const choose = (id: string) => {
    const item = found.data?.find((each) => each.id === id);
    if (!item) return;
    setTyped(item.name);
    onChange(item.id, item.name);
  };
  return (
    <ComboBox
      className={fieldClass(props)}
      items={found.data ?? []}
      inputValue={typed}
      onInputChange={setTyped}
      value={value || null}
      onChange={(key) => key !== null && choose(String(key))}
      onBlur={() => (typed === '' ? value && onChange('', '') : setTyped(name))}
      menuTrigger="focus"
      allowsEmptyCollection
      isInvalid={Boolean(props.wrong)}
      isRequired={props.must ?? false}
      validationBehavior="aria"
      {...(props.id && { id: props.id })}
    >
      <FieldLabel {...props} />
      <span className="picker">
        <Input className="input" placeholder={t('field.search')} />
        <AriaButton className="button icon" aria-label={t('field.openList')}>
          <Icon name="down" size={14} />
        </AriaButton>
      </span>
      <FieldNotes {...props} />
      <Popover className="popover">
        <ListBox<Found>
          className="options"
          renderEmptyState={() => (
            <p className="option faint">{found.isFetching ? t('common.loading') : t('field.noneFound')}</p>
          )}
        >
          {(item) => (
            <ListBoxItem id={item.id} textValue={item.name} className="option">
              {item.name}
              {item.hint && <small>{item.hint}</small>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

type ManyProps = ControlProps & {
  source: Source;
  value: string[];
  names: Record<string, string>;
  onChange(ids: string[], name?: [string, string]): void;
};

/** Several: each chosen one is a tag that can be taken away again. */
export function ManyPicker(props: ManyProps) {
  const { value, names, onChange } = props;
  return (
    <div className={fieldClass(props)} id={props.id}>
      {props.layout !== 'bare' && <span className="label">{props.label}</span>}
      <div>
        {value.length > 0 && (
          <ul className="chosen" aria-label={props.label}>
            {value.map((id) => (
              <li key={id} className="tag">
                {(names[id] ?? id) || t('record.notForYou')}
                <Button
                  look="icon"
                  aria-label={t('field.takeAway', { name: (names[id] ?? id) || t('record.notForYou') })}
                  onPress={() => onChange(value.filter((other) => other !== id))}
                >
                  <Icon name="close" size={13} />
                </Button>
              </li>
            ))}
          </ul>
        )}
        <PickerControl
          key={value.length}
          source={props.source}
          label={t('field.addTo', { label: props.label })}
          layout="bare"
          value=""
          name=""
          wrong={props.wrong}
          onChange={(id, name) => id && !value.includes(id) && onChange([...value, id], [id, name])}
        />
        {props.help && <span className="help">{props.help}</span>}
      </div>
    </div>
  );
}
