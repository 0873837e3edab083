import { Refused } from '@orderloom/contracts';
import { RevisionConflict, StoreUnavailable, TooManyConflicts, WrongExpectedRevision } from './errors.js';
import { deterministicId } from './ids.js';
import { Repository } from './repository.js';
import type { Aggregate, Appended, CommandContext, ExpectedRevision, NewEvent, RecordedEvent } from './types.js';

type Counted =
  | { readonly type: 'Added'; readonly data: { readonly by: number } }
  | { readonly type: 'Closed'; readonly data: { readonly why: string } };
interface Counter {
  readonly total: number;
  readonly closed: boolean;
}

const counter: Aggregate<Counter, Counted> = {
  prefix: 'counter',
  initial: () => ({ total: 0, closed: false }),
  evolve: (state, event) => {
    switch (event.type) {
      case 'Added':
        return { ...state, total: state.total + event.data.by };
      case 'Closed':
        return { ...state, closed: true };
      default:
        return event satisfies never;
    }
  },
  schemaVersions: { Added: 2 },
  upcasters: { Added: { 1: (data: { amount: number }) => ({ by: data.amount }) } },
};

const now = '2024-05-01T10:00:00.000Z';
const context = (more: Partial<CommandContext> = {}): CommandContext => ({
  actor: 'ann',
  correlationId: 'corr',
  now,
  ...more,
});
const add =
  (by: number) =>
  (state: Counter): Counted[] => {
    if (state.closed) throw new Refused('ORDER_ALREADY_RELEASED', { by });
    return by === 0 ? [] : [{ type: 'Added', data: { by } }];
  };
const close = (state: Counter): Counted[] => (state.closed ? [] : [{ type: 'Closed', data: { why: 'done' } }]);

/** Streams in memory, with every call counted: what this spec is about is how few there are. */
class CountingStore {
  readonly streams = new Map<string, RecordedEvent[]>();
  reads = 0;
  appends = 0;
  failNext: Error | null = null;

  async read(stream: string, range: { from?: bigint } = {}): Promise<RecordedEvent[]> {
    this.reads++;
    await null;
    return (this.streams.get(stream) ?? []).slice(Number(range.from ?? 0n));
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Appended> {
    this.appends++;
    await null;
    if (this.failNext) {
      const error = this.failNext;
      this.failNext = null;
      throw error;
    }
    const known = this.streams.get(stream) ?? [];
    const actual = BigInt(known.length - 1);
    if (expected !== actual) throw new WrongExpectedRevision(stream, expected, actual);
    for (const event of events) {
      const revision = BigInt(known.length);
      const position = { commit: revision, prepare: revision };
      known.push({ ...event, streamId: stream, revision, position, recordedAt: event.metadata.at });
    }
    this.streams.set(stream, known);
    return { revision: BigInt(known.length - 1), position: { commit: 9n, prepare: 9n } };
  }
}

const setup = () => {
  const store = new CountingStore();
  return { store, repository: new Repository(store, counter), other: new Repository(store, counter) };
};

describe('one command', () => {
  it('a new stream that is said to be new costs one append and no read', async () => {
    const { store, repository } = setup();
    const handled = await repository.handle('1', add(5), context({ expectNew: true }));
    expect(handled).toMatchObject({ id: '1', state: { total: 5 }, revision: 0n, previousRevision: -1n, changed: true });
    expect(handled.position).toEqual({ commit: 9n, prepare: 9n });
    expect([store.reads, store.appends]).toEqual([0, 1]);
  });

  it('a stream wrongly said to be new is loaded and decided again', async () => {
    const { store, repository, other } = setup();
    await other.handle('1', add(5), context());
    const handled = await repository.handle('1', add(2), context({ expectNew: true }));
    expect(handled).toMatchObject({ state: { total: 7 }, revision: 1n });
    expect(store.streams.get('counter-1')).toHaveLength(2);
  });

  it('a hot aggregate needs no read', async () => {
    const { store, repository } = setup();
    await repository.handle('1', add(1), context());
    const reads = store.reads;
    for (let n = 0; n < 10; n++) await repository.handle('1', add(1), context());
    expect(store.reads).toBe(reads);
    expect((await repository.load('1')).state.total).toBe(11);
  });

  it('another writer’s events are read as a delta, and the command decided again', async () => {
    const { repository, other } = setup();
    await repository.handle('1', add(1), context());
    await other.handle('1', add(10), context());
    expect((await repository.handle('1', add(100), context())).state.total).toBe(111);
  });

  it('does not believe a refusal or "nothing to do" that a stale state gave', async () => {
    const { repository, other } = setup();
    await repository.handle('1', close, context());
    await expect(repository.handle('1', add(1), context())).rejects.toMatchObject({ code: 'ORDER_ALREADY_RELEASED' });
    await other.handle('2', add(1), context());
    await repository.load('2');
    await other.handle('2', close, context());
    await expect(repository.handle('2', add(1), context())).rejects.toBeInstanceOf(Refused);
    expect((await repository.handle('2', close, context())).changed).toBe(false);
  });

  it('answers If-Match with what happened since, and never retries it', async () => {
    const { repository, other } = setup();
    await repository.handle('1', add(1), context());
    await other.handle('1', add(2), context());
    const conflict = await repository
      .handle('1', add(3), context({ expectedRevision: 0n }))
      .catch((error: unknown) => error);
    expect(conflict).toBeInstanceOf(RevisionConflict);
    expect(conflict).toMatchObject({ code: 'REVISION_CONFLICT', expected: 0n, actual: 1n });
    expect((conflict as RevisionConflict).events.map(({ data }) => data)).toEqual([{ by: 2 }]);
    expect((await repository.handle('1', add(3), context({ expectedRevision: 1n }))).revision).toBe(2n);
  });

  it('derives event ids from the cause, so that a repeat has the same', async () => {
    const { store, repository } = setup();
    const caused = context({ causationId: 'cause', handler: 'adding' });
    await repository.handle(
      '1',
      () => [...add(1)({ total: 0, closed: false }), ...add(2)({ total: 0, closed: false })],
      caused,
    );
    const ids = store.streams.get('counter-1')?.map(({ id }) => id);
    expect(ids).toEqual([
      deterministicId('cause', 'adding', 'counter-1', '0'),
      deterministicId('cause', 'adding', 'counter-1', '1'),
    ]);
    expect(store.streams.get('counter-1')?.[0]?.metadata).toMatchObject({
      schemaVersion: 2,
      causationId: 'cause',
      handler: 'adding',
      at: now,
    });
  });

  it('after an unknown outcome reads the stream before it decides again', async () => {
    const { store, repository } = setup();
    await repository.handle('1', add(1), context());
    store.failNext = new StoreUnavailable('away', true);
    await expect(repository.handle('1', add(1), context())).rejects.toBeInstanceOf(StoreUnavailable);
    const reads = store.reads;
    await repository.handle('1', add(1), context());
    expect(store.reads).toBe(reads + 1);
  });

  it('gives up after a bounded number of conflicts', async () => {
    const store = new CountingStore();
    store.append = async (stream, _events, expected) => {
      throw new WrongExpectedRevision(stream, expected, 5n);
    };
    const repository = new Repository(store, counter, { maxAttempts: 3 });
    await expect(repository.handle('1', add(1), context())).rejects.toBeInstanceOf(TooManyConflicts);
  });
});

describe('many commands', () => {
  it('200 at once on one aggregate share a few appends', async () => {
    const { store, repository } = setup();
    const all = await Promise.all(Array.from({ length: 200 }, () => repository.handle('1', add(1), context())));
    expect((await repository.load('1')).state.total).toBe(200);
    expect(new Set(all.map(({ revision }) => revision)).size).toBe(200);
    expect(store.appends).toBeLessThanOrEqual(4);
  });

  it('one append per stream, each command settled on its own, a refusal spoils nothing', async () => {
    const { store, repository } = setup();
    const settled = await repository.handleMany([
      { id: '1', decide: add(1), context: context() },
      { id: '2', decide: add(1), context: context() },
      { id: '1', decide: close, context: context() },
      { id: '1', decide: add(1), context: context() },
      { id: '2', decide: add(2), context: context() },
      { id: '1', decide: close, context: context() },
    ]);
    expect(settled.map(({ ok }) => ok)).toEqual([true, true, true, false, true, true]);
    expect(settled[5]).toMatchObject({ value: { changed: false, events: [] } });
    expect(settled[4]).toMatchObject({ value: { state: { total: 3 }, previousRevision: 0n, revision: 1n } });
    expect(store.appends).toBe(2);
  });

  it('two commands of one cause and handler on one stream get different ids', async () => {
    const { store, repository } = setup();
    const caused = context({ causationId: 'cause', handler: 'adding' });
    await repository.handleMany([1, 2].map((by) => ({ id: '1', decide: add(by), context: caused })));
    expect(new Set(store.streams.get('counter-1')?.map(({ id }) => id)).size).toBe(2);
  });
});

describe('looking', () => {
  it('previews without writing', async () => {
    const { store, repository } = setup();
    await repository.handle('1', add(1), context());
    const preview = await repository.preview('1', add(4));
    expect(preview).toMatchObject({
      events: [{ type: 'Added' }],
      before: { total: 1 },
      after: { total: 5 },
      revision: 0n,
    });
    expect(store.appends).toBe(1);
    await expect(repository.preview('1', add(4), { expectedRevision: 7n })).rejects.toBeInstanceOf(RevisionConflict);
  });

  it('shows the state as it was at a time', async () => {
    const { repository } = setup();
    await repository.handle('1', add(1), context({ now: '2024-01-01T00:00:00.000Z' }));
    await repository.handle('1', add(2), context({ now: '2024-02-01T00:00:00.000Z' }));
    expect(await repository.at('1', '2024-01-31T00:00:00Z')).toEqual({
      state: { total: 1, closed: false },
      revision: 0n,
    });
    expect(await repository.at('1', '2023-12-31T00:00:00Z')).toEqual({
      state: { total: 0, closed: false },
      revision: -1n,
    });
  });

  it('reads events of an older version in their newest shape', async () => {
    const { store, repository } = setup();
    const metadata = { schemaVersion: 1, correlationId: 'c', causationId: 'c', actor: 'ann', at: now };
    await store.append('counter-1', [{ id: 'e', type: 'Added', data: { amount: 3 }, metadata }], -1n);
    expect((await repository.load('1')).state.total).toBe(3);
    expect((await repository.history('1'))[0]).toMatchObject({ data: { by: 3 }, metadata: { schemaVersion: 2 } });
  });
});
