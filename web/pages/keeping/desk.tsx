import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { BackupDeskView } from '../../../src/http/contract/keeping.ts';
import { api, newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { showMoment } from '../../time.ts';
import { Alert, Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Drill } from './drill.tsx';
import { MakeKey } from './key.tsx';
import { Prepare } from './prepare.tsx';
import { backupsChanged, backupsQuery, deskQuery } from './queries.ts';

type Disk = BackupDeskView['places'][number];
const TONES = { ready: 'ok', away: 'warn', blank: 'info', foreign: 'bad', unreadable: 'bad' } as const;

/** What a backup needs, in the order it is needed: a key on paper, disks, a backup, and proof that it can be restored. */
export function Desk() {
  const desk = useQuery(deskQuery);
  const running = desk.data?.running;
  // What was under way is over, or has begun elsewhere: the list below shows at once what came of it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at anew whenever it changes
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: backupsQuery.queryKey });
  }, [running]);
  if (desk.isError) return <Problem error={desk.error} retry={() => desk.refetch()} />;
  if (!desk.data) return <Skeleton lines={6} />;
  return (
    <Card title={t('keeping.desk.title')} aside={<Standing desk={desk.data} />}>
      <p className="sub keeping-about">{t('keeping.desk.text')}</p>
      {desk.data.shared && <Alert>{t('keeping.desk.shared')}</Alert>}
      <ol className="keeping-steps">
        <KeyStep desk={desk.data} />
        <DiskStep desk={desk.data} />
        <NowStep desk={desk.data} />
        <DrillStep desk={desk.data} />
      </ol>
    </Card>
  );
}

function Standing({ desk }: { desk: BackupDeskView }) {
  if (desk.running) return <Pill tone="info">{t(`keeping.desk.running.${desk.running}`)}</Pill>;
  const ready = desk.keyMadeAt && desk.places.length > 0;
  return <Pill tone={ready ? 'ok' : 'warn'}>{t(ready ? 'keeping.desk.set' : 'keeping.desk.unset')}</Pill>;
}

const whyNot = (desk: BackupDeskView): string | undefined =>
  desk.may ? undefined : t(desk.shared ? 'keeping.desk.byAdministrator' : 'keeping.desk.runnersOnly');

/** What has to be there before anything can be backed up, the first of it that is missing. */
const notYet = ({ keyMadeAt, places }: BackupDeskView): string | undefined => {
  if (!keyMadeAt) return t('keeping.key.first');
  return places.some(({ state }) => state === 'ready') ? undefined : t('keeping.disks.first');
};

function KeyStep({ desk }: { desk: BackupDeskView }) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div>
        <b>{t('keeping.key.title')}</b>
        <div className="sub">
          {desk.keyMadeAt ? t('keeping.key.madeAt', { when: showMoment(desk.keyMadeAt) }) : t('keeping.key.none')}
        </div>
      </div>
      <Button look={desk.keyMadeAt ? 'plain' : 'go'} why={whyNot(desk)} onPress={() => setOpen(true)}>
        {t(desk.keyMadeAt ? 'keeping.key.replace' : 'keeping.key.make')}
      </Button>
      {open && <MakeKey replaces={desk.keyMadeAt !== undefined} onClose={() => setOpen(false)} />}
    </li>
  );
}

function DiskStep({ desk }: { desk: BackupDeskView }) {
  return (
    <li>
      <div>
        <b>{t('keeping.disks.title')}</b>
        {desk.places.length === 0 ? (
          <div className="sub">{t('keeping.disks.none')}</div>
        ) : (
          <ul className="keeping-points">
            {desk.places.map((disk) => (
              <DiskLine key={disk.place} disk={disk} desk={desk} />
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

function DiskLine({ disk, desk }: { disk: Disk; desk: BackupDeskView }) {
  const [open, setOpen] = useState(false);
  const newest = disk.generations[0];
  return (
    <li>
      {disk.name ?? ''} <Pill tone={TONES[disk.state]}>{t(`keeping.disks.${disk.state}`)}</Pill>{' '}
      {disk.state === 'blank' && (
        <Button why={whyNot(desk)} onPress={() => setOpen(true)}>
          {t('keeping.disks.prepare')}
        </Button>
      )}
      <div className="sub">
        <span className="path">{disk.place}</span>
        {newest &&
          ` · ${t('keeping.disks.newest', { count: disk.generations.length, when: showMoment(newest.takenAt) })}`}
        {disk.free !== undefined && ` · ${t('keeping.disks.free', { size: sizeOf(disk.free) })}`}
      </div>
      {disk.damaged !== undefined && disk.damaged > 0 && (
        <Alert tone="bad">{t('keeping.disks.damaged', { count: disk.damaged })}</Alert>
      )}
      {disk.reason && (
        <Alert tone="bad">
          {say(disk.reason.message)} {disk.reason.fix && say(disk.reason.fix)}
        </Alert>
      )}
      {open && <Prepare place={disk.place} onClose={() => setOpen(false)} />}
    </li>
  );
}

const GIGABYTE = 1024 ** 3;
const sizeOf = (bytes: number): string =>
  bytes < GIGABYTE ? `${Math.floor(bytes / 1024 ** 2)} MB` : `${(bytes / GIGABYTE).toFixed(1)} GB`;

function NowStep({ desk }: { desk: BackupDeskView }) {
  const start = useMutation({
    mutationFn: () => api.keeping.backUp({ commandId: newCommandId() }),
    onSuccess: backupsChanged,
  });
  return (
    <li>
      <div>
        <b>{t('keeping.now.title')}</b>
        <div className="sub">{t('keeping.now.text', { at: desk.at })}</div>
        {start.isError && <Problem error={start.error} />}
      </div>
      <Button
        busy={start.isPending || desk.running === 'backup'}
        why={whyNot(desk) ?? notYet(desk) ?? (desk.running === 'drill' ? t('keeping.desk.running.drill') : undefined)}
        onPress={() => start.mutate()}
      >
        {t('keeping.now.does')}
      </Button>
    </li>
  );
}

function DrillStep({ desk }: { desk: BackupDeskView }) {
  const [open, setOpen] = useState(false);
  const { drill } = desk;
  const stop = useMutation({
    mutationFn: () => api.keeping.stopDrill({ commandId: newCommandId() }),
    onSuccess: backupsChanged,
  });
  return (
    <li>
      <div>
        <b>{t('keeping.drillStep.title')}</b>
        <div className="sub">{t('keeping.drillStep.text')}</div>
        {stop.isError && <Problem error={stop.error} />}
        {drill && (
          <div aria-live="polite">
            <div className="row">
              {drill.stopped ? (
                <Pill>{t('keeping.drillStep.stopped')}</Pill>
              ) : drill.endedAt ? (
                <Pill tone={drill.passed ? 'ok' : 'bad'}>
                  {t(drill.passed ? 'keeping.drillStep.passed' : 'keeping.drillStep.failed')}
                </Pill>
              ) : (
                <Pill tone="info">{t('keeping.desk.running.drill')}</Pill>
              )}
              <span className="sub">{showMoment(drill.endedAt ?? drill.startedAt)}</span>
            </div>
            {drill.lines.length > 0 && (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: many lines scroll, by keyboard too
              <pre className="drill-lines" tabIndex={0}>
                {drill.lines.join('\n')}
              </pre>
            )}
          </div>
        )}
      </div>
      {desk.running === 'drill' ? (
        <Button busy={stop.isPending || stop.isSuccess} why={whyNot(desk)} onPress={() => stop.mutate()}>
          {t('keeping.drillStep.stop')}
        </Button>
      ) : (
        <Button
          why={
            whyNot(desk) ?? notYet(desk) ?? (desk.running === 'backup' ? t('keeping.desk.running.backup') : undefined)
          }
          onPress={() => {
            stop.reset();
            setOpen(true);
          }}
        >
          {t('keeping.drillStep.does')}
        </Button>
      )}
      {open && <Drill places={desk.places} onClose={() => setOpen(false)} />}
    </li>
  );
}
