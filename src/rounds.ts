import { randomUUID } from 'node:crypto';
import { digestRound } from './http/digest.ts';
import { isRefused } from './kernel/refusal.ts';
import type { Platform } from './main.ts';
import { endedExceptions, waitingPlans } from './modules/compliance/index.ts';
import {
  combinations,
  endingSoon,
  handoversDue,
  type RoleEnded,
  recordsOf,
  uncarried,
  unlisted,
} from './modules/identity/index.ts';
import { overdue } from './modules/notices/index.ts';
import { openDisposals, openErasures } from './modules/retention/index.ts';
import { raiseAlarms } from './runtime/alarms.ts';
import { reviewDue } from './runtime/audit-review.ts';
import { type Erasure, eraseOne } from './runtime/erasing.ts';
import { isOrdered } from './runtime/orders.ts';
import { withOrganisation } from './runtime/store/session.ts';

/** What the clock does in an organisation besides waking records; the scheduler's round, also for simulations. */
export async function workRound(platform: Platform, organisation: string): Promise<void> {
  await takeBackLoosened(platform, organisation);
  await escalate(platform, organisation);
  await dispose(platform, organisation);
  await askForReview(platform, organisation);
  await askForPlan(platform, organisation);
  await listWatched(platform, organisation);
  await carryOutHandovers(platform, organisation);
  await revokeUncarried(platform, organisation);
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
    let moved = 0;
    for (const record of records) {
      const command = { do: 'hand_over' as const, id: `hand-over:${handover}:${record}`, record, handover };
      const outcome = await dispatch({ ...clock, command });
      if (isRefused(outcome)) parts.defect(new Error(outcome.refused[0]?.message.en), `handover ${handover}`);
      else if (outcome.count > 0) moved += 1;
    }
    const input = { handover, records: moved };
    await dispatch({ ...clock, command: { do: 'identity.finish_handover', id: randomUUID(), input } });
  }
}

/** Roles that only a 兼任 exception carried end with it, also when it is revoked before its time; holder and officers are told. */
async function revokeUncarried({ db, dispatch, parts }: Platform, organisation: string): Promise<void> {
  const found = await withOrganisation(db, organisation, (tx) =>
    uncarried(tx, organisation, parts.clock(), combinations),
  );
  const clock = { organisation, actor: { kind: 'clock' } } as const;
  for (const { grant, person, exception, number } of found) {
    const command = { do: 'identity.revoke_carried', id: randomUUID(), input: { grant, exception } };
    const ended = await dispatch({ ...clock, command });
    if (isRefused(ended) || ended.count === 0) continue;
    const { name, role } = ended.response as RoleEnded;
    const message = {
      zh: `兼任例外 ${number} 已失效，${name} 依該例外併任之「${role.zh}」角色同時撤銷`,
      en: `Concurrent duties ${number} ended; the role “${role.en}” that ${name} held under it is revoked`,
    };
    const told = {
      notice: `carried.${grant}`,
      persons: [person],
      roles: ['isms_coordinator', 'security_officer', 'auditor'],
    };
    const input = { ...told, about: person, message, go: '/people' };
    await dispatch({ ...clock, command: { do: 'notices.send', id: randomUUID(), input } });
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

/** An adoption plan that waits is told to the CISO, until it is approved or returned. */
async function askForPlan({ db, dispatch, parts }: Platform, organisation: string): Promise<void> {
  const waiting = await withOrganisation(db, organisation, (tx) => waitingPlans(tx, organisation));
  const asked = waiting.map(({ id, clauses }) => ({
    key: id,
    message: {
      zh: `採用計畫待核定：${clauses} 條之起算日`,
      en: `An adoption plan waits for approval: starts of ${clauses} clauses`,
    },
  }));
  const to = { roles: ['ciso'], go: '/procedure/plan' };
  await raiseAlarms({ db, dispatch, clock: parts.clock }, organisation, 'adoption_plan', asked, to);
}

/** Destroys what was approved for it, and erases what was ordered. */
async function dispose({ db, dispatch, parts, blobs, shelf }: Platform, organisation: string): Promise<void> {
  // A row nobody ordered destroys nothing; verify names it.
  const isBy = (stream: string, type: string) =>
    withOrganisation(db, organisation, (tx) => isOrdered(tx, parts.markKey, organisation, stream, type));
  for (const disposal of await withOrganisation(db, organisation, (tx) => openDisposals(tx, organisation))) {
    if (!(await isBy(`disposal:${disposal}`, 'disposal.ordered'))) continue;
    const command = { do: 'retention.carry_out', id: randomUUID(), input: { disposal } };
    await dispatch({ organisation, actor: { kind: 'clock' }, command });
  }
  const ordered: Erasure[] = [];
  for (const one of await withOrganisation(db, organisation, (tx) => openErasures(tx, organisation)))
    if (await isBy(`erasure:${one.kind}:${one.id}`, 'erasure.ordered')) ordered.push(one);
  if (ordered.length > 0) await shelf.clear(organisation);
  for (const erasure of ordered) await eraseOne({ ...parts, dispatch, files: blobs }, organisation, erasure);
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
