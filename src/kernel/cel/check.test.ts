import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../pack/functions.ts';
import type { ValueType } from '../pack/types.ts';
import { checkExpression } from './check.ts';
import type { TypeScope } from './types.ts';

const entry: ValueType = { is: 'object', fields: { ports: { is: 'ports' } } };
const scope: TypeScope = {
  names: {
    now: { is: 'moment' },
    until: { is: 'date' },
    kind: { is: 'choice', of: 'entry_kind' },
    system: { is: 'ref', to: 'system' },
    hosts: { is: 'refs', to: 'host' },
    documents: { is: 'files' },
    tests: { is: 'rows', of: { is: 'ref', to: 'test' } },
    loss: { is: 'yes_no' },
    param: { is: 'object', fields: { scan_max_age_days: { is: 'span' }, storage_percent: { is: 'number' } } },
    lists: { is: 'object', fields: { inner_port: { is: 'rows', of: entry } } },
    item: { is: 'object', fields: { ports: { is: 'ports' }, person: { is: 'person' } } },
  },
  functions: FUNCTIONS,
  fieldOf: (type, name) =>
    type.is === 'ref' && type.to === 'test' && name === 'state' ? { is: 'choice', of: 'state' } : undefined,
  rowsOf: (list) => (list === 'entry_kind' ? ['new_system', 'patch'] : undefined),
};

const typeOf = (source: string) => {
  const checked = checkExpression(source, scope);
  return 'problems' in checked ? checked.problems[0] : checked.type.is;
};

describe('what types', () => {
  test.each([
    ['last_scan(system).finished_at >= now - param.scan_max_age_days', 'yes_no'],
    ['now >= until + days(1)', 'yes_no'],
    ['last_scan(system).covers(system)', 'yes_no'],
    ["'manual' in documents", 'yes_no'],
    ["tests.exists(t, t.state == 'passed')", 'yes_no'],
    ['lists.inner_port.exists(p, touches(item.ports, lists.inner_port[p].ports))', 'yes_no'],
    ['hosts.map(h, h).size()', 'number'],
    ['loss ? now : until', 'moment'],
    ["kind in ['patch', 'new_system']", 'yes_no'],
    ['now - until', 'span'],
  ])('%s is %s', (source, type) => expect(typeOf(source)).toBe(type));

  test('facts and names are listed, local variables are not', () => {
    expect(checkExpression('tests.exists(t, retrievable(t)) && loss', scope)).toMatchObject({
      uses: { facts: ['retrievable'], names: ['tests', 'loss'] },
    });
  });
});

describe('what does not', () => {
  test.each([
    ['now > 30', 'wrong-type', 'now - days(30)'],
    ['last_scna(system).finished_at > now', 'unknown-name', 'last_scan(…)?'],
    ["kind == 'pach'", 'unknown-name', 'patch?'],
    ['for == 1', 'reserved-name', 'rename'],
    ['loss &&', 'syntax', 'check brackets, quotes and operators'],
    ['param.storage_percent && loss', 'wrong-type', 'give yes or no'],
    ['loss == null', 'syntax', 'there is no null: ask given(…)'],
    ['days(1, 2) < days(3)', 'wrong-type', 'write it another way'],
  ])('%s: %s → %s', (source, code, remedy) => {
    expect(typeOf(source)).toMatchObject({ code, remedy: { en: remedy } });
  });

  test('the place of the problem is the part that is wrong', () => {
    expect(typeOf('loss && now > 30')).toMatchObject({ offset: 8, length: 8 });
  });
});
