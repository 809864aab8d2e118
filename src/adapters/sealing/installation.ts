import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonalKeys } from '../../kernel/ledger/personal.ts';
import { createNodeKey, loadNodeKey } from './keys.ts';
import { openSubjectKeys, type SubjectKeys } from './subject-keys.ts';

/** Keys of one installation, outside PostgreSQL. That which signs checkpoints is the signer's alone. */
export type Secrets = {
  /** Seals authority rows. */
  nodeKey: Uint8Array;
  /** The same key, as the ledger marks events with it. */
  markKey: KeyObject;
  /** Signs session cookies. */
  session: string;
};

/** Reads the keys in `<data>/secrets`, made at first start and readable by this account only. */
export async function openSecrets(dataDir: string): Promise<Secrets> {
  const folder = join(dataDir, 'secrets');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(folder, name);
  const raw: Uint8Array | KeyObject = existsSync(at('node.key'))
    ? await loadNodeKey(at('node.key'))
    : await createNodeKey(at('node.key'));
  const nodeKey = raw instanceof Uint8Array ? raw : raw.export();
  const session = kept(at('session.key'), () => randomBytes(32).toString('base64'));
  return { nodeKey, markKey: createSecretKey(nodeKey), session };
}

/** A name of this installation for log origins, made once: it stays when the machine is renamed. */
export const installationName = (dataDir: string): string =>
  kept(join(dataDir, 'secrets/installation'), () => `ancheng-${randomBytes(5).toString('hex')}`);

function kept(path: string, make: () => string): string {
  if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o600 });
  return readFileSync(path, 'utf8').trim();
}

/** Keys of personal values: one file per organisation, all read before the first value is. */
export async function openKeyring(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const opened = new Map<string, SubjectKeys>();
  const open = async (organisation: string) => {
    const known = opened.get(organisation) ?? (await openSubjectKeys(join(folder, `${organisation}.keys`)));
    opened.set(organisation, known);
    return known;
  };
  for (const name of readdirSync(folder)) if (name.endsWith('.keys')) await open(name.slice(0, -'.keys'.length));
  return {
    ensure: async (organisation: string, pairs: { subject: string; record: string }[]): Promise<void> => {
      await (await open(organisation)).ensure(pairs);
    },
    /** Destroys one key for good; again changes nothing. */
    shred: async (organisation: string, { kind, id }: { kind: 'subject' | 'record'; id: string }, at: string) => {
      const keys = await open(organisation);
      if (keys.shredded().some((gone) => gone.kind === kind && gone.id === id)) return;
      await (kind === 'subject' ? keys.shredSubject(id, at) : keys.shredRecord(id, at));
    },
    shredded: (organisation: string) =>
      (opened.get(organisation)?.shredded() ?? []).map(({ kind, id }) => ({ kind, id })),
    isShredded: (organisation: string, kind: 'subject' | 'record', id: string): boolean =>
      opened.get(organisation)?.isShredded(kind, id) ?? false,
    keys: (organisation: string, subject: string, record: string): PersonalKeys =>
      opened.get(organisation)?.keys(subject, record) ?? { subjectKey: undefined, recordKey: undefined },
  };
}
