import { expect, test } from 'vitest';
import type { Envelope } from '../kernel/ledger/envelope.ts';
import { destroying } from './ledger-destroying.ts';

/** What is said of each event of a ledger, in order. */
function judged(...events: [type: string, stream: string, data: Envelope['data']][]): string[][] {
  const judge = destroying(() => undefined);
  return events.map(([type, stream, data]) => judge({ type, stream, data } as Envelope).map(({ en }) => en));
}
const listed = (record: string): [string, string, Envelope['data']] => [
  'record.filled',
  'd1',
  { type: 'disposal', values: { items: [{ id: 'r', record }] } },
];
const ordered: [string, string, Envelope['data']] = ['disposal.ordered', 'disposal:d1', { disposal: 'd1' }];
const destroyed = (record: string): [string, string, Envelope['data']] => [
  'disposal.destroyed',
  'disposal:d1',
  { disposal: 'd1', record, files: [] },
];

test('what its disposal lists and was ordered may be destroyed', () => {
  expect(judged(listed('a'), ordered, destroyed('a')).flat()).toEqual([]);
});

test('a record the disposal did not list, or no longer, was destroyed by nobody’s decision', () => {
  const [, , other] = judged(listed('a'), ordered, destroyed('b'));
  expect(other).toEqual([expect.stringMatching(/did not list/)]);
  const [, , , dropped] = judged(listed('a'), listed('b'), ordered, destroyed('a'));
  expect(dropped).toEqual([expect.stringMatching(/did not list/)]);
});
