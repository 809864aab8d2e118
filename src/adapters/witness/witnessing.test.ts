import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signCheckpoint, verifyCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { leafHash, rootOf } from '../../kernel/ledger/merkle.ts';
import { cosignatureMessage, formatVerifierKey, parseVerifierKey, type Verifier } from '../../kernel/ledger/note.ts';
import { formatCosignature } from '../../kernel/ledger/witness.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { rawPublicKey } from '../sealing/keys.ts';
import { openLog } from '../sealing/log.ts';
import { directoryStore } from '../sealing/store.ts';
import { witnessBook } from './ledger.ts';
import { keepCheckpoint } from './witnessing.ts';

const ORIGIN = 'host.example/log/office/1';
const NOW = new Date('2026-11-30T10:00:00+08:00');

function key(name: string, kind: Verifier['kind']) {
  const { privateKey } = generateKeyPairSync('ed25519');
  const verifierKey = formatVerifierKey(name, rawPublicKey(privateKey), kind);
  return { name, verifierKey, verifier: parseVerifierKey(verifierKey) as Verifier, privateKey };
}

function cosigner(name: string) {
  const { privateKey, ...witness } = key(name, 'cosignature');
  const cosign = (note: string, at: number) => {
    const message = cosignatureMessage(note.slice(0, note.indexOf('\n\n') + 1), at);
    const line = formatCosignature(witness.verifier, at, sign(null, message, privateKey));
    return { verifier: witness.verifier, at, line };
  };
  return { ...witness, cosign };
}

async function opened() {
  const folder = await mkdtemp(join(tmpdir(), 'log-'));
  const own = key(ORIGIN, 'ed25519');
  const signer = { ...own, sign: (body: Uint8Array) => sign(null, body, own.privateKey) };
  const noteOf = (size: number) => {
    const leaves = Array.from({ length: size }, (_, pos) => leafHash(Buffer.from(`entry ${pos}`)));
    return signCheckpoint({ origin: ORIGIN, size, root: rootOf(leaves) }, signer);
  };
  const [note, newer] = [noteOf(1), noteOf(2)];
  const log = await openLog(folder);
  await log.publish(note);
  return { log, files: directoryStore(folder), note, newer, verifier: own.verifier };
}

/** Who cosigned a published checkpoint, and when: all of them have to. */
function momentsOn(published: string, log: Verifier[], witnesses: readonly { verifier: Verifier }[]) {
  const policy = { log, witnesses: witnesses.map(({ verifier }) => verifier), quorum: witnesses.length };
  const judged = verifyCheckpoint(published, policy);
  if (isRefused(judged)) return judged;
  return judged.seen.flatMap(({ verifier: { name }, at }) => (at === undefined ? [] : [[name, at]])).sort();
}

test('what the day keeps and the published checkpoint lacks is published: whoever kept it may have died between the two', async () => {
  const { log, files, note, verifier } = await opened();
  const witness = cosigner('agency.example');
  await keepCheckpoint({ log, files }, note, [witness.cosign(note, 1000)], [witness], NOW);
  await files.write([{ path: 'checkpoint', bytes: Buffer.from(note) }]);
  // Nobody is asked again: the witness is known to have cosigned this size.
  await keepCheckpoint({ log, files }, note, [], [witness], NOW);
  const published = (await log.checkpoint()) ?? '';
  expect(momentsOn(published, [verifier], [witness])).toEqual([['agency.example', 1000]]);
});

test('a witness asked again has one line, the newer one; another’s stays', async () => {
  const { log, files, note, verifier } = await opened();
  const witnesses = [cosigner('agency.example'), cosigner('school.example')] as const;
  const [agency, school] = witnesses;
  await keepCheckpoint({ log, files }, note, [agency.cosign(note, 1000), school.cosign(note, 1000)], witnesses, NOW);
  const before = (await log.checkpoint()) ?? '';
  await keepCheckpoint({ log, files }, before, [agency.cosign(note, 2000)], witnesses, NOW);
  const after = (await log.checkpoint()) ?? '';
  expect(after.match(/^— agency/gm)).toHaveLength(1);
  expect(momentsOn(after, [verifier], witnesses)).toEqual([
    ['agency.example', 2000],
    ['school.example', 1000],
  ]);
});

test('an older checkpoint takes no newer one’s place in the day; a cosignature that comes late stands beside it', async () => {
  const { log, files, note, newer, verifier } = await opened();
  const witnesses = [cosigner('agency.example'), cosigner('school.example')] as const;
  const [agency, school] = witnesses;
  await keepCheckpoint({ log, files }, note, [agency.cosign(note, 1000)], witnesses, NOW);
  const older = (await log.checkpoint()) ?? '';
  await log.publish(newer);
  await keepCheckpoint({ log, files }, newer, [agency.cosign(newer, 2000)], witnesses, NOW);
  await keepCheckpoint({ log, files }, older, [], witnesses, NOW);
  expect(await files.list('days')).toEqual(['2026-11-30']);
  await keepCheckpoint({ log, files }, note, [school.cosign(note, 3000)], witnesses, NOW);
  expect((await files.list('days')).sort()).toEqual(['2026-11-30', '2026-11-30.1']);
  const kept = async (name: string) => Buffer.from((await files.read(`days/${name}`)) ?? '').toString('utf8');
  expect(momentsOn(await kept('2026-11-30'), [verifier], [agency])).toEqual([['agency.example', 2000]]);
  expect(momentsOn(await kept('2026-11-30.1'), [verifier], [school])).toEqual([['school.example', 3000]]);
  expect(momentsOn((await log.checkpoint()) ?? '', [verifier], [agency])).toEqual([['agency.example', 2000]]);
});

test('two answers at one moment, of the round and through the page, are both kept', async () => {
  const { log, files, note, verifier } = await opened();
  const witnesses = [cosigner('agency.example'), cosigner('school.example')] as const;
  const book = witnessBook(files);
  await Promise.all(
    witnesses.map(async (one, place) => {
      await keepCheckpoint({ log, files }, note, [one.cosign(note, 1000 + place)], witnesses, NOW);
      await book.note('office', one.verifierKey, (before) => ({ ...before, size: 1 }));
    }),
  );
  expect(momentsOn((await log.checkpoint()) ?? '', [verifier], witnesses)).toEqual([
    ['agency.example', 1000],
    ['school.example', 1001],
  ]);
  expect(Object.keys(await book.standings('office'))).toHaveLength(2);
});
