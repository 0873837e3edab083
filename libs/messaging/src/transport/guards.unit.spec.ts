import { jest } from '@jest/globals';
import { spread } from './assigner.js';
import { guardKafkajs, type RequestQueue } from './guards.js';

const idleQueue = (): RequestQueue =>
  Object.assign(Object.create(guardKafkajs()) as RequestQueue, {
    pending: [],
    inflight: new Map(),
    throttledUntil: -1,
    throttleCheckTimeoutId: null,
  });

describe('guards for kafkajs', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('an idle connection sets no timer (kafkajs sets one of minus fifty years, for ever)', () => {
    jest.useFakeTimers();
    const queue = idleQueue();
    queue.checkPendingRequests();
    queue.scheduleCheckPendingRequests();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('a throttled queue is looked at when the throttle ends', () => {
    jest.useFakeTimers();
    const queue = idleQueue();
    queue.pending = [{}];
    queue.throttledUntil = Date.now() + 500;
    const check = jest.fn();
    queue.checkPendingRequests = check;
    queue.scheduleCheckPendingRequests();
    queue.scheduleCheckPendingRequests();
    jest.advanceTimersByTime(499);
    expect(check).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(check).toHaveBeenCalledTimes(1);
  });
});

describe('request time-outs', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  const open = (requestTimeout: number) => {
    const state = { connected: true };
    const queue = Object.assign(idleQueue(), {
      requestTimeout,
      enforceRequestTimeout: true,
      isConnected: () => state.connected,
    });
    const hang = (limit: number) => {
      const timeoutRequest = jest.fn();
      queue.inflight.set(queue.inflight.size, { sentAt: Date.now(), requestTimeout: limit, timeoutRequest });
      return timeoutRequest;
    };
    return { queue, state, hang };
  };

  it('are looked for on all connections by one timer, as long as there is a connection', () => {
    jest.useFakeTimers();
    const all = [open(30_000), open(30_000), open(30_000)];
    for (const { queue } of all) queue.scheduleRequestTimeoutCheck();
    expect(jest.getTimerCount()).toBe(1);
    const short = all[0]!.hang(30_000);
    const long = all[1]!.hang(60_000);
    jest.advanceTimersByTime(30_000);
    expect(short).not.toHaveBeenCalled();
    jest.advanceTimersByTime(5_000);
    expect(short).toHaveBeenCalled();
    expect(long).not.toHaveBeenCalled();
    all[0]!.queue.destroy();
    all[1]!.state.connected = false;
    jest.advanceTimersByTime(5_000);
    expect(jest.getTimerCount()).toBe(1);
    all[2]!.queue.destroy();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are found in time where the limit is short', () => {
    jest.useFakeTimers();
    const { queue, hang } = open(400);
    queue.scheduleRequestTimeoutCheck();
    const request = hang(400);
    jest.advanceTimersByTime(800);
    expect(request).toHaveBeenCalledTimes(1);
    queue.destroy();
  });
});

describe('spreading partitions', () => {
  it('is even, complete, and gives the same partition of every topic to the same member', () => {
    const partitions = Array.from({ length: 24 }, (_, p) => p);
    const assignment = spread(
      ['b', 'c', 'a'],
      new Map([
        ['x', partitions],
        ['y', partitions],
      ]),
    );
    expect([...assignment.values()].map((own) => own['x']?.length)).toEqual([8, 8, 8]);
    for (const own of assignment.values()) expect(own['x']).toEqual(own['y']);
    expect([...assignment.values()].flatMap((own) => own['x'] ?? []).sort((a, b) => a - b)).toEqual(partitions);
    expect(spread(['c', 'b', 'a'], new Map([['x', partitions]]))).toEqual(
      spread(['a', 'b', 'c'], new Map([['x', partitions]])),
    );
  });
});
