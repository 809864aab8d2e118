import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { t } from '../../language.ts';
import { typesQuery } from '../../queries.ts';
import { Skeleton } from '../../ui/bits.tsx';

type Door = { key: 'goLive' | 'network' | 'account' | 'room' | 'incident'; forms: Form[] };
type Form = { type: string; prefill?: Record<string, string> };

/** Each door leads to the first of its forms that is in use: where a request comes before the entry, the request. */
const doors: Door[] = [
  { key: 'goLive', forms: [{ type: 'service_request', prefill: { kind: 'change' } }] },
  { key: 'network', forms: [{ type: 'service_request', prefill: { kind: 'network' } }] },
  { key: 'account', forms: [{ type: 'access_request' }] },
  {
    key: 'room',
    forms: [
      { type: 'service_request', prefill: { kind: 'room_work', location: 'machine_room' } },
      { type: 'room_entry' },
    ],
  },
  { key: 'incident', forms: [{ type: 'incident' }] },
];

/** For the colleague who asks for something once a year: five doors, nothing else. A door whose form is not in use is not drawn. */
export function Doors() {
  const types = useQuery(typesQuery);
  if (types.isPending) return <Skeleton lines={4} />;
  const isOffered = (form: Form) => types.data?.some((type) => type.type === form.type && type.mayOpen);
  const offered = doors.flatMap(({ key, forms }) => {
    const form = forms.find(isOffered);
    return form ? [{ key, ...form }] : [];
  });
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
