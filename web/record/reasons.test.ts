import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import type { ActionView, GateView } from '../../src/kernel/engine/types.ts';
import zh from '../messages/zh-TW.json' with { type: 'json' };
import { mainAction, whyNot } from './reasons.ts';

beforeAll(async () => {
  await i18next.init({
    lng: 'zh-TW',
    resources: { 'zh-TW': { translation: zh } },
    interpolation: { escapeValue: false },
  });
});

const gate = (outcome: GateView['outcome'], advises = false): GateView => ({
  gate: 'scan_recent',
  label: { zh: '', en: '' },
  outcome,
  advises,
  clauses: [],
  items: [],
  unknown: [],
  waive: 'exception',
});
const action = (over: Partial<ActionView>): ActionView => ({
  action: 'accept',
  label: { zh: '審查合格', en: 'Accept' },
  kind: 'forward',
  allowed: false,
  refusals: [],
  gates: [],
  missing: [],
  asks: [],
  seals: true,
  renews: false,
  clauses: [],
  ...over,
});

test('an allowed action has no reason against it', () => {
  expect(whyNot(action({ allowed: true }))).toBeUndefined();
});

test('being barred is told before what is missing', () => {
  const barred = { code: 'never' as const, message: { zh: '申請人不得為審查人', en: '' } };
  expect(whyNot(action({ refusals: [barred], missing: [{ field: 'x', label: { zh: '版本', en: '' } }] }))).toBe(
    '申請人不得為審查人',
  );
});

test('an unknown gate counts as one left, an advising one does not', () => {
  expect(whyNot(action({ gates: [gate('unknown'), gate('refuses', true), gate('holds')] }))).toContain('1');
});

test('a field that the dialog asks, or a check waived there, is no reason against opening the dialog', () => {
  const release = { field: 'release', label: { zh: '版本', en: 'Release' } };
  expect(whyNot(action({ allowed: true, missing: [release], asks: ['release'] }))).toBeUndefined();
  expect(whyNot(action({ allowed: true, missing: [release] }))).toContain('版本');
  expect(whyNot(action({ gates: [{ ...gate('refuses'), waive: 'here' }] }))).toBeUndefined();
});

test('whom the server lets act is still told of a check that refuses', () => {
  expect(whyNot(action({ allowed: true, gates: [gate('refuses')] }))).toContain('1');
});

test('an action somebody else must take is not the main action of this page', () => {
  const mine = action({
    action: 'submit',
    gates: [gate('refuses')],
    refusals: [{ code: 'gate', message: { zh: '', en: '' } }],
  });
  const others = action({ action: 'endorse', refusals: [{ code: 'by', message: { zh: '', en: '' } }] });
  expect(mainAction([others, mine])?.action).toBe('submit');
  expect(mainAction([others])).toBeUndefined();
});

test('a draft that lacks something is about handing it in, not about withdrawing it', () => {
  const submit = action({ action: 'submit', gates: [gate('refuses')] });
  const withdraw = action({ action: 'withdraw', kind: 'end' });
  expect(mainAction([withdraw, submit])?.action).toBe('submit');
  expect(mainAction([withdraw])?.action).toBe('withdraw');
});
