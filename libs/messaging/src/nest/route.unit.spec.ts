import type { BatchHandler, ReceivedEvent } from '../types.js';
import { eventMethodsOf, OnEvents } from './on-events.js';
import { type EventMethod, subscriptionsOf } from './route.js';

const event = (type: string, subject: string, n = 0): ReceivedEvent => ({
  specversion: '1.0',
  id: `${subject}-${n}`,
  source: 'order',
  type,
  subject,
  time: '2026-01-01T00:00:00.000Z',
  dataschema: 'x',
  datacontenttype: 'application/json',
  sequence: String(n),
  correlationid: 'c',
  causationid: 'c',
  actor: 'test',
  data: {},
  topic: 't',
  partition: 0,
  offset: String(n),
});

const context = { group: 'g', attempt: 1, replay: false, signal: new AbortController().signal };

const method = (name: string, types: string[], handle: BatchHandler, topics = ['t']): EventMethod => ({
  name,
  options: { group: 'g', topics, types },
  handle,
});

describe('methods of one group', () => {
  it('share a consumer and get their own types in few calls', async () => {
    const calls: string[] = [];
    const log =
      (name: string): BatchHandler =>
      async (events) => {
        calls.push(`${name}:${events.map((e) => e.id).join(',')}`);
      };
    const [subscription] = subscriptionsOf([method('one', ['A'], log('one')), method('two', ['B'], log('two'), ['u'])]);
    expect(subscription).toMatchObject({ group: 'g', topics: ['t', 'u'], handles: ['A', 'B'] });
    await subscription?.handleBatch([event('A', 'x', 1), event('B', 'y', 1), event('A', 'z', 1)], context);
    expect(calls).toEqual(['one:x-1,z-1', 'two:y-1']);
    calls.length = 0;
    await subscription?.handleBatch([event('A', 'x', 1), event('B', 'x', 2), event('A', 'x', 3)], context);
    expect(calls).toEqual(['one:x-1', 'two:x-2', 'one:x-3']);
  });

  it('hold back what is behind a failed event of its key', async () => {
    const seen: string[] = [];
    const [subscription] = subscriptionsOf([
      method('one', ['A'], async (events) => ({ failures: events.map((e) => ({ event: e, error: new Error('no') })) })),
      method('two', ['B'], async (events) => {
        seen.push(...events.map((e) => e.id));
      }),
    ]);
    const result = await subscription?.handleBatch(
      [event('A', 'x', 1), event('B', 'x', 2), event('B', 'y', 1)],
      context,
    );
    expect(result?.failures.map((failure) => failure.event.id)).toEqual(['x-1']);
    expect(seen).toEqual(['y-1']);
  });

  it('may not both name a type', () => {
    const nothing = async () => {};
    expect(() => subscriptionsOf([method('one', ['A'], nothing), method('two', ['A'], nothing)])).toThrow(
      'one and two both handle A in the group g',
    );
  });

  it('are found on the class and its bases', () => {
    class Base {
      @OnEvents({ group: 'g', topics: ['t'], types: ['A'] })
      async base(): Promise<void> {}
    }
    class Derived extends Base {
      @OnEvents({ group: 'g', topics: ['t'], types: ['B'] })
      async derived(): Promise<void> {}
    }
    expect(eventMethodsOf(new Derived()).map((found) => found.method)).toEqual(['derived', 'base']);
    expect(eventMethodsOf({})).toEqual([]);
  });
});
