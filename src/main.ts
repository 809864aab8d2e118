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
import { isAway, tellAway } from './adapters/postgres/away.ts';
import { connect } from './adapters/postgres/connect.ts';
import { migrate, readMigrations } from './adapters/postgres/migrate.ts';
import { openDatabase } from './adapters/postgres/open.ts';
import { openKeyring, openSecrets } from './adapters/sealing/installation.ts';
import { openCertificates } from './adapters/tls/certificates.ts';
import { addressOf } from './adapters/tls/names.ts';
import { backupDesk } from './cli/backup-desk.ts';
import { backupRounds } from './cli/backup-round.ts';
import { diskTurn } from './cli/disk-turn.ts';
import { checksOver, ourShape } from './cli/ledgers.ts';
import { openSealing } from './cli/sealing.ts';
import type { Server, ServerOptions } from './cli/serve.ts';
import { witnessLines } from './cli/witnessing.ts';
import { openDemo } from './demo/start.ts';
import { closedToday, mayApproveReset, personsOfAccount } from './http/accounts.ts';
import { ADDRESS_HEADER } from './http/app.ts';
import { forgetLinks } from './http/caller.ts';
import { addressOver, careForCertificate, openDoors } from './http/listening.ts';
import { openShelf } from './http/package/shelf.ts';
import type { HttpParts } from './http/parts.ts';
import { postParts } from './http/post.ts';
import { refusalsInto } from './http/refusals.ts';
import { importReport } from './http/reports.ts';
import { resetMail } from './http/reset-mail.ts';
import { compile } from './kernel/pack/compile.ts';
import type { SourceFile } from './kernel/pack/types.ts';
import { isRefused, type Refused } from './kernel/refusal.ts';
import { backups } from './modules/backups/index.ts';
import { compliance } from './modules/compliance/index.ts';
import { digest } from './modules/digest/index.ts';
import { findings } from './modules/findings/index.ts';
import { combinations, identity, loadDirectory } from './modules/identity/index.ts';
import { installation } from './modules/installation/index.ts';
import { mail } from './modules/mail/index.ts';
import { notices } from './modules/notices/index.ts';
import { opening } from './modules/opening/index.ts';
import { passkeys } from './modules/passkeys/index.ts';
import { populations } from './modules/populations/index.ts';
import { procedures } from './modules/procedures/index.ts';
import { retention } from './modules/retention/index.ts';
import { tokens } from './modules/tokens/index.ts';
import { trail } from './modules/trail/index.ts';
import { workRound } from './rounds.ts';
import { background } from './runtime/background.ts';
import { changesContext, contexts } from './runtime/context.ts';
import { dispatcher } from './runtime/dispatch.ts';
import { SETUP_ENDED } from './runtime/ledger-acts.ts';
import { ledgerDoor } from './runtime/ledger-door.ts';
import type { Db, Module } from './runtime/module.ts';
import { newsRoom } from './runtime/news.ts';
import { asEnteredBy } from './runtime/orders.ts';
import { createOrganisation, INSTALLATION, organisationIds } from './runtime/organisations.ts';
import type { Parts } from './runtime/parts.ts';
import { rebuild, replayFaults } from './runtime/replay.ts';
import { startScheduler } from './runtime/schedule.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Opens everything over one data folder except the HTTP door: the demo, tests and tools use the same composition. */
export async function openPlatform(
  options: Omit<ServerOptions, 'port' | 'host' | 'demo'> & { clock?: () => Date; settings?: Record<string, string> },
) {
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
  const news = newsRoom();
  const certificates = openCertificates(options.dataDir, options.clock ?? (() => new Date()));
  let committed: Parts['committed'] = () => {};
  const { parts, secrets, personal, blobs, packFiles, officeCalendar } = await composed(options, db, (what) => {
    news.tell(what);
    committed(what);
  });
  parts.working = news.working;
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
    formerKeys: sealer.formerKeys,
    witnesses: sealer.witnessing.view,
    acknowledged: (organisation) => sealer.signer.acknowledged(organisation),
    witnessLines: () => witnessLines(options.dataDir),
    personal,
    ...checksOver(db, blobs, secrets.nodeKey, parts.clock),
  });
  committed = (what) => sealer.committed(what);
  const shelf = openShelf(
    join(options.dataDir, 'packages'),
    () => Date.parse(parts.clock()),
    (error) => parts.defect(error, 'package'),
  );
  await sealer.start();
  const { dataDir, log } = options;
  for (const { zh, en } of await ourShape(db)) log(`✗ ${zh} · ${en}`);
  const backing = { ...parts, dispatch: sealer.dispatch, dataDir, database, log };
  const disks = diskTurn();
  return {
    parts,
    cache,
    /** Backups of this installation: what their rounds and the screen stand on. */
    backing,
    disks,
    backupDesk: backupDesk(backing, disks),
    dispatch: sealer.dispatch,
    idle,
    db,
    database,
    blobs,
    shelf,
    news,
    packFiles,
    officeCalendar,
    mailServer: mailSettings(options.dataDir),
    certificates,
    ledger: { ...ledger, ...sealer.witnessing.exchange },
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
      await disks.close();
      await shelf.close();
      await idle();
      await sealer.stop();
      await connection.close();
      await database.stop();
    },
  };
}

type Composing = { dataDir: string; log: (line: string) => void; clock?: () => Date };

/** What the runtime works with, over one data folder and a handle of its database. */
async function composed(options: Composing, db: Db, committed: Parts['committed']) {
  const secrets = await openSecrets(options.dataDir);
  const personal = await openKeyring(join(options.dataDir, 'keys'));
  const blobs = folderBlobs(join(options.dataDir, 'files'));
  const officeCalendar = openCalendar(join(ROOT, 'calendar'), join(options.dataDir, 'calendar'));
  const packFiles = await loadPacks([SHIPPED_PACKS]);
  const modules = modulesOver(secrets, packFiles, officeCalendar.current, blobs);
  const clock = options.clock ?? (() => new Date());
  const away = tellAway(options.log);
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
    committed,
    defect: (error, where) => {
      const reference = randomUUID().slice(0, 8);
      if (isAway(error)) away(error as Error);
      else
        options.log(
          `defect ${reference} in ${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      return reference;
    },
  };
  return { parts, secrets, personal, blobs, packFiles, officeCalendar };
}

/**
 * Replays ledgers over the database's owner, beside a running platform or without (`ancheng verify --replay`, `ledger rebuild`).
 */
export async function openReplay({ ownerUrl, ...options }: Composing & { ownerUrl: string }) {
  const connection = connect<unknown>(ownerUrl, {
    onIdleError: (error) => options.log(`database: ${error.message}`),
    max: 2,
    statementTimeoutMs: 0,
    idleInTransactionTimeoutMs: 0,
  });
  const db = connection.db as unknown as Db;
  const { parts } = await composed(options, db, () => {});
  return {
    replayed: (organisation: string) => replayFaults(parts, db, organisation),
    /** What is wrong, tables and decisions alike. */
    faults: async (organisation: string) => {
      const { tables, decisions } = await replayFaults(parts, db, organisation);
      return [...tables, ...decisions.faults];
    },
    rebuild: (organisation: string) => rebuild(parts, db, organisation),
    close: connection.close,
  };
}

export type Platform = Exclude<Awaited<ReturnType<typeof openPlatform>>, Refused>;

/** Every module, one explicit line each: deleting a line and its folder removes the feature. */
function modulesOver(
  { nodeKey, markKey }: { nodeKey: Uint8Array; markKey: Parts['markKey'] },
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
    retention(calendar, asEnteredBy(markKey)),
    trail,
    passkeys,
  ];
}

/** Starts the platform and listens. */
export async function startServer(options: ServerOptions & { clock?: () => Date }): Promise<Server | Refused> {
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
  const backupRound = backupRounds(platform.backing, platform.disks);
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
  const aside = background(parts.defect);
  const tidying = setInterval(() => aside.start('sign-in', doors.auth.tidy), 60_000);
  const care = () => aside.start('certificate', () => careForCertificate(platform));
  const caring = setInterval(care, 3_600_000);
  care();
  await aside.settled();
  return {
    url: doors.http.baseUrl,
    lost: Promise.race([platform.database.lost, platform.sealer.lost]),
    async stop() {
      clearInterval(tidying);
      clearInterval(caring);
      await aside.settled();
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
    shelf: platform.shelf,
    packFiles: () => platform.packFiles,
    news: platform.news,
    ledger: platform.ledger,
    addCalendar: platform.officeCalendar.add,
    certificates: platform.certificates,
    mailSettings: platform.mailServer,
    backupDesk: platform.backupDesk,
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
    tellFailures: refusalsInto(parts, dispatch),
    mayEnter: (account) => closedToday(parts, account),
    mayApproveReset: ({ person }, account) => mayApproveReset(parts, person, account),
    personsOf: (account) => personsOfAccount(parts, account),
    get sendReset() {
      return resetMail(mailSettings(options.dataDir), origin);
    },
  });
}
