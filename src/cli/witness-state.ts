import { sql } from 'kysely';
import type { Standing } from '../adapters/witness/ledger.ts';
import { type Policy, type PolicyWitness, quorumMet } from '../kernel/ledger/policy.ts';
import { text } from '../kernel/text.ts';
import { type Alarming, raiseAlarms, type Trouble } from '../runtime/alarms.ts';
import type { Db } from '../runtime/module.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import type { Witnesses, WitnessView } from '../runtime/witness-views.ts';

/** How the witnesses stand, and who is told when one stands badly. */

const HOUR_MS = 3_600_000;
const USUAL_HOURS = 24;

/** Hours after which a witness counts as stale, by organisation: its parameter, looked up at most once an hour. */
export function agesOver(db: Db, now: () => Date): (organisation: string) => Promise<number> {
  const known = new Map<string, { hours: number; readAt: number }>();
  return async (organisation) => {
    const cached = known.get(organisation);
    if (cached && now().getTime() - cached.readAt < HOUR_MS) return cached.hours;
    const value = await withOrganisation(db, organisation, async (tx) => {
      const found = await sql<{ value: string | null }>`
        select d.body->'parameters'->'witness_max_age_hours'->>'value' as value from organisation o
        join definition d on d.organisation = o.organisation and d.hash = o.definition
        where o.organisation = ${organisation}`.execute(tx);
      return Number(found.rows[0]?.value ?? USUAL_HOURS);
    });
    const hours = Number.isFinite(value) && value > 0 ? value : USUAL_HOURS;
    known.set(organisation, { hours, readAt: now().getTime() });
    return hours;
  };
}

/** One witness as the screen shows it; what it cosigned before `oldest` is stale. */
export function viewOf({ name, url }: PolicyWitness, standing: Standing | undefined, oldest: Date): WitnessView {
  const { size, at, failed, ahead, mailed } = standing ?? {};
  const lately = at !== undefined && Date.parse(at) > oldest.getTime();
  const state = ahead !== undefined ? 'ahead' : at === undefined ? 'never' : lately ? 'good' : 'stale';
  return {
    name,
    ...(url === undefined ? {} : { url }),
    state,
    ...(size === undefined ? {} : { size }),
    ...(at === undefined ? {} : { at }),
    ...(failed === undefined ? {} : { failed }),
    ...(ahead === undefined ? {} : { ahead }),
    ...(mailed === undefined ? {} : { mailed: { at: mailed.at, to: mailed.to } }),
  };
}

/** Whether enough witnesses cosigned since `oldest`, and the size all of those have seen at least. */
export function quorumOf(
  policy: Policy,
  standings: Record<string, Standing>,
  oldest: Date,
): NonNullable<Witnesses['quorum']> {
  const lately = policy.witnesses.filter(({ verifierKey }) => {
    const at = standings[verifierKey]?.at;
    return at !== undefined && Date.parse(at) > oldest.getTime();
  });
  const met = quorumMet(policy.quorum, (verifier) => lately.some((one) => one.verifier === verifier));
  if (!met || lately.length === 0) return { met };
  const seen = lately.map(({ verifierKey }) => standings[verifierKey] as Required<Pick<Standing, 'size' | 'at'>>);
  const least = seen.reduce((one, other) => (other.size < one.size ? other : one));
  return { met, size: least.size, at: least.at };
}

const TOLD = { roles: ['security_officer', 'isms_coordinator', 'auditor'], go: '/trail' };

/**
 * Tells of witnesses that are stale, saw more than there is, or never cosigned although the policy has named them for that long
 * (`named`: since when) or refuse, of sealing that stands still (the signer refuses, or cannot write), and of a missing time stamp; once,
 * until it is over.
 */
export async function tellTroubles(
  alarming: Alarming,
  organisation: string,
  seen: Witnesses,
  named: Date,
): Promise<void> {
  const waited = Date.parse(alarming.clock()) - named.getTime() > seen.maxAgeHours * HOUR_MS;
  const troubles = seen.witnesses.flatMap((one): Trouble[] => {
    const message = wordsFor(one, seen.maxAgeHours, waited);
    return message ? [{ key: one.name, message }] : [];
  });
  const refusing = seen.witnesses.flatMap(({ name, failed = '' }): Trouble[] =>
    REFUSAL.test(failed) ? [{ key: `${name} refuses`, message: refusedBy(name, failed) }] : [],
  );
  await raiseAlarms(alarming, organisation, 'witness', [...troubles, ...refusing], TOLD);
  const { stampFailed, halted } = seen;
  const stopped = halted ? [{ key: 'seal', message: notSealed(halted) }] : [];
  await raiseAlarms(alarming, organisation, 'sealing', stopped, TOLD);
  const stamp = stampFailed ? [{ key: 'today', message: withoutStamp(stampFailed) }] : [];
  await raiseAlarms(alarming, organisation, 'stamp', stamp, TOLD);
}

/** It answered, and would not cosign: another root at the size it knows, no proof that ours continues it, a key it does not know. */
const REFUSAL = /^(it saw another root|HTTP 4(00|03|22))/;

const refusedBy = (name: string, failed: string) =>
  text(
    `見證者「${name}」拒絕連署（${failed.slice(0, 120)}）；軌跡可能遭更動或還原過，請保全現場並查明`,
    `The witness "${name}" refused to cosign (${failed.slice(0, 120)}): the ledger may have been altered or rolled back. Preserve it all and find out`,
  );

const notSealed = ({ zh, en }: { zh: string; en: string }) =>
  text(`稽核紀錄暫停封存：${zh}`.slice(0, 500), `The ledger is not being sealed: ${en}`.slice(0, 500));

function wordsFor({ name, state, size = 0, ahead = 0 }: WitnessView, hours: number, waited: boolean) {
  if (state === 'ahead')
    return text(
      `見證者「${name}」已見過 ${ahead} 筆，多於這裡所有；資料可能整批還原過，請保全現場並查明`,
      `The witness "${name}" has seen ${ahead} entries, more than there are here: everything may have been rolled back. Preserve it all and find out`,
    );
  if (state === 'stale')
    return text(
      `見證者「${name}」已逾 ${hours} 小時未連署（停在第 ${size} 筆）；請聯絡見證者或查明網路`,
      `The witness "${name}" has not cosigned for more than ${hours} hours (it stands at ${size} entries). Ask it, or look at the network`,
    );
  if (state === 'never' && waited)
    return text(
      `見證者「${name}」列入政策已逾 ${hours} 小時，還沒有連署過；請確認對方已設定，或送交請求檔`,
      `The witness "${name}" has been in the policy for more than ${hours} hours and never cosigned. See that it is set up, or hand it a request file`,
    );
  return undefined;
}

const withoutStamp = ({ zh, en }: { zh: string; en: string }) =>
  text(
    `今日的時戳尚未取得：${zh.replace(/。$/, '')}；系統會繼續嘗試`,
    `There is no time stamp for today yet: ${en.replace(/\.$/, '')}. The system keeps trying`,
  );
