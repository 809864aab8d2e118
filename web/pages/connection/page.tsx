import './page.css';
import { useQuery } from '@tanstack/react-query';
import { t } from '../../language.ts';
import { showDate } from '../../time.ts';
import { Alert, Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { InUse } from './in-use.tsx';
import { Mail } from './mail.tsx';
import { reachQuery } from './queries.ts';
import { SetUp } from './set-up.tsx';
import { Strict } from './strict.tsx';
import { Trust } from './trust.tsx';

/** How people reach the installation: the certificate in use, how computers come to trust it, and another one. */
export default function ConnectionPage() {
  const reach = useQuery(reachQuery);
  const { data } = reach;
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('connection.title')}</h1>
          <p className="sub">{t('connection.text')}</p>
        </div>
      </header>
      {reach.isPending && <Skeleton lines={6} />}
      {reach.isError && (
        <Card>
          <Problem error={reach.error} retry={() => reach.refetch()} />
        </Card>
      )}
      {data && (
        <div className="connection">
          {data.certificate.kind !== 'none' && data.certificate.due && (
            <Alert tone="warn">
              {t(`connection.due.${data.certificate.due.what}`, {
                day: showDate(data.certificate.due.until.slice(0, 10)),
              })}
            </Alert>
          )}
          <InUse reach={data} />
          {data.certificate.kind === 'own' && data.certificate.root && <Trust root={data.certificate.root} />}
          {data.fixed ? (
            <Alert>{t('connection.fixed')}</Alert>
          ) : (
            <>
              <SetUp reach={data} />
              {data.certificate.kind !== 'none' && <Strict reach={data} />}
            </>
          )}
          <Mail />
        </div>
      )}
    </>
  );
}
