import { sql } from 'kysely';
import type { Failures } from '../adapters/auth/auth.ts';
import { isRefused } from '../kernel/refusal.ts';
import { personOfAccount } from '../modules/identity/index.ts';
import type { Refusals } from '../modules/trail/index.ts';
import type { Dispatch } from '../runtime/module.ts';
import { INSTALLATION, organisationIds } from '../runtime/organisations.ts';
import type { Parts } from '../runtime/parts.ts';
import { withOrganisation } from '../runtime/store/session.ts';

/**
 * Enters what was refused into the ledger of whoever reviews it: an account's in every organisation it belongs to, a token's in its own,
 * names nobody has in that of the organisation that runs the installation.
 */
export function refusalsInto(parts: Pick<Parts, 'db' | 'nodeKey' | 'clock'>, dispatch: Dispatch) {
  return async (failures: Failures): Promise<void> => {
    for (const { organisation, refusals } of await placesOf(parts, failures)) {
      // The same window is one command however often it is told.
      const command = { do: 'trail.note_refusals', id: `refused:${failures.key}`, input: refusals };
      const outcome = await dispatch({ organisation, actor: { kind: 'clock' }, command });
      if (isRefused(outcome))
        throw new Error(`${organisation} did not take what was refused: ${outcome.refused[0]?.message.en}`);
    }
  };
}

type Place = { organisation: string; refusals: Refusals };

async function placesOf(
  parts: Pick<Parts, 'db' | 'nodeKey' | 'clock'>,
  { about, key: _key, ...window }: Failures,
): Promise<Place[]> {
  if (about === 'unknown') {
    const organisation = await runningOrganisation(parts);
    return [{ organisation, refusals: { of: 'unknown_names', window } }];
  }
  const organisations = (await organisationIds(parts.db)).filter((id) => id !== INSTALLATION);
  if ('organisation' in about) {
    const { organisation, token } = about;
    if (!organisations.includes(organisation)) return [];
    const person = token && (await makerOf(parts, organisation, token));
    return [
      { organisation, refusals: { of: 'token', window, ...(token ? { token } : {}), ...(person ? { person } : {}) } },
    ];
  }
  const places: Place[] = [];
  for (const organisation of organisations) {
    const owner = await withOrganisation(parts.db, organisation, (tx) =>
      personOfAccount(tx, organisation, about.account, parts.nodeKey, parts.clock()),
    );
    if (owner) places.push({ organisation, refusals: { of: 'sign_in', person: owner.person, window } });
  }
  return places;
}

/** Who runs the installation and reviews what belongs to nobody: the only organisation, or the one founded first; a demo only by itself. */
async function runningOrganisation({ db }: Pick<Parts, 'db'>): Promise<string> {
  const found = await sql<{ organisation: string }>`select organisation from organisation
    where organisation <> ${INSTALLATION} order by demo, created_at, organisation limit 1`.execute(db);
  return found.rows[0]?.organisation ?? INSTALLATION;
}

const makerOf = (parts: Pick<Parts, 'db'>, organisation: string, token: string): Promise<string | undefined> =>
  withOrganisation(parts.db, organisation, async (tx) => {
    const found = await sql<{ person: string }>`select person from api_token
      where organisation = ${organisation} and id = ${token}`.execute(tx);
    return found.rows[0]?.person;
  });
