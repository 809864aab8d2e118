import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sql } from 'kysely';
import { createAuth } from './adapters/auth/auth.ts';
import { type Blobs, folderBlobs, wholeBlob } from './adapters/blobs/folder.ts';
import { openCalendar } from './adapters/files/calendar.ts';
import { loadPacks, SHIPPED_PACKS } from './adapters/files/packs.ts';
import { startPostman } from './adapters/mail/postman.ts';
import { mailSettings } from './adapters/mail/settings.ts';
import { connect } from './adapters/postgres/connect.ts';
import { migrate, readMigrations } from './adapters/postgres/migrate.ts';
import { openDatabase } from './adapters/postgres/open.ts';
import { openKeyring, openSecrets } from './adapters/sealing/installation.ts';
import { openCertificates } from './adapters/tls/certificates.ts';
import { addressOf } from './adapters/tls/names.ts';
import { backupRounds } from './cli/backup-round.ts';
import { checksOver } from './cli/ledgers.ts';
import { openSealing } from './cli/sealing.ts';
import type { Server, ServerOptions } from './cli/serve.ts';
import { openDemo } from './demo/start.ts';
import { mayApproveReset, personsOfAccount } from './http/accounts.ts';
import { ADDRESS_HEADER } from './http/app.ts';
import { forgetLinks } from './http/caller.ts';
import { digestRound } from './http/digest.ts';
import { addressOver, careForCertificate, openDoors } from './http/listening.ts';
import type { HttpParts } from './http/parts.ts';
import { postParts } from './http/post.ts';
import { importReport } from './http/reports.ts';
import { resetMail } from './http/reset-mail.ts';
import { compile } from './kernel/pack/compile.ts';
import type { SourceFile } from './kernel/pack/types.ts';
import { isRefused, type Refused } from './kernel/refusal.ts';
import { backups } from './modules/backups/index.ts';
import { compliance, endedExceptions } from './modules/compliance/index.ts';
import { digest } from './modules/digest/index.ts';
import { findings } from './modules/findings/index.ts';
import {
  combinations,
  endingSoon,
  handoversDue,
  identity,
  loadDirectory,
  recordsOf,
  unlisted,
} from './modules/identity/index.ts';
import { installation } from './modules/installation/index.ts';
import { mail } from './modules/mail/index.ts';
import { notices, overdue } from './modules/notices/index.ts';
import { opening } from './modules/opening/index.ts';
import { passkeys } from './modules/passkeys/index.ts';
import { populations } from './modules/populations/index.ts';
import { procedures } from './modules/procedures/index.ts';
import { openDisposals, openErasures, retention } from './modules/retention/index.ts';
import { tokens } from './modules/tokens/index.ts';
import { trail } from './modules/trail/index.ts';
import { reviewDue } from './runtime/audit-review.ts';
import { changesContext, contexts } from './runtime/context.ts';
import { dispatcher } from './runtime/dispatch.ts';
import { eraseOne } from './runtime/erasing.ts';
import { SETUP_ENDED } from './runtime/ledger-acts.ts';
import { ledgerDoor } from './runtime/ledger-door.ts';
import type { Db, Module } from './runtime/module.ts';
import { newsRoom } from './runtime/news.ts';
import { createOrganisation, INSTALLATION, organisationIds } from './runtime/organisations.ts';
import type { Parts } from './runtime/parts.ts';
import { startScheduler } from './runtime/schedule.ts';
import { withOrganisation } from './runtime/store/session.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Opens everything over one data folder except the HTTP door: the demo, tests and tools use the same composition. */
export async function openPlatform(options: Omit<ServerOptions, 'port' | 'host' | 'demo'> & { clock?: () => Date }) {
  const database = await openDatabase(options);
  if (isRefused(database)) return database;
  const migrated = await migrate({
    ownerUrl: database.ownerUrl,
    migrations: readMigrations(join(ROOT, 'migrations')),
    appRole: database.appRole,
    log: options.log,
  });
  if (isRefused(migrated)) {
    await database.stop();
    return migrated;
  }
  const connection = connect<unknown>(database.appUrl, {
    onIdleError: (error) => options.log(`database: ${error.message}`),
    max: 12,
  });
  const db = connection.db as unknown as Db;
  const secrets = await openSecrets(options.dataDir);
  const personal = await openKeyring(join(options.dataDir, 'keys'));
  const blobs = folderBlobs(join(options.dataDir, 'files'));
  const news = newsRoom();
  const certificates = openCertificates(options.dataDir, options.clock ?? (() => new Date()));
  const officeCalendar = openCalendar(join(ROOT, 'calendar'), join(options.dataDir, 'calendar'));
  const packFiles = await loadPacks([SHIPPED_PACKS]);
  const modules = modulesOver(secrets.nodeKey, packFiles, officeCalendar.current, blobs);
  const clock = options.clock ?? (() => new Date());
  let committed: Parts['committed'] = () => {};
  const parts: Parts = {
    db,
    modules,
    calendar: officeCalendar.current,
    loadDirectory: async (tx, organisation, now) =>
      (await loadDirectory(tx, organisation, secrets.nodeKey, now)).directory,
    nodeKey: secrets.nodeKey,
    markKey: secrets.markKey,
    personal,
    clock: () => clock().toISOString(),
    committed: (what) => {
      news.tell(what);
      committed(what);
    },
    defect: (error, where) => {
      const reference = randomUUID().slice(0, 8);
      options.log(
        `defect ${reference} in ${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      return reference;
    },
  };
  const cache = contexts(parts);
  const { dispatch: door, idle } = dispatcher(parts, cache);
  await createOrganisation(db, { id: INSTALLATION, name: 'installation', demo: false }, parts.clock());
  const sealer = await openSealing({ ...options, db, markKey: secrets.markKey, parts, dispatch: door, cache });
  if (isRefused(sealer)) {
    await connection.close();
    await database.stop();
    return sealer;
  }
  const ledger = ledgerDoor({
    db,
    markKey: secrets.markKey,
    log: sealer.log,
    verifierKey: sealer.verifierKey,
    witnesses: sealer.witnessing.view,
    personal,
    ...checksOver(db, blobs, secrets.nodeKey, parts.clock),
  });
  committed = (what) => sealer.committed(what);
  await sealer.start();
  return {
    parts,
    cache,
    dispatch: sealer.dispatch,
    idle,
    db,
    database,
    blobs,
    news,
    packFiles,
    officeCalendar,
    mailServer: mailSettings(options.dataDir),
    certificates,
    ledger,
    secrets,
    sealer,
    onCommit(hear: Parts['committed']) {
      const before = committed;
      committed = (what) => {
        before(what);
        hear(what);
      };
    },
    async close() {
      await idle();
      await sealer.stop();
      await connection.close();
      await database.stop();
    },
  };
}

export type Platform = Exclude<Awaited<ReturnType<typeof openPlatform>>, Refused>;

/** Every module, one explicit line each: deleting a line and its folder removes the feature. */
function modulesOver(
  nodeKey: Uint8Array,
  packFiles: SourceFile[],
  calendar: Parts['calendar'],
  blobs: Blobs,
): Module[] {
  return [
    identity({ nodeKey, combinationsOf: combinations }),
    compliance(() => packFiles, compile),
    findings((sha256) => blobs.intact(sha256)),
    notices(calendar),
    opening((sha256) => wholeBlob(blobs, sha256)),
    digest,
    populations,
    procedures,
    tokens,
    mail,
    installation,
    backups,
    retention(calendar),
    trail,
    passkeys,
  ];
}

/** Starts the platform and listens. */
export async function startServer(options: ServerOptions): Promise<Server | Refused> {
  const platform = await openPlatform(options);
  if (isRefused(platform)) return platform;
  const { parts, dispatch, db } = platform;
  const { certificates } = platform;
  let doors = doorsOver(platform, options, addressOver(certificates, options.port));
  const { auth } = doors;
  if (!(await hasOrganisation(db)) && !options.demo)
    options.log(`\n  設定碼 · set-up code:  ${await auth.createSetupCode()}\n`);
  const unready = options.demo ? await openDemo(platform, auth, importReport, options.log) : undefined;
  if (unready) {
    await platform.close();
    return unready;
  }
  const backupRound = backupRounds({
    ...parts,
    dispatch,
    dataDir: options.dataDir,
    database: platform.database,
    log: options.log,
  });
  const scheduler = startScheduler({
    db,
    dispatch,
    clock: parts.clock,
    failed: (error) => parts.defect(error, 'schedule'),
    round: (organisation) => (organisation === INSTALLATION ? backupRound() : workRound(platform, organisation)),
  });
  platform.onCommit(() => scheduler.nudge());
  const post = startPostman(postParts(parts, dispatch, platform.mailServer));
  platform.onCommit(({ eventTypes }) => eventTypes.has('mail.queued') && post.nudge());
  const server = await openDoors(options, certificates, (address) => {
    if (address !== doors.http.baseUrl) doors = doorsOver(platform, options, address);
    return doors.http;
  }).catch(async (error: unknown) => {
    await post.stop();
    await scheduler.stop();
    await platform.close();
    throw error;
  });
  const tidy = setInterval(
    () => void doors.auth.tidy().catch((error: unknown) => parts.defect(error, 'sign-in')),
    60_000,
  );
  const care = () => careForCertificate(platform).catch((error: unknown) => parts.defect(error, 'certificate'));
  const caring = setInterval(care, 3_600_000);
  await care();
  return {
    url: doors.http.baseUrl,
    lost: platform.database.lost,
    async stop() {
      clearInterval(tidy);
      clearInterval(caring);
      await server.close();
      await post.stop();
      await scheduler.stop();
      await platform.close();
    },
  };
}

/** What the HTTP door stands on, over an open platform: the server, and tests that send requests in process. */
export function doorsOver(platform: Platform, options: { dataDir: string }, baseUrl: string) {
  const { parts, cache, dispatch, db } = platform;
  const auth = authOver(platform, options, baseUrl);
  const http: HttpParts = {
    parts,
    cache,
    dispatch,
    auth,
    blobs: platform.blobs,
    packFiles: () => platform.packFiles,
    news: platform.news,
    ledger: platform.ledger,
    addCalendar: platform.officeCalendar.add,
    certificates: platform.certificates,
    mailSettings: platform.mailServer,
    setup: {
      codeRequired: () => existsSync(setupCodeFile(options.dataDir)),
      createOrganisation: (name) => createOrganisation(db, { name, demo: false }, parts.clock()),
      finish: async (organisation) => {
        const command = { do: 'identity.edit_setting', id: randomUUID(), input: { name: SETUP_ENDED, value: true } };
        const ended = await dispatch({ organisation, actor: { kind: 'setup' }, command });
        if (isRefused(ended)) throw new Error(`the end of set-up was refused: ${ended.refused[0]?.message.en}`);
        await sql`update organisation set setup_done = true where organisation = ${organisation}`.execute(db);
      },
    },
    baseUrl,
    ...(process.env.ANCHENG_CLAMD ? { clamd: process.env.ANCHENG_CLAMD } : {}),
    webRoot: join(ROOT, 'dist/web'),
    health: async () => {
      const answers = await sql`select 1`.execute(db).then(
        () => true,
        () => false,
      );
      return { ok: answers, version: version() };
    },
  };
  platform.onCommit((news) => {
    if ([...news.eventTypes].some(changesContext)) forgetLinks(http);
  });
  return { http, auth };
}

const setupCodeFile = (dataDir: string) => join(dataDir, 'secrets/setup-code.json');
const version = (): string =>
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

async function hasOrganisation(db: Db): Promise<boolean> {
  return (await organisationIds(db)).some((id) => id !== INSTALLATION);
}

function authOver(platform: Platform, options: { dataDir: string }, origin: string) {
  const { parts, dispatch, db, secrets, certificates } = platform;
  return createAuth({
    db,
    secret: secrets.session,
    nodeKey: secrets.nodeKey,
    origin,
    trustedOrigins: certificates.names().map((name) => addressOf(name, Number(new URL(origin).port || 443))),
    now: () => new Date(parts.clock()),
    setupCodeFile: setupCodeFile(options.dataDir),
    ip: (request) => request.headers.get(ADDRESS_HEADER) ?? undefined,
    record: async (event) => {
      const command = { do: 'installation.note', id: randomUUID(), input: event };
      const outcome = await dispatch({ organisation: INSTALLATION, actor: { kind: 'setup' }, command });
      if (isRefused(outcome))
        throw new Error(`the installation's ledger refused ${event.type}: ${outcome.refused[0]?.message.en}`);
    },
    mayApproveReset: ({ person }, account) => mayApproveReset(parts, person, account),
    personsOf: (account) => personsOfAccount(parts, account),
    get sendReset() {
      return resetMail(mailSettings(options.dataDir), origin);
    },
  });
}

/** What the clock does in an organisation besides waking records; the scheduler's round, also for simulations. */
export async function workRound(platform: Platform, organisation: string): Promise<void> {
  await takeBackLoosened(platform, organisation);
  await escalate(platform, organisation);
  await dispose(platform, organisation);
  await askForReview(platform, organisation);
  await listWatched(platform, organisation);
  await carryOutHandovers(platform, organisation);
  await tellEnding(platform, organisation);
  await digestRound({ ...platform, hasMail: () => platform.mailServer.read() !== undefined }, organisation);
}

/** Whoever's last day comes is told a week before, and the coordinator, so that nobody is locked out or forgotten. */
async function tellEnding({ db, dispatch, parts }: Platform, organisation: string): Promise<void> {
  const ending = await withOrganisation(db, organisation, (tx) => endingSoon(tx, organisation, parts.clock()));
  for (const { person, name, until, notice } of ending) {
    const message = {
      zh: `${name} 的帳號與角色於 ${until} 到期，次日起不能登入；請於到期前辦理職務交接`,
      en: `The account and roles of ${name} end on ${until}; from the day after there is no sign-in. Hand over duties before`,
    };
    const input = { notice, persons: [person], roles: ['isms_coordinator'], about: person, message };
    const command = { do: 'notices.send', id: randomUUID(), input: { ...input, go: '/requests/handover' } };
    await dispatch({ organisation, actor: { kind: 'clock' }, command });
  }
}

/** 職務交接 on its day: every open record goes over by an event of its own, then roles given up and deputyships end. */
async function carryOutHandovers({ db, dispatch, parts }: Platform, organisation: string): Promise<void> {
  const due = await withOrganisation(db, organisation, (tx) => handoversDue(tx, organisation));
  const clock = { organisation, actor: { kind: 'clock' } } as const;
  for (const { handover, leaver } of due) {
    const records = await withOrganisation(db, organisation, (tx) => recordsOf(tx, organisation, leaver));
    for (const record of records) {
      const command = { do: 'hand_over' as const, id: `hand-over:${handover}:${record}`, record, handover };
      const outcome = await dispatch({ ...clock, command });
      if (isRefused(outcome)) parts.defect(new Error(outcome.refused[0]?.message.en), `handover ${handover}`);
    }
    const input = { handover, records: records.length };
    await dispatch({ ...clock, command: { do: 'identity.finish_handover', id: randomUUID(), input } });
  }
}

/** The half-yearly review of audit data, a month before it is due. */
async function askForReview({ db, dispatch, parts, officeCalendar }: Platform, organisation: string): Promise<void> {
  const values = await withOrganisation(db, organisation, (tx) =>
    reviewDue(tx, organisation, officeCalendar.current(), parts.clock()),
  );
  if (!values) return;
  const command = { do: 'open' as const, id: `audit-review-${values.begins}`, type: 'audit_review', values };
  await dispatch({ organisation, actor: { kind: 'clock' }, command });
}

/** Destroys what was approved for it, and erases what was ordered. */
async function dispose({ db, dispatch, parts, blobs }: Platform, organisation: string): Promise<void> {
  for (const disposal of await withOrganisation(db, organisation, (tx) => openDisposals(tx, organisation))) {
    const command = { do: 'retention.carry_out', id: randomUUID(), input: { disposal } };
    await dispatch({ organisation, actor: { kind: 'clock' }, command });
  }
  for (const erasure of await withOrganisation(db, organisation, (tx) => openErasures(tx, organisation)))
    await eraseOne({ ...parts, dispatch, files: blobs }, organisation, erasure);
}

/** Once a month the auditors get the list of what was signed in concurrent duties or soon after a reset. */
async function listWatched({ db, dispatch, parts }: Platform, organisation: string): Promise<void> {
  const list = await withOrganisation(db, organisation, (tx) => unlisted(tx, organisation, parts.clock()));
  if (!list) return;
  const message = {
    zh: `${list.month} 兼任與重設後簽核清冊：共 ${list.acts} 筆`,
    en: `${list.month}: ${list.acts} seals in concurrent duties or soon after a reset`,
  };
  const input = { notice: list.notice, roles: ['auditor'], message, go: `/people/watched?month=${list.month}` };
  await dispatch({
    organisation,
    actor: { kind: 'clock' },
    command: { do: 'notices.send', id: randomUUID(), input },
  });
}

async function escalate({ db, dispatch, parts }: Platform, organisation: string): Promise<void> {
  const found = await withOrganisation(db, organisation, (tx) => overdue(tx, organisation, parts.clock()));
  if (found.length === 0) return;
  const command = { do: 'notices.escalate', id: randomUUID(), input: {} };
  await dispatch({ organisation, actor: { kind: 'clock' }, command });
}

async function takeBackLoosened({ db, dispatch }: Platform, organisation: string): Promise<void> {
  const ended = await withOrganisation(db, organisation, (tx) => endedExceptions(tx, organisation));
  for (const input of ended) {
    await dispatch({
      organisation,
      actor: { kind: 'clock' },
      command: { do: 'compliance.restore_parameter', id: randomUUID(), input },
    });
  }
}
