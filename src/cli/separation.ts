import { accessSync, constants, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Signer } from '../adapters/sealing/signer-door.ts';
import { type Text, text } from '../kernel/text.ts';
import type { Separation } from '../runtime/witness-views.ts';

const PROGRAM = resolve(import.meta.dirname, '../..');

/**
 * Whether whoever takes the platform's account has the signer's key and memory, too: asked of the system, by trying. `separated`
 * only where nothing speaks against it.
 */
export async function separationOf(signer: Pick<Signer, 'who'>): Promise<Separation> {
  const who = await signer.who().catch(() => undefined); // a signer of an earlier release
  const why = who ? whyNot(who) : UNKNOWN;
  return why ? { separated: false, why } : { separated: true };
}

function whyNot({ uid, places }: { uid?: number; places: string[] }): Text | undefined {
  if (uid === undefined || uid === process.getuid?.()) return SAME;
  const open = places.find((place) => may(place, constants.R_OK) || may(place, constants.W_OK) || exchanges(place));
  if (open) return text(`平台的帳號可讀寫或換掉 ${open}`, `the platform's account can read, write or exchange ${open}`);
  if (['.', 'bin', 'src', 'node_modules'].some((path) => may(join(PROGRAM, path), constants.W_OK))) return PROGRAM_OPEN;
  return undefined;
}

/** In a folder one may write, anything can be put in another's place, unless the folder is sticky. */
function exchanges(place: string): boolean {
  const above = dirname(place);
  const { mode = 0 } = statSync(above, { throwIfNoEntry: false }) ?? {};
  return may(above, constants.W_OK) && (mode & 0o1000) === 0;
}

function may(path: string, what: number): boolean {
  try {
    accessSync(path, what);
    return true;
  } catch {
    return false; // barred, or not there
  }
}

const SAME = text(
  '簽章者與平台使用同一帳號，取得該帳號的人兩者皆可用',
  'the signer runs under the platform’s own account: whoever takes that account has both',
);
const PROGRAM_OPEN = text('平台的帳號可更改程式本身', 'the platform’s account can change the program itself');
const UNKNOWN = text('簽章者未說明以何帳號執行', 'the signer does not say under which account it runs');
