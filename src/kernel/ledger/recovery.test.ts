import { expect, test } from 'vitest';
import { leafHash } from './merkle.ts';
import { type AfterRestart, afterRestart, type Heads } from './recovery.ts';

const root = (name: string) => leafHash(Buffer.from(name));
const head = (size: number, history = 'ours') => ({ size, root: root(`${history} ${size}`) });
const database = (events: number, sealed: number, history = 'ours') => ({ events, sealed: head(sealed, history) });

test.each<[string, Heads, AfterRestart]>([
  ['nothing yet', { database: { events: 0, sealed: undefined }, log: undefined, signer: undefined }, 'sound'],
  ['all at one size', { database: database(9, 9), log: head(9), signer: head(9), witness: head(9) }, 'sound'],
  [
    'witnesses not asked for a while',
    { database: database(9, 9), log: head(9), signer: head(9), witness: head(4) },
    'sound',
  ],
  ['events not sealed yet', { database: database(12, 9), log: head(9), signer: head(9) }, 'seal'],
  ['power cut between promise and publication', { database: database(12, 12), log: head(9), signer: head(12) }, 'seal'],
  ['an older database', { database: database(5, 4), log: head(9), signer: head(9) }, 'replay'],
  [
    'an empty database beside a log',
    { database: { events: 0, sealed: undefined }, log: head(9), signer: head(9) },
    'replay',
  ],
  ['a refill cut off behind its last entry', { database: database(9, 5), log: head(9), signer: head(9) }, 'replay'],
  ['another history of the same size', { database: database(9, 9, 'other'), log: head(9), signer: head(9) }, 'halt'],
  ['log and signer differ at one size', { database: database(9, 9), log: head(9), signer: head(9, 'other') }, 'halt'],
  [
    'database and log restored, the signer remembers more',
    { database: database(5, 5), log: head(5), signer: head(9) },
    'new_epoch',
  ],
  [
    'all restored, a witness remembers more',
    { database: database(5, 5), log: head(5), signer: head(5), witness: head(9) },
    'new_epoch',
  ],
  [
    'a lost log whose signer promised what the database still has',
    { database: database(9, 9), log: undefined, signer: head(9) },
    'seal',
  ],
])('%s', (_what, heads, expected) => {
  expect(afterRestart(heads)).toBe(expected);
});
