import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Text } from '../../../src/kernel/text.ts';
import type { PersonView } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { proceduresQuery } from '../../queries.ts';
import { today } from '../../time.ts';
import { Alert, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { ChoicesControl, Segments } from '../../ui/choice.tsx';
import { DateControl } from '../../ui/date.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import { procedureQuery } from '../procedure/queries.ts';
import { numberOf } from '../procedure/sections.ts';
import { peopleChanged, unitsQuery } from './queries.ts';

/** Lets an auditor from elsewhere in: which procedures or clauses, which units, which days. A second person has to agree. */
export function Admit({ person, onClose }: { person: PersonView; onClose(): void }) {
  const procedures = (useQuery(proceduresQuery()).data ?? []).filter(({ counts }) =>
    Object.values(counts).some(Boolean),
  );
  const units = useQuery(unitsQuery).data ?? [];
  const [what, setWhat] = useState<'procedures' | 'clauses'>('procedures');
  const [packs, setPacks] = useState<string[]>([]);
  const [clauses, setClauses] = useState<string[]>([]);
  const [inUnits, setInUnits] = useState<string[]>([]);
  const [from, setFrom] = useState(today());
  const [until, setUntil] = useState('');
  const scope = what === 'procedures' ? { procedures: packs } : { clauses };
  const admit = useMutation({
    mutationFn: () =>
      api.people.admitAuditor({ commandId: newCommandId(), id: person.id, ...scope, units: inUnits, from, until }),
    onSuccess: async () => {
      await peopleChanged();
      tell(t('people.askedAdmission', { name: person.name }));
      onClose();
    },
  });
  const chosen = what === 'procedures' ? packs : clauses;
  const why =
    chosen.length === 0
      ? t('people.scopeFirst')
      : !from
        ? t('people.fromFirst')
        : until
          ? undefined
          : t('people.untilFirst');
  return (
    <Dialog title={t('people.admitTitle', { name: person.name })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!why) admit.mutate();
        }}
      >
        <p className="sub">{t('people.admitText')}</p>
        <Segments
          label={t('people.scopeOf')}
          layout="stacked"
          value={what}
          options={(['procedures', 'clauses'] as const).map((value) => ({
            value,
            label: t(`people.scope_by_${value}`),
          }))}
          onChange={(to) => setWhat(to === 'clauses' ? 'clauses' : 'procedures')}
        />
        {what === 'procedures' ? (
          <ChoicesControl
            label={t('people.scopeProcedures')}
            layout="stacked"
            value={packs}
            options={procedures.map(({ pack, title }) => ({ value: pack, label: say(title) }))}
            onChange={setPacks}
          />
        ) : (
          <Clauses packs={procedures} value={clauses} onChange={setClauses} />
        )}
        <ChoicesControl
          label={t('people.scopeUnits')}
          help={t('people.scopeUnitsHelp')}
          layout="stacked"
          value={inUnits}
          options={units.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setInUnits}
        />
        <div className="admit-days">
          <DateControl label={t('people.from')} must layout="stacked" value={from} onChange={setFrom} />
          <DateControl
            label={t('people.lastDay')}
            must
            layout="stacked"
            help={t('people.lastDayHelp')}
            value={until}
            onChange={setUntil}
          />
        </div>
        <div className="stack form-notes">
          <Alert tone="info">{t('people.admitTwo')}</Alert>
          {admit.isError && <Problem error={admit.error} />}
        </div>
        <div className="actions form-actions">
          <Button look="go" type="submit" busy={admit.isPending} why={why}>
            {t('people.admitAsk')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type ClausesProps = { packs: { pack: string; title: Text }[]; value: string[]; onChange(value: string[]): void };

/** Clauses by their numbers, found by number or words. */
function Clauses({ packs, value, onChange }: ClausesProps) {
  const [pack = '', setPack] = useState(packs[0]?.pack);
  const [words, setWords] = useState('');
  const found = useQuery({ ...procedureQuery(pack), enabled: pack !== '' }).data?.clauses ?? [];
  const sought = words.trim().toLowerCase();
  const shown = found
    .filter((clause) => `${numberOf(clause)} ${say(clause.text)}`.toLowerCase().includes(sought))
    .slice(0, 40);
  const options = shown.map((clause) => ({
    value: clause.id,
    label: `${numberOf(clause)} ${say(clause.text).slice(0, 24)}`,
  }));
  const others = value.filter((id) => !options.some((option) => option.value === id));
  return (
    <>
      {packs.length > 1 && (
        <Segments
          label={t('people.scopeProcedures')}
          layout="stacked"
          value={pack}
          options={packs.map((each) => ({ value: each.pack, label: say(each.title) }))}
          onChange={setPack}
        />
      )}
      <TextControl
        label={t('clause.search')}
        layout="stacked"
        type="search"
        help={t('people.scopeChosen', { count: value.length })}
        value={words}
        onChange={setWords}
      />
      <div className="admit-clauses">
        <ChoicesControl
          label={t('people.scopeClauses')}
          layout="stacked"
          value={value.filter((id) => !others.includes(id))}
          options={options}
          onChange={(kept) => onChange([...others, ...kept])}
        />
      </div>
    </>
  );
}
