import { expect } from 'vitest';
import { until } from '../harness/until.ts';
import type { Office } from './office.ts';

/** Waits until everything written so far is sealed, signed and published; returns how many entries the office's ledger has. */
export async function untilSealed(office: Office): Promise<number> {
  const { platform, organisation, superuser } = office;
  await platform.idle();
  return until(async () => {
    platform.sealer.hurry();
    const { rows } = await superuser.query<{ organisation: string; next: number; sealed: number }>(
      'select organisation, h.next_pos::int as next, s.size::int as sealed from head h join log_state s using (organisation)',
    );
    expect(rows.filter(({ next, sealed }) => next > sealed)).toEqual([]);
    // Signing and publishing come behind what the database knows.
    const size = rows.find((row) => row.organisation === organisation)?.sealed;
    expect(await platform.ledger.witnesses(organisation)).toMatchObject({ sealedSize: size });
    return size!;
  });
}
