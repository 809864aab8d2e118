import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { t } from '../../language.ts';
import { typesQuery } from '../../queries.ts';
import { Skeleton } from '../../ui/bits.tsx';

const doors = [
  { key: 'goLive', type: 'service_request', prefill: { kind: 'change' } },
  { key: 'network', type: 'service_request', prefill: { kind: 'network' } },
  { key: 'account', type: 'access_request', prefill: undefined },
  { key: 'room', type: 'room_entry', prefill: undefined },
  { key: 'incident', type: 'incident', prefill: undefined },
] as const;

/** For the colleague who asks for something once a year: five doors, nothing else. A door whose form is not in use is not drawn. */
export function Doors() {
  const types = useQuery(typesQuery);
  if (types.isPending) return <Skeleton lines={4} />;
  const offered = doors.filter((door) => types.data?.some((type) => type.type === door.type && type.mayOpen));
  if (offered.length === 0) return null;
  return (
    <ul className="doors" aria-label={t('doors.label')}>
      {offered.map((door) => (
        <li key={door.key} className={door.key === 'incident' ? 'alarm' : ''}>
          <Link
            to="/requests/$type"
            params={{ type: door.type }}
            search={door.prefill ? { prefill: door.prefill } : {}}
          >
            <strong>{t(`doors.${door.key}`)}</strong>
            <span className="sub">{t(`doors.${door.key}Text`)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
