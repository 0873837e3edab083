import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, NO_STREAM, START, streamNameFilter } from '@eventstore/db-client';
import { jest } from '@jest/globals';
import { indexIn } from '../contract/event-store.js';
import { killRepeatedly, seededRandom, startKillable } from '../contract/kill.js';
import { temporaryFolder, until } from '../contract/temporary.js';

// Two cores may be shared with other suites.
jest.setTimeout(60_000);

interface Acknowledged {
  readonly stream: string;
  readonly ids: readonly string[];
}

/** Events per append: an append that is there in part would be seen. */
const TOGETHER = 3;
const WRITERS = 8;

describe('an event store that is killed', () => {
  it('has everything it acknowledged, and nothing in part, after fifty SIGKILLs', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    const folder = await temporaryFolder();
    try {
      const acknowledged = await killRepeatedly<Acknowledged>({
        engine: 'event-store',
        dataDir: folder.path,
        rounds: 50,
        longestMs: 150,
        random: seededRandom(seed),
        write: async (url, done, stopped) => {
          const client = EventStoreDBClient.connectionString(`${url}&defaultDeadline=2000`);
          const gone = new Promise<false>((resolve) => {
            stopped.addEventListener('abort', () => resolve(false), { once: true });
          });
          const writer = async (): Promise<void> => {
            while (!stopped.aborted) {
              const stream = `kill-${randomUUID()}`;
              const ids = Array.from({ length: TOGETHER }, () => randomUUID());
              const events = ids.map((id) => jsonEvent({ id, type: 'Kept', data: { pad: 'x'.repeat(200) } }));
              const append = client.appendToStream(stream, events, { expectedRevision: NO_STREAM });
              // A call can be left without any answer when the server dies.
              const kept = await Promise.race([append.then(() => true).catch(() => false), gone]);
              if (!kept) return;
              done.push({ stream, ids });
            }
          };
          await Promise.all(Array.from({ length: WRITERS }, writer));
        },
        verify: async (url, done) => {
          const client = EventStoreDBClient.connectionString(url);
          const streams = new Map<string, string[]>();
          let last = 0n;
          for await (const { event } of client.readAll()) {
            if (event === undefined) continue;
            const position = event.position?.commit ?? 0n;
            expect(position).toBeGreaterThan(last);
            last = position;
            const ids = streams.get(event.streamId) ?? [];
            expect(Number(event.revision)).toBe(ids.length);
            streams.set(event.streamId, [...ids, event.id]);
          }
          for (const { stream, ids } of done) expect(streams.get(stream)).toEqual(ids);
          for (const [stream, ids] of streams) expect([stream, ids.length]).toEqual([stream, TOGETHER]);
          await client.dispose();
        },
      });
      expect(acknowledged.length).toBeGreaterThan(100);
    } catch (error) {
      throw new Error(`Seed ${seed}`, { cause: error });
    } finally {
      await folder.remove();
    }
  }, 60_000);

  it('lets a subscription go on where it was, across a SIGKILL and a restart', async () => {
    const folder = await temporaryFolder();
    const prefix = `resume-${randomUUID()}`;
    const seen: number[] = [];
    let from: { commit: bigint; prepare: bigint } | typeof START = START;
    let engine = await startKillable('event-store', folder.path);
    try {
      for (let round = 0; round < 3; round += 1) {
        const client = EventStoreDBClient.connectionString(engine.url);
        const events = Array.from({ length: 10 }, (_, index) =>
          jsonEvent({ type: 'Counted', data: { index: round * 10 + index } }),
        );
        await client.appendToStream(prefix, events);
        const filter = streamNameFilter({ prefixes: [prefix] });
        const subscription = client.subscribeToAll({ fromPosition: from, filter });
        subscription.on('error', () => undefined);
        subscription.on('data', ({ event }) => {
          seen.push(indexIn(event));
          from = event?.position ?? from;
        });
        await until(() => seen.length >= (round + 1) * 10, `the events of round ${round}`);
        await engine.kill();
        engine = await startKillable('event-store', folder.path);
      }
      expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => index));
    } finally {
      await engine.stop();
      await folder.remove();
    }
  }, 30_000);
});
