import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseAccount, giveTo, runsAsRoot } from '../adapters/postgres/embedded/account.ts';
import { type Certificates, openCertificates } from '../adapters/tls/certificates.ts';
import type { Material } from '../adapters/tls/read.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import { type Command, usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { say, tellRefused } from './say.ts';
import { readSettings } from './settings.ts';

/** `ancheng certificate` */
export const command: Command = {
  help: `用法 Usage: ancheng certificate show|own|office|off [--data 資料夾] …

設定本系統的 https 憑證；執行中的系統請由「憑證」頁設定，或於設定後重新啟動。
Sets the certificate for https; while the platform runs use its certificate page, or restart it afterwards.

  show                        目前的憑證 · the certificate in use
  own --name 名稱 [--name …]   自設憑證中心簽發；各電腦須信任其根憑證
                              signed by an authority of its own, whose root every computer must trust
      [--office 機關名] [--new-root]
  office --name 名稱 --certificates FILE.pem --key FILE.key | --pfx FILE.pfx
                              機關取得的憑證；密碼以環境變數 ANCHENG_PASSPHRASE 提供
                              one the office was given; its passphrase in ANCHENG_PASSPHRASE
  root                        輸出根憑證（PEM） · prints the root
  off                         停用 · back to http`,
  run: runCertificate,
};

async function runCertificate([what, ...args]: string[]): Promise<ExitCode> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      name: { type: 'string', multiple: true },
      office: { type: 'string' },
      'new-root': { type: 'boolean' },
      certificates: { type: 'string' },
      key: { type: 'string' },
      pfx: { type: 'string' },
    },
  });
  const { dataDir } = readSettings(values.data === undefined ? [] : ['--data', values.data], process.env, 'start');
  const certificates = openCertificates(dataDir, () => new Date());
  const names = values.name ?? [];
  let outcome: Refused | object | undefined;
  if (what === 'show') return show(certificates);
  if (what === 'root') return root(certificates);
  if (what === 'own')
    outcome = await certificates.makeOwn({
      names,
      office: values.office ?? hostname(),
      ...(values['new-root'] ? { newRoot: true } : {}),
    });
  else if (what === 'office') outcome = await certificates.takeOffice(readFiles(values), names[0] ?? '');
  else if (what === 'off') outcome = certificates.turnOff();
  else throw usageError(`show, own, office, root, off: ${what ?? ''}`);
  if (isRefused(outcome)) {
    tellRefused(outcome);
    return EXIT.refused;
  }
  const account = runsAsRoot() ? chooseAccount(process.env) : undefined;
  if (account && existsSync(join(dataDir, 'tls'))) giveTo(join(dataDir, 'tls'), account);
  return show(certificates);
}

function readFiles(given: { certificates?: string; key?: string; pfx?: string }): Material {
  const passphrase = process.env.ANCHENG_PASSPHRASE;
  if (given.pfx) return { kind: 'pfx', pfx: read(given.pfx).toString('base64'), passphrase };
  if (!given.certificates) throw usageError('--certificates FILE --key FILE, --pfx FILE');
  const [certificates, key] = [read(given.certificates), given.key ? read(given.key) : ''];
  return { kind: 'pem', certificates: certificates.toString(), key: key.toString(), passphrase };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw usageError(`${path}: ${(error as Error).message}`);
  }
}

function show(certificates: Certificates): ExitCode {
  const state = certificates.state();
  if (state.kind === 'none') say('尚未設定憑證（http） · no certificate (http)');
  else {
    say(`名稱 names:        ${state.names.join(' ')}`);
    say(`有效 valid:        ${state.card.from.slice(0, 10)} – ${state.card.until.slice(0, 10)}`);
    say(`指紋 SHA-256:      ${state.card.fingerprint}`);
    say(`簽發者 issuer:     ${state.card.issuer}`);
    if (state.root) say(`根憑證 root SHA-256: ${state.root.fingerprint}`);
  }
  return EXIT.ok;
}

function root(certificates: Certificates): ExitCode {
  const pem = certificates.rootPem();
  if (!pem) return EXIT.refused;
  process.stdout.write(pem);
  return EXIT.ok;
}
