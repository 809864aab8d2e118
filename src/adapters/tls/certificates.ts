import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRefused, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { createRoot, issueServer, type Pair } from './authority.ts';
import { type Card, cardOf, isPubliclyKnown, judgeChain } from './judge.ts';
import { covers, permittedFor, readNames } from './names.ts';
import { type Context, type Material, readMaterial, shownBy } from './read.ts';

/** A server certificate of the own authority is renewed this long before it ends; an office's is asked for this long before. */
export const RENEW_DAYS = 30;
/** Replacing a root means visiting every computer, so it is told half a year ahead. */
export const ROOT_WARNING_DAYS = 180;
const DAY_MS = 86_400_000;

/** How the installation is reached securely; `none` is plain http. */
export type CertificateState =
  | { kind: 'none' }
  | {
      kind: 'own' | 'office';
      /** The first one is the address people are sent to. */
      names: string[];
      card: Card;
      /** The root every computer must know; absent when the office's own authority signed. */
      root?: Card;
      /** Leads to a root that browsers bring along. */
      publiclyKnown: boolean;
      /** Browsers are told to use https only. */
      strict: boolean;
      /** What somebody has to do, and until when. */
      due?: { what: 'root' | 'office'; until: string };
    };

export type Certificates = ReturnType<typeof openCertificates>;

type Kept = { kind: 'own' | 'office'; names: string[]; strict?: boolean; publiclyKnown?: boolean; passphrase?: string };

/**
 * The certificate of an installation, in `<data>/tls` (mode 0700): set up by an administrator, renewed by `renew`. `changed`
 * hears of every other certificate, so that the listener shows it from the next connection on.
 */
export function openCertificates(dataDir: string, now: () => Date) {
  const folder = join(dataDir, 'tls');
  const at = (name: string) => join(folder, name);
  const listeners: (() => void)[] = [];
  const changed = () => {
    for (const hear of listeners) hear();
  };

  const kept = (): Kept | undefined =>
    existsSync(at('state.json')) ? (JSON.parse(readFileSync(at('state.json'), 'utf8')) as Kept) : undefined;
  const root = (): Pair | undefined =>
    existsSync(at('root.key')) && existsSync(at('root.pem'))
      ? { certificate: readFileSync(at('root.pem'), 'utf8'), key: readFileSync(at('root.key'), 'utf8') }
      : undefined;
  const permitted = () => JSON.parse(readFileSync(at('root.json'), 'utf8')) as ReturnType<typeof permittedFor>;

  function context(): Context | undefined {
    const state = kept();
    if (!state) return undefined;
    if (existsSync(at('server.pfx')))
      return { pfx: readFileSync(at('server.pfx')), ...(state.passphrase ? { passphrase: state.passphrase } : {}) };
    return { cert: readFileSync(at('server.pem'), 'utf8'), key: readFileSync(at('server.key'), 'utf8') };
  }

  /** All or nothing as far as files allow: what refers to the others is written last. */
  function keep(state: Kept, files: Context): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    rmSync(at('state.json'), { force: true });
    for (const name of ['server.pem', 'server.key', 'server.pfx']) rmSync(at(name), { force: true });
    if ('pfx' in files) write('server.pfx', files.pfx);
    else {
      write('server.pem', files.cert);
      write('server.key', files.key);
    }
    write('state.json', JSON.stringify(state));
    changed();
  }

  function write(name: string, content: string | Buffer): void {
    writeFileSync(`${at(name)}.new`, content, { mode: 0o600 });
    renameSync(`${at(name)}.new`, at(name));
  }

  async function issue(names: string[], authority: Pair, strict: boolean): Promise<void> {
    const server = await issueServer(authority, names, now());
    // The root goes along: a person who opens the certificate in a browser can then save it.
    keep({ kind: 'own', names, strict }, { cert: server.certificate + authority.certificate, key: server.key });
  }

  return {
    context,
    onChange: (hear: () => void): void => void listeners.push(hear),
    /** The root as PEM, for computers to trust; public. */
    rootPem: (): string | undefined => (kept()?.kind === 'own' ? root()?.certificate : undefined),
    names: (): string[] => kept()?.names ?? [],
    strict: (): boolean => kept()?.strict ?? false,

    state(): CertificateState {
      const state = kept();
      const shown = context();
      if (!state || !shown) return { kind: 'none' };
      const card =
        'pfx' in shown
          ? (JSON.parse(readFileSync(at('card.json'), 'utf8')) as Card)
          : cardOf(new X509Certificate(shown.cert));
      const authority = state.kind === 'own' ? root() : undefined;
      const rootCard = authority && cardOf(new X509Certificate(authority.certificate));
      const due = dueAt(state.kind, card, rootCard, now());
      return {
        kind: state.kind,
        names: state.names,
        card,
        ...(rootCard ? { root: rootCard } : {}),
        publiclyKnown: state.publiclyKnown ?? false,
        strict: state.strict ?? false,
        ...(due ? { due } : {}),
      };
    },

    /**
     * A certificate of the own authority for these names. The root there is serves on while it may vouch for them, so that
     * computers need not be visited again; `newRoot` makes another. Refuses names that are none.
     */
    async makeOwn(given: {
      names: string[];
      office: string;
      newRoot?: boolean;
    }): Promise<Refused | { newRoot: boolean }> {
      const names = readNames(given.names);
      if (isRefused(names)) return names;
      const before = root();
      const fits =
        before !== undefined && covers(permitted(), names) && !given.newRoot && lives(before.certificate, now());
      const authority = fits ? before : await createRoot(given.office, names, now());
      if (!fits) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        write('root.pem', authority.certificate);
        write('root.key', authority.key);
        write('root.json', JSON.stringify(permittedFor(names)));
      }
      await issue(names, authority, fits ? (kept()?.strict ?? false) : false);
      return { newRoot: !fits };
    },

    /** A certificate the office was given. `name`: under which people open the installation. Refuses what a browser would. */
    async takeOffice(material: Material, name: string): Promise<Refused | undefined> {
      const names = readNames([name]);
      if (isRefused(names)) return names;
      const read = readMaterial(material);
      if (isRefused(read)) return read;
      const chain = await shownBy(read);
      const refusal = judgeChain(chain, names[0]!, now());
      if (refusal) return refusal;
      const card = cardOf(chain[0]!);
      const others = card.names.filter((one) => !one.includes('*') && one !== names[0]);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      write('card.json', JSON.stringify(card));
      const state: Kept = { kind: 'office', names: [names[0]!, ...others], publiclyKnown: isPubliclyKnown(chain) };
      keep({ ...state, ...('pfx' in read && read.passphrase ? { passphrase: read.passphrase } : {}) }, read);
      return undefined;
    },

    /** Whether browsers are told to come by https only; refused without a certificate. */
    setStrict(strict: boolean): Refused | undefined {
      const state = kept();
      if (!state) return nothingSet;
      write('state.json', JSON.stringify({ ...state, strict }));
      changed();
      return undefined;
    },

    /** Back to plain http. The own root is kept, for computers know it. */
    turnOff(): Refused | undefined {
      if (!kept()) return nothingSet;
      rmSync(at('state.json'));
      for (const name of ['server.pem', 'server.key', 'server.pfx', 'card.json']) rmSync(at(name), { force: true });
      changed();
      return undefined;
    },

    /** Once a day: a server certificate of the own authority that ends within thirty days is replaced. Tells whether it was. */
    async renew(): Promise<boolean> {
      const state = kept();
      const authority = root();
      if (state?.kind !== 'own' || !authority || !lives(authority.certificate, now())) return false;
      const until = new X509Certificate(readFileSync(at('server.pem'))).validToDate;
      const rootUntil = new X509Certificate(authority.certificate).validToDate;
      if (until.getTime() - now().getTime() > RENEW_DAYS * DAY_MS || until >= rootUntil) return false;
      await issue(state.names, authority, state.strict ?? false);
      return true;
    },
  };
}

const lives = (pem: string, now: Date) => new X509Certificate(pem).validToDate > now;

function dueAt(kind: 'own' | 'office', card: Card, root: Card | undefined, now: Date) {
  const within = (until: string, days: number) => Date.parse(until) - now.getTime() <= days * DAY_MS;
  if (kind === 'office' && within(card.until, RENEW_DAYS)) return { what: 'office' as const, until: card.until };
  if (root && within(root.until, ROOT_WARNING_DAYS)) return { what: 'root' as const, until: root.until };
  return undefined;
}

const nothingSet = refused({ code: 'state', message: text('尚未設定憑證。', 'No certificate is set up.') });
