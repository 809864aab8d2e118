import { useState } from 'react';
import type { Text } from '../../../../src/kernel/text.ts';
import type { MappingSuggestion, MappingView, TextClause } from '../../../../src/runtime/text-views.ts';
import { say, t } from '../../../language.ts';
import { Pill } from '../../../ui/bits.tsx';
import { Button } from '../../../ui/button.tsx';
import { TextControl } from '../../../ui/field.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { numberOf } from '../sections.ts';

type Ours = Pick<MappingView['ours'][number], 'id' | 'ref' | 'pack' | 'text'> & { packTitle?: Text };
type Saved = { clause: string; ours: string[]; why?: string };
type Props = { mapping: MappingView; clause: TextClause; busy: boolean; onSave(link: Saved): void };

/** One clause of theirs: what is mapped, what is suggested and why, everything else by searching, or that it needs none. */
export function Editor({ mapping, clause, busy, onSave }: Props) {
  return (
    <>
      <div className="panel-head">
        <h2>{clause.cite}</h2>
      </div>
      <p className="own-clause">{clause.text}</p>
      <LinkChooser
        all={mapping.ours}
        suggestions={mapping.suggestions[clause.key] ?? []}
        ours={clause.ours}
        why={clause.why}
        busy={busy}
        onSave={(link) => onSave({ clause: clause.key, ...link })}
      />
    </>
  );
}

type ChooserProps = {
  all: Ours[];
  suggestions: MappingSuggestion[];
  ours: string[];
  why: string | undefined;
  busy: boolean;
  onSave(link: { ours: string[]; why?: string }): void;
};
const MOST_FOUND = 12;

/** Chooses clauses of ours, or says why none is needed. */
export function LinkChooser({ all, suggestions, ours, why, busy, onSave }: ChooserProps) {
  const [chosen, setChosen] = useState(ours);
  const [reason, setReason] = useState(why ?? '');
  const [words, setWords] = useState('');
  const byId = new Map(all.map((one) => [one.id, one]));
  const offered = suggestions.filter(({ id }) => !chosen.includes(id) && byId.has(id));
  const sought = words.trim().toLowerCase();
  const found =
    sought === '' ? [] : all.filter((one) => !chosen.includes(one.id) && matches(one, sought)).slice(0, MOST_FOUND);
  const add = (id: string) => setChosen([...chosen, id]);
  const same =
    chosen.length === ours.length && chosen.every((id) => ours.includes(id)) && reason.trim() === (why ?? '');
  return (
    <>
      <section>
        <h3>{t('mapping.chosen')}</h3>
        {chosen.length === 0 && <p className="sub">{t('mapping.noneChosen')}</p>}
        <ul className="ours-list">
          {chosen.map((id) => (
            <OursRow key={id} one={byId.get(id) ?? { id, pack: id.split('.')[0] ?? '', text: { zh: id, en: id } }}>
              <Button
                look="icon"
                aria-label={t('mapping.remove', { id })}
                onPress={() => setChosen(chosen.filter((one) => one !== id))}
              >
                <Icon name="close" size={15} />
              </Button>
            </OursRow>
          ))}
        </ul>
      </section>
      {offered.length > 0 && (
        <section>
          <h3>{t('mapping.suggested')}</h3>
          <ul className="ours-list">
            {offered.map((one) => (
              <OursRow key={one.id} one={byId.get(one.id)!} because={one}>
                <Button aria-label={t('mapping.addOf', { id: one.id })} onPress={() => add(one.id)}>
                  {t('mapping.add')}
                </Button>
              </OursRow>
            ))}
          </ul>
        </section>
      )}
      <section>
        <TextControl
          label={t('mapping.search')}
          help={t('mapping.searchHelp')}
          layout="stacked"
          type="search"
          value={words}
          onChange={setWords}
        />
        <ul className="ours-list">
          {found.map((one) => (
            <OursRow key={one.id} one={one}>
              <Button aria-label={t('mapping.addOf', { id: one.id })} onPress={() => add(one.id)}>
                {t('mapping.add')}
              </Button>
            </OursRow>
          ))}
        </ul>
      </section>
      {chosen.length === 0 && (
        <TextControl
          label={t('mapping.why')}
          help={t('mapping.whyHelp')}
          layout="stacked"
          value={reason}
          onChange={setReason}
        />
      )}
      <div className="actions">
        <Button
          look="go"
          busy={busy}
          why={same ? t('mapping.nothingNew') : undefined}
          onPress={() => onSave({ ours: chosen, ...(chosen.length === 0 && reason.trim() && { why: reason.trim() }) })}
        >
          {t('mapping.save')}
        </Button>
      </div>
    </>
  );
}

function OursRow({ one, because, children }: { one: Ours; because?: MappingSuggestion; children: React.ReactNode }) {
  return (
    <li>
      <div>
        <small>
          {one.packTitle ? say(one.packTitle) : one.pack} {numberOf(one)}
        </small>
        <p>{say(one.text)}</p>
        {because && (
          <div className="because">
            {because.sameNumber && <Pill tone="info">{t('mapping.sameNumber')}</Pill>}
            {because.shared.map((piece) => (
              <mark key={piece}>{piece}</mark>
            ))}
          </div>
        )}
      </div>
      {children}
    </li>
  );
}

const matches = (one: Ours, words: string) =>
  [one.id, one.ref ?? '', one.text.zh, one.text.en].some((text) => text.toLowerCase().includes(words));
