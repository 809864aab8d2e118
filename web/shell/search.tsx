import '../ui/field.css';
import '../ui/menu.css';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { Autocomplete } from 'react-aria-components/Autocomplete';
import { Header } from 'react-aria-components/Header';
import { Input } from 'react-aria-components/Input';
import { ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components/ListBox';
import { SearchField } from 'react-aria-components/SearchField';
import { say, t } from '../language.ts';
import { listQuery, typesQuery } from '../queries.ts';
import { Dialog } from '../ui/dialog.tsx';

/** Records by number or words, and forms by name; arrows and Enter from the keyboard. */
export default function Search({ onClose }: { onClose(): void }) {
  const [words, setWords] = useState('');
  const search = useDeferredValue(words.trim());
  const navigate = useNavigate();
  const records = useQuery({
    ...listQuery({ search, limit: 12 }),
    enabled: search.length > 0,
    placeholderData: keepPreviousData,
  });
  const types = useQuery(typesQuery).data ?? [];
  const forms = search
    ? types
        .filter((type) => `${type.label.zh} ${type.label.en} ${type.type}`.toLowerCase().includes(search.toLowerCase()))
        .slice(0, 6)
    : [];
  const found = search ? (records.data?.items ?? []) : [];
  const go = (key: string) => {
    onClose();
    const [kind, id = ''] = key.split(' ');
    if (kind === 'record') void navigate({ to: '/records/$id', params: { id } });
    else void navigate({ to: '/lists/$type', params: { type: id } });
  };
  return (
    <Dialog title={t('search.title')} onClose={onClose} wide>
      <Autocomplete inputValue={words} onInputChange={setWords}>
        <SearchField aria-label={t('search.title')} autoFocus>
          <Input className="input" placeholder={t('search.placeholder')} />
        </SearchField>
        <ListBox
          className="options"
          aria-label={t('search.results')}
          onAction={(key) => go(String(key))}
          renderEmptyState={() => <p className="option faint">{search ? t('search.nothing') : t('search.hint')}</p>}
        >
          {found.length > 0 && (
            <ListBoxSection>
              <Header className="faint">{t('search.records')}</Header>
              {found.map((item) => (
                <ListBoxItem key={item.id} id={`record ${item.id}`} textValue={item.title} className="option">
                  {item.title}
                  <small>
                    {item.number} · {say(item.typeLabel)} · {say(item.stateLabel)}
                  </small>
                </ListBoxItem>
              ))}
            </ListBoxSection>
          )}
          {forms.length > 0 && (
            <ListBoxSection>
              <Header className="faint">{t('search.types')}</Header>
              {forms.map((type) => (
                <ListBoxItem key={type.type} id={`type ${type.type}`} textValue={say(type.label)} className="option">
                  {say(type.label)}
                </ListBoxItem>
              ))}
            </ListBoxSection>
          )}
        </ListBox>
      </Autocomplete>
    </Dialog>
  );
}
