import '../requests/page.css';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { say, t } from '../../language.ts';
import { typesQuery } from '../../queries.ts';
import { Empty, Problem, Skeleton } from '../../ui/bits.tsx';

/** The inventories: systems, hosts, rules, suppliers … with how much each holds. */
export default function RegistersPage() {
  const types = useQuery(typesQuery);
  const registers = (types.data ?? []).filter((type) => type.role === 'register');
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('nav.registers')}</h1>
          <div className="sub">{t('registers.text')}</div>
        </div>
      </header>
      {types.isPending && <Skeleton lines={10} />}
      {types.isError && <Problem error={types.error} retry={() => types.refetch()} />}
      {types.data && registers.length === 0 && (
        <Empty title={t('registers.noneTitle')}>{t('registers.noneText')}</Empty>
      )}
      {[...Map.groupBy(registers, (type) => type.group)].map(([group, members]) => (
        <section key={group} className="catalogue-group">
          <h2>{members[0] && say(members[0].groupLabel)}</h2>
          <ul className="catalogue">
            {members.map((type) => (
              <li key={type.type} className="card">
                <h3>
                  <Link to="/lists/$type" params={{ type: type.type }} className="cover">
                    {say(type.label)}
                  </Link>
                </h3>
                <p className="sub">
                  {type.total === 0
                    ? t('registers.empty')
                    : t('registers.count', { count: type.total, open: type.open })}
                </p>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
