import { useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { RecordView } from '../../src/runtime/views.ts';
import { api } from '../api.ts';
import { meQuery, queryClient, recordQuery } from '../queries.ts';

/** Tells the server which version its reader has open, so that a list on any device can say what has changed since. */
export function useLooked({ id, version, asOf }: RecordView): void {
  const { person, outside } = useSuspenseQuery(meQuery).data;
  const tells = person !== undefined && !outside && asOf === undefined;
  useEffect(() => {
    if (!tells) return;
    const { queryKey } = recordQuery(id);
    api.records.looked({ id, version }).then(
      ({ at }) => queryClient.setQueryData(queryKey, (known) => known && { ...known, looked: { version, at } }),
      // Nobody waits for it: when it fails, the list compares with the look before.
      () => undefined,
    );
  }, [tells, id, version]);
}
