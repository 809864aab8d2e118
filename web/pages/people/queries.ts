import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, refusalsOf } from '../../api.ts';
import { queryClient } from '../../queries.ts';

type Asked = { search?: string; unit?: string; former?: boolean };

export const peopleQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['people', 'list', asked],
    queryFn: () => api.people.list(asked),
    placeholderData: keepPreviousData,
  });

export const personQuery = (id: string) =>
  queryOptions({ queryKey: ['people', id], queryFn: () => api.people.get({ id }) });

export const unitsQuery = queryOptions({ queryKey: ['units'], queryFn: () => api.units.list() });

export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: async () => withAdministrator(await api.people.roles()),
  staleTime: 300_000,
});

type RoleCard = Awaited<ReturnType<typeof api.people.roles>>[number];

/** The one role that no pack declares: the program itself knows it. */
function withAdministrator(roles: RoleCard[]): RoleCard[] {
  if (roles.some(({ role }) => role === ADMINISTRATOR)) return roles;
  const label = { zh: '系統管理者', en: 'Administrator' };
  const conflicts = roles.filter((each) => each.approving).map(({ role }) => role);
  return [...roles, { role: ADMINISTRATOR, label, approving: false, conflicts }];
}
export const ADMINISTRATOR = 'administrator';

/** Resets that wait for a second person; whoever may not be one has none. */
export const resetsQuery = queryOptions({
  queryKey: ['people', 'resets'],
  queryFn: () => api.resets.list().catch((error) => (refusalsOf(error) ? [] : Promise.reject(error))),
});

/** Acts for which the roles as they stand leave nobody, or a single person. */
export const thinActsQuery = queryOptions({ queryKey: ['people', 'acts'], queryFn: () => api.setup.acts() });

/** After any change about persons: lists, counts per unit, and who could act are asked again. */
export async function peopleChanged(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['people'] }),
    queryClient.invalidateQueries({ queryKey: ['units'] }),
    queryClient.invalidateQueries({ queryKey: ['me'] }),
  ]);
}
