import { randomUUID } from 'node:crypto';
import {
  ANY,
  type AppendExpectedRevision,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  STREAM_EXISTS,
} from '@eventstore/db-client';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { type EventStoreUnderTest, eventStoreUnderTest } from '../contract/event-store.js';

// Two cores may be shared with other suites.
jest.setTimeout(60_000);

/** What may be done; `stream` and `event` are small numbers, so that they meet often. */
type Step =
  | { do: 'append'; stream: number; events: number[]; expected: Expected }
  | { do: 'truncate'; stream: number; before: number }
  | { do: 'limit'; stream: number; count: number }
  | { do: 'delete'; stream: number }
  | { do: 'tombstone'; stream: number };
type Expected = 'any' | 'none' | 'exists' | number;

interface ModelStream {
  ids: number[];
  before: number;
  count: number;
  state: 'open' | 'deleted' | 'tombstone';
}

/** The rules once more, as plainly as possible: a list of ids per stream. */
class Model {
  readonly streams = new Map<number, ModelStream>();

  get(stream: number): ModelStream {
    const known = this.streams.get(stream) ?? { ids: [], before: 0, count: Number.POSITIVE_INFINITY, state: 'open' };
    this.streams.set(stream, known);
    return known;
  }

  apply(step: Step): string {
    const stream = this.get(step.stream);
    if (stream.state === 'tombstone') return 'stream-deleted';
    const last = stream.ids.length - 1;
    switch (step.do) {
      case 'append':
        return this.append(stream, step.events, step.expected);
      case 'truncate':
        Object.assign(stream, { before: step.before, count: Number.POSITIVE_INFINITY, state: 'open' });
        return 'done';
      case 'limit':
        Object.assign(stream, { before: 0, count: step.count, state: 'open' });
        return 'done';
      case 'delete':
        if (last < 0) return 'wrong-expected-version';
        stream.state = 'deleted';
        return 'done';
      case 'tombstone':
        stream.state = 'tombstone';
        return 'done';
    }
  }

  private append(stream: ModelStream, events: number[], expected: Expected): string {
    const last = stream.ids.length - 1;
    if (expected === 'exists' && stream.state === 'deleted') return 'stream-deleted';
    if (expected === 'exists' && last < 0 && !this.hasMetadata(stream)) return 'wrong-expected-version';
    if (expected === 'any' || expected === 'exists') {
      const found = events.map((id) => stream.ids.lastIndexOf(id));
      if (last < 0 || found[0] === -1) return this.write(stream, events);
      const missing = found.indexOf(-1);
      return missing < 0 ? `at ${found[found.length - 1]}` : 'wrong-expected-version';
    }
    const at = expected === 'none' ? -1 : expected;
    if (at > last) return 'wrong-expected-version';
    if (at === last) return this.write(stream, events);
    const same = events.every((id, index) => stream.ids[at + 1 + index] === id);
    if (same) return `at ${at + events.length}`;
    if (at === -1 && stream.state === 'deleted' && stream.ids[0] !== events[0]) return this.write(stream, events);
    return 'wrong-expected-version';
  }

  private hasMetadata(stream: ModelStream): boolean {
    return stream.before > 0 || stream.count !== Number.POSITIVE_INFINITY;
  }

  private write(stream: ModelStream, events: number[]): string {
    if (stream.state === 'deleted') {
      stream.before = stream.ids.length;
      stream.state = 'open';
    }
    stream.ids.push(...events);
    return `at ${stream.ids.length - 1}`;
  }

  read(stream: number): string {
    const { ids, before, count, state } = this.get(stream);
    if (state === 'tombstone') return 'stream-deleted';
    if (ids.length === 0 || state === 'deleted') return 'stream-not-found';
    const first = Math.max(before, ids.length - count);
    return ids.flatMap((id, revision) => (revision >= first ? [`${revision}:${id}`] : [])).join(' ');
  }
}

/** The same steps on a server. */
class Real {
  private readonly run = randomUUID();
  private readonly ids = new Map<string, string>();
  private readonly numbers = new Map<string, number>();

  constructor(private readonly client: EventStoreDBClient) {}

  private name = (stream: number): string => `model${this.run.slice(0, 8)}-${stream}-${this.run}`;

  private id(event: number): string {
    const key = String(event);
    const id = this.ids.get(key) ?? randomUUID();
    this.ids.set(key, id);
    this.numbers.set(id, event);
    return id;
  }

  async apply(step: Step): Promise<string> {
    const stream = this.name(step.stream);
    try {
      switch (step.do) {
        case 'append': {
          const events = step.events.map((event) => jsonEvent({ id: this.id(event), type: 'M', data: {} }));
          const result = await this.client.appendToStream(stream, events, {
            expectedRevision: revision(step.expected),
          });
          return `at ${result.nextExpectedRevision}`;
        }
        case 'truncate':
          await this.client.setStreamMetadata(stream, { truncateBefore: step.before });
          return 'done';
        case 'limit':
          await this.client.setStreamMetadata(stream, { maxCount: step.count });
          return 'done';
        case 'delete':
          await this.client.deleteStream(stream);
          return 'done';
        case 'tombstone':
          await this.client.tombstoneStream(stream);
          return 'done';
      }
    } catch (error) {
      return (error as { type: string }).type;
    }
  }

  async read(stream: number, backwards = false): Promise<string> {
    const seen: string[] = [];
    const options = backwards ? ({ direction: BACKWARDS, fromRevision: END } as const) : {};
    try {
      for await (const { event } of this.client.readStream(this.name(stream), options)) {
        if (event) seen.push(`${event.revision}:${this.numbers.get(event.id)}`);
      }
    } catch (error) {
      return (error as { type: string }).type;
    }
    return (backwards ? seen.reverse() : seen).join(' ');
  }
}

function revision(expected: Expected): AppendExpectedRevision {
  if (expected === 'any') return ANY;
  if (expected === 'none') return NO_STREAM;
  return expected === 'exists' ? STREAM_EXISTS : BigInt(expected);
}

const stream = fc.integer({ min: 0, max: 2 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constant('append' as const),
        stream,
        events: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }),
        expected: fc.oneof(
          fc.constantFrom('any' as const, 'none' as const, 'exists' as const),
          fc.integer({ min: 0, max: 6 }),
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('truncate' as const), stream, before: fc.integer({ min: 1, max: 6 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('limit' as const), stream, count: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), stream }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('tombstone' as const), stream }) },
  ),
  { minLength: 5, maxLength: 40 },
);

describe('an event store against a model', () => {
  let server: EventStoreUnderTest;
  beforeAll(async () => {
    server = await eventStoreUnderTest();
  });
  afterAll(() => server.stop());

  it('answers as the model does, whatever is done in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const model = new Model();
        const real = new Real(server.client);
        for (const step of sequence) {
          const said = await real.apply(step);
          expect({ step, said }).toEqual({ step, said: model.apply(step) });
        }
        for (const touched of new Set(sequence.map((step) => step.stream))) {
          expect(await real.read(touched)).toBe(model.read(touched));
          expect(await real.read(touched, true)).toBe(model.read(touched));
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
