import type { PersonView } from '../../../src/runtime/views.ts';
import { comma, say, t } from '../../language.ts';

type Scope = NonNullable<PersonView['roles'][number]['scope']>;

/** What an auditor from elsewhere may see, in one line. */
export const scopeText = ({ procedures, clauses, units }: Scope): string =>
  [
    ...procedures.map(say),
    ...(clauses.length > 0
      ? [t('people.scopeOfClauses', { numbers: clauses.slice(0, 8).map(say).join(comma()), count: clauses.length })]
      : []),
    units.length > 0 ? t('people.scopeInUnits', { units: units.join(comma()) }) : t('people.scopeAllUnits'),
  ].join(' · ');
