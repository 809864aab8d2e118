import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asAccount, giveTo, runsAsRoot } from '../adapters/postgres/embedded/account.ts';
import { keyIn, moveSigner, ownSigner, signerPlace } from './signer-place.ts';

const platform = { name: 'platform', uid: 65_530, gid: 65_530 };
const signer = { name: 'signer', uid: 65_531, gid: 65_531 };
const [ORIGIN, OFFICE] = ['a', 'b'].map((fill) => `${fill.repeat(64)}.json`) as [string, string];

const newKey = () => String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
function lay(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o600 });
}

/** A data folder with a signer of the platform's account, and an empty place beside it. */
function installation() {
  const ground = mkdtempSync(join(tmpdir(), 'move-'));
  chmodSync(ground, 0o755);
  const dataDir = join(ground, 'data');
  const [place, old] = [signerPlace(dataDir, {}), ownSigner(dataDir)];
  lay(old.key, newKey());
  lay(join(old.state, ORIGIN), 'remembered');
  lay(join(old.state, 'acknowledged', OFFICE), 'acknowledged');
  giveTo(dataDir, platform);
  mkdirSync(place, { mode: 0o700 });
  chownSync(place, signer.uid, signer.gid);
  return { dataDir, place, old, key: readFileSync(old.key, 'utf8') };
}

// Only root can give files to accounts, and try what each may do.
describe.runIf(runsAsRoot())('key and memory leave the platform’s folder for the signer’s', () => {
  test('whole, readable by the signer alone, and nothing stays behind', async () => {
    const { dataDir, place, old, key } = installation();
    expect(await moveSigner(dataDir, place, platform, signer)).toBe('moved');
    expect(readFileSync(keyIn(place), 'utf8')).toBe(key);
    expect(readFileSync(join(place, ORIGIN), 'utf8')).toBe('remembered');
    expect(readFileSync(join(place, 'acknowledged', OFFICE), 'utf8')).toBe('acknowledged');
    expect(statSync(keyIn(place))).toMatchObject({ uid: signer.uid, mode: 0o100600 });
    expect([existsSync(old.key), existsSync(old.state)]).toEqual([false, false]);
    expect(() => asAccount(platform, () => readdirSync(place))).toThrow('EACCES');
    expect(await moveSigner(dataDir, place, platform, signer)).toBe('there');
  });

  test('cut off before the key: what the old place remembers by then wins; cut off behind it: only the rest is removed', async () => {
    const { dataDir, place, old, key } = installation();
    lay(join(place, ORIGIN), 'an older memory, copied before the cut');
    chownSync(join(place, ORIGIN), signer.uid, signer.gid);
    expect(await moveSigner(dataDir, place, platform, signer)).toBe('moved');
    expect(readFileSync(join(place, ORIGIN), 'utf8')).toBe('remembered');
    lay(old.key, key);
    lay(join(old.state, ORIGIN), 'left behind');
    giveTo(dataDir, platform);
    expect(await moveSigner(dataDir, place, platform, signer)).toBe('there');
    expect(readFileSync(join(place, ORIGIN), 'utf8')).toBe('remembered');
    expect([existsSync(old.key), existsSync(old.state)]).toEqual([false, false]);
  });

  test('two different keys are refused and stay where they are', async () => {
    const { dataDir, place, old, key } = installation();
    lay(keyIn(place), newKey());
    chownSync(keyIn(place), signer.uid, signer.gid);
    expect(await moveSigner(dataDir, place, platform, signer)).toMatchObject({ refused: [{ code: 'conflict' }] });
    expect(readFileSync(old.key, 'utf8')).toBe(key);
    expect(existsSync(join(old.state, ORIGIN))).toBe(true);
  });

  test('a link the platform lays does not make root read what that account could not', async () => {
    const { dataDir, place, old } = installation();
    const secret = join(dirname(dataDir), 'of-root');
    lay(secret, newKey());
    asAccount(platform, () => {
      writeFileSync(old.key, '');
      symlinkSync(secret, join(old.state, OFFICE));
    });
    await expect(moveSigner(dataDir, place, platform, signer)).rejects.toThrow('EACCES');
    expect(readdirSync(place)).toEqual([]);
  });
});
