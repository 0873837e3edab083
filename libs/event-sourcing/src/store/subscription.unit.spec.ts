import type { EventBatch, LogPosition, RecordedEvent } from '../types.js';
import type { ReadMessage } from './read-wire.js';
import { followLog, type MessageStream } from './subscription.js';

const at = (n: number): LogPosition => ({ commit: BigInt(n), prepare: BigInt(n) });
const event = (n: number): ReadMessage => {
  const metadata = { schemaVersion: 1, correlationId: '', causationId: '', actor: '', at: '' };
  const recorded: RecordedEvent = {
    id: String(n),
    streamId: 'order-1',
    type: 'T',
    data: n,
    revision: BigInt(n),
    position: at(n),
    recordedAt: '',
    metadata,
  };
  return { kind: 'event', event: recorded };
};

/** A call that gives its messages and then ends cleanly, breaks, or stays open. */
const call = (
  messages: readonly ReadMessage[],
  end: 'cleanly' | 'broken' | 'open',
  taken?: () => void,
): MessageStream => {
  let cancel = () => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  return {
    cancel: () => cancel(),
    async *[Symbol.asyncIterator]() {
      for (const message of messages) {
        taken?.();
        yield message;
      }
      if (end === 'broken') throw new Error('connection reset');
      if (end === 'open') await cancelled;
    },
  };
};

const quick = { firstMs: 1, mostMs: 2 };

it('reopens a subscription that ended cleanly, or broke, or could not be opened, after the last batch given out', async () => {
  const opened: (LogPosition | null)[] = [];
  const drops: unknown[] = [];
  const calls = [
    () => call([event(1), event(2)], 'cleanly'),
    () => {
      throw new Error('refused');
    },
    () => call([event(3)], 'broken'),
    () => call([], 'cleanly'),
    () => call([event(4), { kind: 'caught-up' }], 'open'),
  ];
  const open = async (from: LogPosition | null) => {
    opened.push(from);
    return (calls.shift() ?? (() => call([], 'open')))();
  };
  const seen: unknown[] = [];
  for await (const batch of followLog(open, { prefixes: [], onDrop: (error) => drops.push(error) }, quick)) {
    seen.push(...batch.events.map(({ data }) => data));
    if (batch.caughtUp) break;
  }
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(opened).toEqual([null, at(2), at(2), at(3), at(3)]);
  expect(drops.map((drop) => (drop instanceof Error ? drop.message : drop))).toEqual([
    null,
    'refused',
    'connection reset',
    null,
  ]);
});

it('never hands out a batch while the one before is being handled, and reads ahead only so far', async () => {
  let taken = 0;
  const many = Array.from({ length: 1_000 }, (_, n) => event(n));
  const open = async () => call(many, 'open', () => taken++);
  let busy = false;
  let expected = 0;
  for await (const batch of followLog(open, { prefixes: [], batchSize: 50 }, quick)) {
    expect(busy).toBe(false);
    busy = true;
    for (const { data } of batch.events) expect(data).toBe(expected++);
    expect(batch.position).toEqual(at(expected - 1));
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(taken - expected).toBeLessThanOrEqual(101);
    busy = false;
    if (expected === 1_000) break;
  }
});

it('moves its position past filtered events, but never past events not given out yet', async () => {
  const messages: ReadMessage[] = [
    event(1),
    event(2),
    event(3),
    { kind: 'checkpoint', position: at(40) },
    { kind: 'caught-up' },
  ];
  const batches: EventBatch[] = [];
  for await (const batch of followLog(async () => call(messages, 'open'), { prefixes: [], batchSize: 2 }, quick)) {
    batches.push(batch);
    if (batch.caughtUp) break;
  }
  expect(batches.map(({ events, position }) => [events.length, position?.commit])).toEqual([
    [2, 2n],
    [1, 40n],
  ]);
});

it('ends when told to, also while waiting to reopen', async () => {
  const stop = new AbortController();
  const open = async (): Promise<MessageStream> => {
    setTimeout(() => stop.abort(), 5);
    throw new Error('away');
  };
  for await (const _ of followLog(open, { prefixes: [], signal: stop.signal }, { firstMs: 60_000, mostMs: 60_000 }))
    throw new Error('nothing to give');
});

it('gives up a call that never opens, cancels it when it opens after all, and ends while one is opened', async () => {
  let openLate: (call: MessageStream) => void = () => {};
  const stop = new AbortController();
  const late = call([event(9)], 'open');
  let cancelled = false;
  const opens = [
    () => new Promise<MessageStream>((resolve) => (openLate = resolve)),
    async () => call([event(1)], 'cleanly'),
  ];
  const open = () => (opens.shift() ?? (() => new Promise<MessageStream>(() => undefined)))();
  const drops: unknown[] = [];
  const given: EventBatch[] = [];
  const options = { prefixes: [], signal: stop.signal, onDrop: (error: unknown) => drops.push(error) };
  for await (const batch of followLog(open, options, { ...quick, openWithinMs: 20 })) {
    given.push(batch);
    openLate({ ...late, cancel: () => (cancelled = true) });
    setTimeout(() => stop.abort(), 5);
  }
  expect(given.flatMap(({ events }) => events.map(({ id }) => id))).toEqual(['1']);
  expect(drops[0]).toEqual(new Error('not open within 20 ms'));
  expect(cancelled).toBe(true);
});
