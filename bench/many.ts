/**
 * `node bench/many.ts [organisations, 1000] [seconds, 30]`: so many organisations on one installation, all of them writing now and then,
 * one of them busy. How long its events wait for their seal, seals a second in all, files an organisation, memory and processor.
 * Load: 60 events a second spread over everybody, and 40 a second for the busy one.
 */
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { manyOver } from '../test/harness/many.ts';
import { flushesPerSecond, median, quantile } from './limits.ts';
import { memoryMegabytes, processorSeconds } from './processes.ts';
import { openBench } from './server.ts';

const COUNT = Number(process.argv[2] ?? 1000);
const SECONDS = Number(process.argv[3] ?? 30);
const SPREAD = 60;
const BUSY = 40;

const { platform, folder, close } = await openBench();
const owner = new pg.Client({ connectionString: platform.database.ownerUrl });
await owner.connect();
try {
  const many = manyOver(platform, owner, folder, COUNT);
  const founding = performance.now();
  await many.found();
  while ((await many.unsealed()) > 0) await wait(100);
  const first = (performance.now() - founding) / 1000;
  console.log(`${COUNT} organisations made, a first event each, all sealed after ${first.toFixed(1)} s`);
  report(many.busy, await loaded(many.ids, many.busy, many.pulse));
  while ((await many.unsealed()) > 0) await wait(100);
  const files = many.ids.map((id) => many.files(id).length);
  console.log(
    `files an organisation: median ${median(files)}, most ${Math.max(...files)}; busy ${many.files(many.busy).length}`,
  );
  const { ok, size } = await platform.ledger.verify(many.busy);
  console.log(`the busy ledger verifies: ${ok}, ${size} entries`);
  console.log(`limit: ${Math.round(flushesPerSecond())} flushes of the disk a second`);
} finally {
  await owner.end();
  await close();
}

type Load = { delays: number[]; waits: number[]; perSecond: number[]; events: number; own: number; started: number };

/** Everybody writes for a while; what is sealed when is heard from the platform's own news. */
async function loaded(ids: string[], busy: string, pulse: (organisation: string) => Promise<unknown>): Promise<Load> {
  const open = new Map<string, { size: number; at: number }[]>();
  const load: Load = { delays: [], waits: [], perSecond: [], events: 0, own: 0, started: 0 };
  const begun = performance.now();
  let counting = true;
  platform.onCommit(({ organisation, size, eventTypes }) => {
    if (!counting) return;
    const now = performance.now();
    const waiting = open.get(organisation) ?? [];
    if (!eventTypes.has('checkpoint')) {
      open.set(organisation, [...waiting, { size, at: now }]);
      return;
    }
    const second = Math.floor((now - begun) / 1000);
    load.perSecond[second] = (load.perSecond[second] ?? 0) + 1;
    for (const { at } of waiting.filter((one) => one.size <= size))
      (organisation === busy ? load.delays : load.waits).push(now - at);
    open.set(
      organisation,
      waiting.filter((one) => one.size > size),
    );
  });
  const before = processorSeconds(process.pid);
  for (let tick = 0; tick < SECONDS * 20; tick++) {
    await wait(Math.max(0, begun + tick * 50 - performance.now()));
    const others = Array.from({ length: SPREAD / 20 }, () => ids[Math.floor(Math.random() * ids.length)] as string);
    const acts = [...others, ...Array.from({ length: BUSY / 20 }, () => busy)];
    load.events += acts.length;
    await Promise.all(acts.map(pulse));
  }
  counting = false;
  const after = processorSeconds(process.pid);
  return { ...load, own: after.own - before.own, started: after.started - before.started };
}

function report(busy: string, { delays, waits, perSecond, events, own, started }: Load): void {
  const whole = Array.from({ length: SECONDS }, (_, second) => perSecond[second] ?? 0);
  const told = (values: number[]) =>
    `median ${median(values).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms`;
  console.log(`${events} events in ${SECONDS} s; seals a second: median ${median(whole)}, most ${Math.max(...whole)}`);
  console.log(`from committed to sealed, the busy one (${busy}): ${told(delays)}; everybody else: ${told(waits)}`);
  console.log(
    `processor: program and signer ${own.toFixed(1)} s, database and others ${started.toFixed(1)} s; memory ${memoryMegabytes(process.pid).toFixed(0)} MB`,
  );
}
