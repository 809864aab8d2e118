import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendMail } from '../adapters/mail/send.ts';
import { mailSettings } from '../adapters/mail/settings.ts';
import { dayPath, type WitnessBook } from '../adapters/witness/ledger.ts';
import type { Witnessed } from '../adapters/witness/witnessing.ts';
import type { Policy, PolicyWitness } from '../kernel/ledger/policy.ts';
import type { Dispatch } from '../runtime/module.ts';
import { requestFor } from './witness-request.ts';

/** Requests for witnesses without a network: by mail once an office day, where the office has a mail server. */

type Mailing = { dataDir: string; book: WitnessBook; dispatch: Dispatch; now: () => Date };

const HOUR_MS = 3_600_000;
const triedAt = new Map<string, number>();

/** Addresses by the witness's name in the policy, from `witness.mail` in the data folder: a name and an address per line. */
export function mailAddresses(dataDir: string): Map<string, string> {
  const path = join(dataDir, 'witness.mail');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return new Map(
    lines.flatMap((line) => {
      const [name = '#', address = ''] = line.trim().split(/\s+/);
      return name.startsWith('#') || !address.includes('@') ? [] : [[name, address]];
    }),
  );
}

/** Mails what is due today; a server that does not take it is tried again after an hour. */
export async function mailRequests(mailing: Mailing, policy: Policy, one: Witnessed, note: string): Promise<void> {
  const addresses = mailAddresses(mailing.dataDir);
  if (addresses.size === 0) return;
  for (const witness of policy.witnesses) {
    const address = witness.url === undefined ? addresses.get(witness.name) : undefined;
    if (address) await mailOne(mailing, witness, address, one, note);
  }
}

async function mailOne(
  mailing: Mailing,
  witness: PolicyWitness,
  to: string,
  one: Witnessed,
  note: string,
): Promise<void> {
  const { dataDir, book, dispatch, now } = mailing;
  const settings = mailSettings(dataDir).read();
  const standing = (await book.standings(one.organisation))[witness.verifierKey] ?? {};
  const key = `${one.organisation} ${witness.name}`;
  const wasToday = standing.mailed && dayPath(new Date(standing.mailed.at)) === dayPath(now());
  if (!settings || wasToday || now().getTime() - (triedAt.get(key) ?? Number.NEGATIVE_INFINITY) < HOUR_MS) return;
  triedAt.set(key, now().getTime());
  const request = await requestFor(mailing, witness, one, note);
  if (!request || request.size === standing.size) return;
  const name = `${one.organisation}.add-checkpoint`;
  const day = dayPath(now()).replace('days/', '');
  const { sent, answer } = await sendMail(settings, {
    id: `witness.${day}.${one.organisation}.${witness.name}`,
    address: to,
    subject: `【安程】見證請求 ${day} · checkpoint to cosign`,
    text: wordsFor(name, request.size),
    files: [{ name, content: request.content }],
  });
  const input = { witness: witness.name, size: request.size, sent, answer };
  await dispatch({
    organisation: one.organisation,
    actor: { kind: 'clock' },
    command: { do: 'trail.note_request', id: randomUUID(), input },
  });
  if (!sent) return;
  const mailed = { at: now().toISOString(), to, size: request.size };
  await book.note(one.organisation, witness.verifierKey, (before) => ({ ...before, mailed }));
}

const wordsFor = (name: string, size: number) => `附件 ${name} 是本機關稽核軌跡的封存點（${size} 筆）。請在貴單位執行：

    ancheng witness sign --state 見證資料夾 --name 見證者名稱 --logs 軌跡清單 ${name}

並把印出的連署（— 開頭的那一行）回覆給我們。內容只有雜湊值，不含任何業務資料。

The attached ${name} is a checkpoint of our audit trail (${size} entries). Please run the command above and send back the line
it prints, the one that begins with a dash. It holds hashes only, nothing of our business.
`;
