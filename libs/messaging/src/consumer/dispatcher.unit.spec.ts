import { jest } from '@jest/globals';
import { InfrastructureDown } from '../errors.js';
import { silentLogger } from '../types.js';
import { Dispatcher } from './dispatcher.js';
import type { Entry } from './entry.js';

const entry = (lane: string, offset: number): Entry => ({
  lane,
  parkedId: lane,
  topic: 't',
  partition: 0,
  offset,
  message: { key: Buffer.from(lane), value: null, headers: {} },
  event: undefined,
  malformed: undefined,
  progress: undefined,
});

describe('the dispatcher', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('tries again after an outage, also when the clock ticks between two looks at it', async () => {
    jest.useFakeTimers();
    // Every look at the clock is a millisecond later than the one before.
    let now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => {
      now += 1;
      return now;
    });
    let calls = 0;
    const done: number[] = [];
    const dispatcher = new Dispatcher({
      concurrency: 1,
      maxBatch: 10,
      maxQueued: 10,
      maxAttempts: 3,
      backoffMs: 2,
      maxBackoffMs: 10,
      logger: silentLogger,
      group: 'g',
      handle: () => async () => {
        calls += 1;
        if (calls < 20) throw new InfrastructureDown('away');
        return [];
      },
      isParked: () => false,
      bury: async () => {},
      done: (entries) => done.push(...entries.map((e) => e.offset)),
      settled: () => {},
      retried: () => {},
    });
    dispatcher.push(entry('a', 0));
    dispatcher.push(entry('b', 1));
    dispatcher.pump();
    for (let i = 0; i < 40; i += 1) {
      now += 5000;
      await jest.advanceTimersByTimeAsync(5000);
    }
    expect(calls).toBe(20);
    expect(done).toEqual([0, 1]);
    expect(dispatcher.away).toBeUndefined();
  });
});
