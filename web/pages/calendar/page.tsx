import { useMutation, useQuery } from '@tanstack/react-query';
import type { Uploaded } from '../../../src/http/contract.ts';
import { api } from '../../api.ts';
import { comma, say, t } from '../../language.ts';
import { meQuery, queryClient } from '../../queries.ts';
import { holds } from '../../shell/nav.ts';
import { today } from '../../time.ts';
import { Alert, Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { ChooseFile } from '../import/choose-file.tsx';
import '../import/page.css';
import './page.css';

const calendarQuery = { queryKey: ['calendar'], queryFn: () => api.calendar.get() };
const MAY_IMPORT = ['isms_coordinator', 'security_officer', 'administrator'];

/** The office calendar that working days are counted by: years known, what is missing, and bringing in the next one. */
export default function CalendarPage() {
  const calendar = useQuery(calendarQuery);
  const me = useQuery(meQuery);
  const bring = useMutation({
    mutationFn: (file: Uploaded) => api.calendar.import({ file: file.sha256, name: file.name }),
    onSuccess: () => queryClient.invalidateQueries(calendarQuery),
  });
  const thisYear = Number(today().slice(0, 4));
  const mayImport = me.data && (holds(me.data, MAY_IMPORT) || me.data.administrator);
  return (
    <div className="stack calendar-page">
      <header className="page-head">
        <div>
          <h1>{t('calendar.title')}</h1>
          <div className="sub">{t('calendar.text')}</div>
        </div>
      </header>
      {calendar.data?.warning && <Alert tone="warn">{say(calendar.data.warning)}</Alert>}
      {bring.isSuccess && (
        <Alert tone="ok">{t('calendar.imported', { years: bring.data.imported.join(comma()) })}</Alert>
      )}
      {bring.isError && <Problem error={bring.error} />}
      <Card title={t('calendar.known')}>
        {calendar.isPending && <Skeleton lines={4} />}
        {calendar.isError && <Problem error={calendar.error} retry={() => calendar.refetch()} />}
        {calendar.data && (
          <table className="data cards">
            <thead>
              <tr>
                <th>{t('calendar.year')}</th>
                <th className="num">{t('calendar.daysOff')}</th>
                <th className="num">{t('calendar.makeUp')}</th>
                <th>{t('calendar.source')}</th>
              </tr>
            </thead>
            <tbody>
              {calendar.data.years.map((one) => (
                <tr key={one.year} className={one.year === thisYear ? 'this-year' : ''}>
                  <td>{t('calendar.yearName', { roc: one.year - 1911, year: one.year })}</td>
                  <td className="num" data-label={t('calendar.daysOff')}>
                    {one.daysOff}
                  </td>
                  <td className="num" data-label={t('calendar.makeUp')}>
                    {one.makeUpDays}
                  </td>
                  <td data-label={t('calendar.source')}>{one.source}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Card>
      {mayImport && (
        <Card>
          <ChooseFile
            label={t('calendar.import')}
            help={t('calendar.help')}
            onUploaded={(file) => bring.mutate(file)}
          />
        </Card>
      )}
    </div>
  );
}
