import { expect, test } from 'vitest';
import { type Acknowledged, acknowledgements } from './acknowledged.ts';
import { reporter } from './reporter.ts';
import type { Store } from './store.ts';

/** What was answered for has to outlive the process, whatever moment that ends at. */

const event = (pos: number): Acknowledged => ({ pos, mac: Buffer.alloc(32, pos) });

/** A store in memory that takes its turns, and whose disk is full as often as told. */
function memory(full = 0) {
  const files = new Map<string, Uint8Array>();
  const turn = () => new Promise<void>((done) => setImmediate(done));
  const store: Pick<Store, 'read' | 'write'> = {
    async read(path) {
      await turn();
      return files.get(path);
    },
    async write(writes) {
      await turn();
      if (full-- > 0) throw new Error('no space left');
      for (const { path, bytes } of writes) files.set(path, bytes);
    },
  };
  return store as Store;
}

test('reported and ended in one breath, it is on the disk', async () => {
  const store = memory();
  const kept = acknowledgements(store, (error) => expect.unreachable(String(error)));
  kept.report('xiluo', [event(1)]);
  await kept.flush();
  expect(await acknowledgements(store, () => {}).of('xiluo')).toEqual([event(1)]);
});

test('a disk that was full for a moment loses nothing: the next flush writes all of it', async () => {
  const store = memory(1);
  const kept = acknowledgements(store, () => {});
  kept.report('xiluo', [event(1)]);
  kept.report('dahe', [event(2)]);
  await expect(kept.flush()).rejects.toThrow('no space left');
  await kept.flush();
  const again = acknowledgements(store, () => {});
  expect([await again.of('xiluo'), await again.of('dahe')]).toEqual([[event(1)], [event(2)]]);
});

test('whatever moment of telling the next event falls into, it is told without another one behind it', async () => {
  for (let moment = 0; moment < 20; moment++) {
    const told: number[] = [];
    const report = reporter(
      { acknowledge: async (_organisation, events) => void told.push(...events.map(({ pos }) => pos)) },
      (error) => expect.unreachable(String(error)),
    );
    report.report('xiluo', event(1));
    for (let breath = 0; breath < moment; breath++) await Promise.resolve();
    report.report('xiluo', event(2));
    await new Promise((done) => setImmediate(done));
    expect([moment, ...told]).toEqual([moment, 1, 2]);
  }
});
