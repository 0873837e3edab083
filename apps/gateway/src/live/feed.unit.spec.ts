import type { Passing, ReceivedEvent } from '@orderloom/messaging';
import { Cursor } from './cursor.js';
import { type EventLog, LiveFeed, type Reading } from './feed.js';

const event = (partition: number, offset: number): ReceivedEvent =>
  ({ id: `${partition}/${offset}`, topic: 'orders.v1', partition, offset: String(offset) }) as ReceivedEvent;

/** A log in memory: what was written can be read from any place, and readings from now on are fed by the test. */
class MemoryLog implements EventLog {
  readonly events: ReceivedEvent[] = [];
  readings = 0;
  handedOver = 0;
  live: ((events: readonly ReceivedEvent[]) => Promise<void>) | undefined;

  read(
    from: Cursor | undefined,
    onBatch: (events: readonly ReceivedEvent[]) => Promise<void>,
    passing?: Passing,
  ): Reading {
    this.readings += 1;
    const start = new Cursor();
    for (const partition of [0, 1]) start.startAt('orders.v1', partition, 0n);
    if (!from) {
      for (const { partition, offset } of this.events) start.advance('orders.v1', partition, BigInt(offset));
      this.live = async (events) => {
        this.handedOver += passing?.now() ? 0 : events.length;
        if (!passing?.now()) return onBatch(events);
        passing.passed(events.map((e) => ({ topic: e.topic, partition: e.partition, offset: BigInt(e.offset) + 1n })));
      };
    } else {
      void onBatch(this.events.filter((e) => !from.covers(e.topic, e.partition, BigInt(e.offset))));
    }
    return { started: Promise.resolve(start), stop: async () => {} };
  }

  async write(...events: ReceivedEvent[]): Promise<void> {
    this.events.push(...events);
    await this.live?.(events);
  }
}

async function setUp(capacity = 4) {
  const log = new MemoryLog();
  await log.write(event(0, 0), event(1, 0));
  const feed = new LiveFeed(log, capacity);
  await feed.start();
  const client = (from?: string) => {
    const seen: string[] = [];
    let last = '';
    const leave = feed.listen(from === undefined ? undefined : Cursor.parse(from), (events, cursor) => {
      seen.push(...events.map((e) => e.id));
      last = cursor.toString();
      return true;
    });
    return { seen, leave, cursor: () => last };
  };
  return { log, feed, client };
}

/** Lets everything that was begun come to its end: nothing here waits for a timer. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the live feed', () => {
  it('gives what is recorded from now on', async () => {
    const { log, client } = await setUp();
    const { seen } = client();
    await log.write(event(0, 1));
    expect(seen).toEqual(['0/1']);
  });

  it('goes on from memory where a client left, without another reading', async () => {
    const { log, client } = await setUp();
    const first = client();
    await log.write(event(0, 1));
    first.leave();
    await log.write(event(1, 1), event(0, 2));
    const again = client(first.cursor());
    await log.write(event(0, 3));
    await settled();
    expect(again.seen).toEqual(['1/1', '0/2', '0/3']);
    expect(log.readings).toBe(1);
  });

  it('reads the log for a client that was away longer than memory reaches, then joins the others', async () => {
    const { log, feed, client } = await setUp(2);
    const first = client();
    await log.write(event(0, 1));
    first.leave();
    await log.write(event(0, 2), event(1, 1), event(0, 3), event(1, 2));
    const again = client(first.cursor());
    await settled();
    expect(log.readings).toBe(2);
    await log.write(event(0, 4));
    await settled();
    expect(again.seen).toEqual(['0/2', '1/1', '0/3', '1/2', '0/4']);
    expect(feed.clients).toBe(1);
  });

  it('does not skip what was recorded before the gateway began', async () => {
    const { client } = await setUp();
    const cursor = new Cursor();
    cursor.advance('orders.v1', 0, 0n);
    const { seen } = client(cursor.toString());
    await settled();
    expect(seen).toEqual(['1/0']);
  });

  it('passes over what nobody listens to, and a client that comes with an older place misses nothing', async () => {
    const { log, client } = await setUp();
    await log.write(event(0, 1), event(1, 1));
    expect(log.handedOver).toBe(0);
    const cursor = new Cursor();
    cursor.advance('orders.v1', 0, 0n);
    cursor.advance('orders.v1', 1, 0n);
    const late = client(cursor.toString());
    await log.write(event(0, 2));
    await settled();
    expect(late.seen).toEqual(['0/1', '1/1', '0/2']);
  });

  it('waits for a client that catches up slowly, and gives nothing twice', async () => {
    const { log, feed } = await setUp(2000);
    const from = feed.newest;
    const first = feed.listen(undefined, () => true);
    await log.write(...Array.from({ length: 1200 }, (_, offset) => event(0, offset + 1)));
    first();
    const parts: number[] = [];
    let goOn = () => {};
    feed.listen(
      from,
      (events) => {
        parts.push(events.length);
        return true;
      },
      () =>
        new Promise((resolve) => {
          goOn = resolve;
        }),
    );
    await settled();
    expect(parts).toEqual([500]);
    await log.write(event(0, 1201));
    for (let turn = 0; turn < 4; turn++) {
      goOn();
      await settled();
    }
    expect(parts).toEqual([500, 500, 200, 1]);
    expect(feed.clients).toBe(1);
  });

  it('takes a place that lies beyond the end, as after the topics were made anew, for the end', async () => {
    const { log, client } = await setUp();
    const cursor = new Cursor();
    cursor.advance('orders.v1', 0, 5000n);
    cursor.advance('orders.v1', 1, 0n);
    const { seen } = client(cursor.toString());
    await settled();
    await log.write(event(0, 1));
    expect(seen).toEqual(['0/1']);
  });

  it('lets go of a client that cannot keep up', async () => {
    const { log, feed } = await setUp();
    feed.listen(undefined, () => false);
    await log.write(event(0, 1));
    expect(feed.clients).toBe(0);
  });
});
