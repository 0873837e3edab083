import { setMaxListeners } from 'node:events';
import { jsonEvent, WrongExpectedVersionError } from '@eventstore/db-client';
import { jitteredBackoff, pause } from '../backoff.js';
import { AppendRejected, StoreUnavailable, StreamGone, WrongExpectedRevision } from '../errors.js';
import {
  type Appended,
  type EventBatch,
  type ExpectedRevision,
  type Logger,
  type LogPosition,
  type NewEvent,
  type RecordedEvent,
  type StreamAppend,
  type SubscribeOptions,
  silentLogger,
} from '../types.js';
import type { AppendAnswer } from './append-wire.js';
import { BatchAppender, OutcomeUnknown } from './batch-appender.js';
import { describeError, isFinalError, StoreConnection } from './connection.js';
import type { ReadRequest } from './read-wire.js';
import { comparePositions, followLog, type ResumeOptions } from './subscription.js';

/** How patient an EventStore is. */
export interface EventStoreOptions {
  /** Longest wait for one append attempt, in ms. Default 5000. */
  readonly appendDeadlineMs?: number;
  /** Attempts of one append, the first included. Default 3. */
  readonly appendAttempts?: number;
  /** Longest wait for one read, in ms. Default 10000. */
  readonly readDeadlineMs?: number;
  /** Deadlines in a row after which the client is replaced by a new one. Default 2. */
  readonly deadlinesBeforeNewClient?: number;
  /** False: one call per append, as servers before 21.10 need it. Default: what the server says it can do. */
  readonly batchAppend?: boolean;
  /** Back-off of subscriptions that dropped. Default 100 ms doubling to 5 s. */
  readonly resume?: ResumeOptions;
  readonly logger?: Logger;
}

/** A range of a stream's revisions, both ends included. */
export interface ReadRange {
  readonly from?: bigint;
  readonly until?: bigint;
}

interface Link {
  readonly connection: StoreConnection;
  readonly appender: BatchAppender;
  batch?: Promise<boolean>;
}

/** The event store, with the client's failure modes handled in this one place. Safe to share by a whole process. */
export class EventStore {
  readonly #options: Required<Omit<EventStoreOptions, 'batchAppend'>> & Pick<EventStoreOptions, 'batchAppend'>;
  readonly #closing = new AbortController();
  #link: Link;
  #deadlinesInARow = 0;

  /** @param connectionString `esdb://host:port?tls=false`; the connection is made by the first call */
  static connect(connectionString: string, options: EventStoreOptions = {}): EventStore {
    return new EventStore(connectionString, options);
  }

  private constructor(
    readonly connectionString: string,
    options: EventStoreOptions,
  ) {
    this.#options = {
      appendDeadlineMs: 5_000,
      appendAttempts: 3,
      readDeadlineMs: 10_000,
      deadlinesBeforeNewClient: 2,
      resume: { firstMs: 100, mostMs: 5_000 },
      logger: silentLogger,
      ...options,
    };
    // Every append that waits for another try and every subscription listens.
    setMaxListeners(0, this.#closing.signal);
    this.#link = this.#newLink();
  }

  /**
   * Appends events to one stream, all or none, durable when it resolves. Whatever the link does in between, it
   * resolves once the events are known to be there and rejects otherwise.
   * @throws WrongExpectedRevision, StreamGone, AppendRejected, StoreUnavailable (`outcomeUnknown` says whether the
   * events may be there all the same: repeat with the same ids and the same expected revision)
   */
  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Appended> {
    if (events.length === 0) throw new AppendRejected(`an append to ${stream} without events`);
    const backoff = jitteredBackoff(40, 1_000);
    let unknown: OutcomeUnknown | null = null;
    for (let attempt = 1; attempt <= this.#options.appendAttempts && !this.#closing.signal.aborted; attempt++) {
      if (attempt > 1) await pause(backoff.next(), this.#closing.signal);
      const link = this.#link;
      try {
        const answer = await this.#sendOnce(link, stream, events, expected);
        this.#deadlinesInARow = 0;
        if (answer.kind === 'success') {
          return { revision: answer.revision, ...(answer.position ? { position: answer.position } : {}) };
        }
        if (answer.kind === 'deleted') throw new StreamGone(stream);
        const actual = answer.kind === 'wrong-revision' ? answer.actual : -1n;
        // After an unknown outcome the conflict may be with our own events.
        const settled = unknown ? await this.#findAppended(stream, events, expected) : null;
        if (settled) return settled;
        throw new WrongExpectedRevision(stream, expected, actual);
      } catch (error) {
        if (!(error instanceof OutcomeUnknown)) throw error;
        unknown = error;
        this.#options.logger.warn({ stream, attempt, reason: error.message }, 'append without an answer');
        if (error.timedOut) this.#timedOut(link);
      }
    }
    const settled = unknown && (await this.#findAppended(stream, events, expected, 1).catch(() => null));
    if (settled) return settled;
    throw new StoreUnavailable(
      `append to ${stream}: ${unknown?.message ?? 'the store is closed'}`,
      unknown !== null,
      unknown,
    );
  }

  /** Appends to many streams at once; each settles on its own, in the order given. */
  appendMany(appends: readonly StreamAppend[]): Promise<PromiseSettledResult<Appended>[]> {
    return Promise.allSettled(appends.map(({ stream, events, expected }) => this.append(stream, events, expected)));
  }

  /**
   * Reads a stream forwards; [] when it does not exist.
   * @throws StoreUnavailable after three attempts
   */
  async read(stream: string, range: ReadRange = {}): Promise<RecordedEvent[]> {
    const from = range.from ?? 0n;
    const count = range.until === undefined ? Number.MAX_SAFE_INTEGER : Number(range.until - from + 1n);
    if (count <= 0) return [];
    return this.#collect({ stream: { name: stream, from: from <= 0n ? 'start' : from }, count });
  }

  /** Reads the last events of a stream, newest first. */
  readBackwards(stream: string, count: number): Promise<RecordedEvent[]> {
    return this.#collect({ stream: { name: stream, from: 'end' }, count, backwards: true });
  }

  /** Position of the last event of the log (of the streams with these prefixes); null when there is none. */
  async head(prefixes?: readonly string[]): Promise<LogPosition | null> {
    const request: ReadRequest = { all: { from: 'end' }, count: 1, backwards: true };
    const [last] = await this.#collect(prefixes ? { ...request, prefixes } : request);
    return last?.position ?? null;
  }

  /**
   * How far the last event of these streams lies beyond a position, in log positions; 0 when none does. Looks forwards
   * from the position first: whoever has caught up asks often, and looking for the last event of quiet streams from the
   * end of the log may pass over all of it.
   */
  async behind(prefixes: readonly string[], position: LogPosition | null): Promise<number> {
    // A read from a position gives the event there again.
    const next: ReadRequest = { all: { from: position ?? 'start' }, count: position ? 2 : 1, prefixes };
    const found = await this.#collect(next);
    if (!found.some((event) => !position || comparePositions(event.position, position) > 0)) return 0;
    const head = await this.head(prefixes);
    return head ? Math.max(1, Number(head.commit - (position?.commit ?? 0n))) : 0;
  }

  /** Reads the whole log forwards in pages, up to its end at the time of the last page. */
  async *readAll(
    options: { prefixes?: readonly string[]; from?: LogPosition | null; pageSize?: number } = {},
  ): AsyncGenerator<EventBatch, void, void> {
    const { prefixes = [], pageSize = 1_000 } = options;
    let position = options.from ?? null;
    for (;;) {
      // A read from a position gives the event there again, a subscription does not.
      const count = position ? pageSize + 1 : pageSize;
      const page = await this.#collect({ all: { from: position ?? 'start' }, count, prefixes });
      const caughtUp = page.length < count;
      const after = position;
      const events = after ? page.filter((event) => comparePositions(event.position, after) > 0) : page;
      position = events.at(-1)?.position ?? position;
      if (events.length > 0 || caughtUp) yield { events, position, caughtUp };
      if (caughtUp) return;
    }
  }

  /**
   * Follows the log from a position on, for ever: drops and clean ends are resumed with jittered back-off until
   * the signal aborts or the store is closed. Batches come in log order; none is given out twice unless a consumer
   * starts again from an older position.
   */
  subscribe(options: SubscribeOptions): AsyncGenerator<EventBatch, void, void> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.#closing.signal]) : this.#closing.signal;
    const onDrop = (error: unknown) => {
      this.#options.logger.warn({ reason: error === null ? 'ended' : describeError(error) }, 'subscription dropped');
      options.onDrop?.(error);
    };
    return followLog(
      (from) => {
        const request: ReadRequest = { all: { from: from ?? 'start' }, prefixes: options.prefixes };
        return this.#link.connection.read(request, Number.POSITIVE_INFINITY);
      },
      { ...options, signal, onDrop },
      this.#options.resume,
    );
  }

  /** Resolves when the store answers. @throws StoreUnavailable after one attempt */
  async ping(deadlineMs = 2_000): Promise<void> {
    await this.#collect({ all: { from: 'end' }, count: 1, backwards: true }, { attempts: 1, deadlineMs });
  }

  /** Ends subscriptions and closes the connection. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#link.connection.close();
  }

  #newLink(): Link {
    const connection = new StoreConnection(this.connectionString);
    return { connection, appender: new BatchAppender(connection) };
  }

  /** A client whose channel has gone silent does not recover by itself: after a few deadlines it is replaced. */
  #timedOut(link: Link): void {
    this.#deadlinesInARow++;
    if (this.#deadlinesInARow < this.#options.deadlinesBeforeNewClient || this.#link !== link) return;
    if (this.#closing.signal.aborted) return;
    this.#options.logger.warn({ deadlines: this.#deadlinesInARow }, 'the event store is silent: making a new client');
    this.#deadlinesInARow = 0;
    this.#link = this.#newLink();
    link.connection.close().catch(() => undefined);
  }

  async #sendOnce(
    link: Link,
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendAnswer> {
    const { appendDeadlineMs } = this.#options;
    if (this.#options.batchAppend === false)
      return withDeadline(this.#sendUnary(link, stream, events, expected), appendDeadlineMs);
    // Asked once per link: the client fetches the features again by itself after it reconnected.
    link.batch ??= withDeadline(link.connection.supportsBatchAppend(), appendDeadlineMs);
    let batch: boolean;
    try {
      batch = await link.batch;
    } catch (error) {
      delete link.batch;
      throw error instanceof OutcomeUnknown ? error : new OutcomeUnknown(describeError(error), false);
    }
    if (batch) return link.appender.send(stream, events, expected, appendDeadlineMs);
    return withDeadline(this.#sendUnary(link, stream, events, expected), appendDeadlineMs);
  }

  /** For servers without batch append. */
  async #sendUnary(
    link: Link,
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendAnswer> {
    const expectedRevision = expected === -1n ? 'no_stream' : expected;
    const proposed = events.map(({ id, type, data, metadata }) =>
      jsonEvent({ id, type, data: JSON.parse(JSON.stringify(data)), metadata: { ...metadata } }),
    );
    try {
      const result = await link.connection.client.appendToStream(stream, proposed, { expectedRevision });
      const { nextExpectedRevision: revision, position } = result;
      // With `throwOnAppendFailure=false` in the connection string a conflict is a result, and its revision is not to be trusted.
      if (!result.success) {
        const [last] = await this.readBackwards(stream, 1);
        return { n: 0, kind: 'wrong-revision', actual: last?.revision ?? -1n };
      }
      return position ? { n: 0, kind: 'success', revision, position } : { n: 0, kind: 'success', revision };
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) {
        const actual = typeof error.actualVersion === 'bigint' ? error.actualVersion : -1n;
        return { n: 0, kind: 'wrong-revision', actual };
      }
      if (isFinalError(error)) throw new AppendRejected(describeError(error));
      throw new OutcomeUnknown(describeError(error), false);
    }
  }

  /** Looks whether these very events are in the stream where the append would have put them. */
  async #findAppended(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
    attempts = 3,
  ): Promise<Appended | null> {
    const last = events.at(-1)?.id;
    const known = typeof expected === 'bigint' || expected === 'no_stream';
    const from = typeof expected === 'bigint' && expected >= 0n ? expected + 1n : 'start';
    const there: ReadRequest = known
      ? { stream: { name: stream, from }, count: events.length }
      : { stream: { name: stream, from: 'end' }, count: 500, backwards: true };
    const found = await this.#collect(there, { attempts, deadlineMs: this.#options.appendDeadlineMs });
    const ours = new Set(events.map((event) => event.id));
    if (found.filter((event) => ours.has(event.id)).length < events.length) return null;
    const end = found.find((event) => event.id === last);
    return end ? { revision: end.revision, position: end.position } : null;
  }

  async #collect(
    request: ReadRequest,
    { attempts = 3, deadlineMs = this.#options.readDeadlineMs } = {},
  ): Promise<RecordedEvent[]> {
    const backoff = jitteredBackoff(40, 1_000);
    let failure: unknown = null;
    for (let attempt = 1; attempt <= attempts && !this.#closing.signal.aborted; attempt++) {
      if (attempt > 1) await pause(backoff.next(), this.#closing.signal);
      const link = this.#link;
      try {
        const call = await withDeadline(link.connection.read(request, deadlineMs), deadlineMs);
        const events: RecordedEvent[] = [];
        for await (const message of call) if (message.kind === 'event') events.push(message.event);
        this.#deadlinesInARow = 0;
        return events;
      } catch (error) {
        if (isStreamDeleted(error)) throw new StreamGone(request.stream?.name ?? '$all');
        if (isFinalError(error)) throw error;
        failure = error;
        if (isDeadline(error)) this.#timedOut(link);
      }
    }
    throw new StoreUnavailable(`read: ${failure ? describeError(failure) : 'the store is closed'}`, false, failure);
  }
}

const isDeadline = (error: unknown): boolean =>
  (error instanceof OutcomeUnknown && error.timedOut) ||
  (error instanceof Error && 'code' in error && error.code === 4);

const isStreamDeleted = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 9 && /delet/i.test(error.message);

/** Rejects with OutcomeUnknown when the promise has not settled in time. */
function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new OutcomeUnknown(`no answer within ${ms} ms`, true)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
