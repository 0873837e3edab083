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
