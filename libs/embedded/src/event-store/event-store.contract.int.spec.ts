import { randomUUID } from 'node:crypto';
import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  eventTypeFilter,
  FORWARDS,
  jsonEvent,
  NO_STREAM,
  PARK,
  type Position,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  STREAM_EXISTS,
  streamNameFilter,
  UNBOUNDED,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { jest } from '@jest/globals';
import { type EventStoreUnderTest, eventStoreUnderTest, indexIn } from '../contract/event-store.js';
import { until } from '../contract/temporary.js';

// Two cores may be shared with other suites.
jest.setTimeout(60_000);

/** Runs unchanged against any server: set EVENTSTORE_URL. */
describe('an event store', () => {
  let server: EventStoreUnderTest;
  let client: EventStoreDBClient;
  const key = (prefix = 'contract'): string => `${prefix}${randomUUID().slice(0, 8)}-${randomUUID()}`;
  const event = (type = 'Happened', data: Record<string, unknown> = {}) => jsonEvent({ type, data });

  beforeAll(async () => {
    server = await eventStoreUnderTest();
    client = server.client;
  });
  afterAll(() => server.stop());

  it('keeps the order of events and gives each position once', async () => {
    const stream = key();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => client.appendToStream(stream, event('Happened', { index }))),
    );
    const positions = results.map(({ position }) => position?.commit ?? 0n);
    expect(new Set(positions).size).toBe(50);
    const revisions: bigint[] = [];
    const found: bigint[] = [];
    for await (const resolved of client.readStream(stream)) {
      revisions.push(resolved.event?.revision ?? -1n);
      found.push(resolved.event?.position?.commit ?? -1n);
    }
    expect(revisions).toEqual(Array.from({ length: 50 }, (_, index) => BigInt(index)));
    expect(found).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('stores all events of an append or none', async () => {
    const stream = key();
    await client.appendToStream(stream, event(), { expectedRevision: NO_STREAM });
    const many = Array.from({ length: 100 }, () => event());
    await expect(client.appendToStream(stream, many, { expectedRevision: 5n })).rejects.toBeInstanceOf(
      WrongExpectedVersionError,
    );
    await client.appendToStream(stream, many, { expectedRevision: 0n });
    let count = 0;
    for await (const _resolved of client.readStream(stream)) count += 1;
    expect(count).toBe(101);
  });

  it('takes an append in several parts as one', async () => {
    const stream = key();
    const events = Array.from({ length: 30 }, (_, index) => event('Part', { index, pad: 'x'.repeat(2000) }));
    const result = await client.appendToStream(stream, events, { expectedRevision: NO_STREAM, batchAppendSize: 8192 });
    expect(result.nextExpectedRevision).toBe(29n);
    const seen: unknown[] = [];
    for await (const { event: recorded } of client.readStream<never>(stream)) {
      seen.push((recorded as { data: { index: number } } | undefined)?.data.index);
    }
    expect(seen).toEqual(events.map((_, index) => index));
  });

  it('reads 3,000 events both ways', async () => {
    const stream = key();
    for (let part = 0; part < 3; part += 1) {
      await client.appendToStream(
        stream,
        Array.from({ length: 1000 }, () => event()),
      );
    }
    const read = async (direction: typeof FORWARDS | typeof BACKWARDS): Promise<number[]> => {
      const seen: number[] = [];
      const fromRevision = direction === FORWARDS ? START : END;
      for await (const resolved of client.readStream(stream, { direction, fromRevision })) {
        seen.push(Number(resolved.event?.revision));
      }
      return seen;
    };
    const forwards = await read(FORWARDS);
    expect(forwards).toEqual(Array.from({ length: 3000 }, (_, index) => index));
    expect((await read(BACKWARDS)).reverse()).toEqual(forwards);
  });

  it('goes over from catching up to live without a gap or a repeat', async () => {
    const prefix = key();
    const write = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index += 1) {
        await client.appendToStream(`${prefix}${index % 7}`, event('Happened', { index }));
      }
    };
    await write(0, 100);
    const subscription = client.subscribeToAll({
      fromPosition: START,
      filter: streamNameFilter({ prefixes: [prefix] }),
    });
    const seen: number[] = [];
    const following = (async () => {
      for await (const { event: recorded } of subscription) {
        seen.push(indexIn(recorded));
        if (seen.length === 300) break;
      }
    })();
    await write(100, 300);
    await following;
    await subscription.unsubscribe();
    expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => index));
  });

  it('advances the checkpoint of a filtered subscription over events that do not match', async () => {
    const noise = key('noise');
    let reached: Position | undefined;
    const filter = eventTypeFilter({
      prefixes: [`Never${randomUUID()}`],
      checkpointInterval: 1,
      checkpointReached: async (_subscription, position) => {
        reached = position;
      },
    });
    const subscription = client.subscribeToAll({ fromPosition: END, filter });
    subscription.on('error', () => undefined);
    subscription.resume();
    let last: bigint = 0n;
    await until(async () => {
      const events = Array.from({ length: 64 }, () => event('Noise'));
      const { position } = await client.appendToStream(noise, events);
      last = position?.commit ?? 0n;
      return reached !== undefined && reached.commit > 0n;
    }, 'a checkpoint');
    expect(reached?.commit).toBeLessThanOrEqual(last);
    await subscription.unsubscribe();
  });

  it('gives a `$all` group with a filter every event once and remembers its place', async () => {
    const prefix = key();
    const group = `g${randomUUID()}`;
    await client.createPersistentSubscriptionToAll(
      group,
      persistentSubscriptionToAllSettingsFromDefaults({
        startFrom: START,
        checkPointAfter: 100,
        checkPointLowerBound: 1,
      }),
      { filter: streamNameFilter({ prefixes: [prefix] }) },
    );
    for (let index = 0; index < 40; index += 1) await client.appendToStream(prefix + index, event('G', { index }));
    const seen: number[] = [];
    const listen = async (count: number): Promise<void> => {
      const subscription = client.subscribeToPersistentSubscriptionToAll(group);
      for await (const resolved of subscription) {
        seen.push(indexIn(resolved.event));
        await subscription.ack(resolved);
        if (seen.length >= count) break;
      }
      await subscription.unsubscribe();
    };
    await listen(40);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    const info = await client.getPersistentSubscriptionToAllInfo(group);
    expect(info.groupName).toBe(group);
    await client.deletePersistentSubscriptionToAll(group);
  });

  it('shares a group among consumers and hands on what one leaves', async () => {
    const stream = key();
    const group = `g${randomUUID()}`;
    await client.createPersistentSubscriptionToStream(
      stream,
      group,
      persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, maxSubscriberCount: UNBOUNDED }),
    );
    await client.appendToStream(
      stream,
      Array.from({ length: 20 }, (_, index) => event('G', { index })),
    );
    const silent = client.subscribeToPersistentSubscriptionToStream(stream, group, { bufferSize: 5 });
    silent.on('error', () => undefined);
    let held = 0;
    silent.on('data', () => {
      held += 1;
    });
    await until(() => held === 5, 'five events with the silent consumer');
    const busy = client.subscribeToPersistentSubscriptionToStream(stream, group);
    const seen = new Set<number>();
    const listening = (async () => {
      for await (const resolved of busy) {
        seen.add(indexIn(resolved.event));
        await busy.ack(resolved);
        if (seen.size === 20) break;
      }
    })();
    await until(() => seen.size === 15, 'the other fifteen');
    await silent.unsubscribe();
    await listening;
    await busy.unsubscribe();
    expect(seen.size).toBe(20);
    const groups = await client.listPersistentSubscriptionsToStream(stream);
    expect(groups.map(({ groupName }) => groupName)).toEqual([group]);
    await client.updatePersistentSubscriptionToStream(
      stream,
      group,
      persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, maxRetryCount: 3 }),
    );
    const info = await client.getPersistentSubscriptionToStreamInfo(stream, group);
    expect(info.settings.maxRetryCount).toBe(3);
    await client.deletePersistentSubscriptionToStream(stream, group);
  });

  it('counts parked events and replays them', async () => {
    const stream = key();
    const group = `g${randomUUID()}`;
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });
    await client.createPersistentSubscriptionToStream(stream, group, settings);
    await client.appendToStream(stream, [event('A'), event('B'), event('C')]);
    const subscription = client.subscribeToPersistentSubscriptionToStream(stream, group);
    let seen = 0;
    const listening = (async () => {
      for await (const resolved of subscription) {
        seen += 1;
        if (seen <= 3) await subscription.nack(PARK, 'not now', resolved);
        else await subscription.ack(resolved);
        if (seen === 6) break;
      }
    })();
    const parked = async (): Promise<number> =>
      Number((await client.getPersistentSubscriptionToStreamInfo(stream, group)).stats.parkedMessageCount);
    await until(async () => (await parked()) === 3, 'three parked events');
    await client.replayParkedMessagesToStream(stream, group);
    await listening;
    await subscription.unsubscribe();
    await until(async () => (await parked()) === 0, 'no parked events');
  });

  it('refuses what it does not know with the status for it', async () => {
    await expect(client.listProjections()).rejects.toMatchObject({ code: 12 });
  });

  it('finds its stream again after STREAM_EXISTS, on other connections too', async () => {
    const stream = key();
    await client.appendToStream(stream, event('A'));
    const other = server.connect();
    await other.appendToStream(stream, event('B'), { expectedRevision: STREAM_EXISTS });
    const types: string[] = [];
    for await (const resolved of client.readStream(stream)) types.push(resolved.event?.type ?? '');
    expect(types).toEqual(['A', 'B']);
  });
});
