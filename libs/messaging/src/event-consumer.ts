import type { Logger } from 'kafkajs';
import { Dispatcher, type Grave } from './consumer/dispatcher.js';
import { type Entry, readEntry } from './consumer/entry.js';
import type { Failure, HandleMany } from './consumer/isolate.js';
import { type AssignedPartition, GroupMember, type Position } from './consumer/membership.js';
import { PartitionProgress } from './consumer/offsets.js';
import { idOfKey, replayKey } from './consumer/replay.js';
import { Watchdog } from './consumer/watchdog.js';
import { DeadLetterKeeper } from './dead/keeper.js';
import { describeError } from './errors.js';
import type { KafkaPublisher } from './publisher.js';
import type { FetchedBatch, OpenCluster } from './transport/internals.js';
import type { KafkaLog } from './transport/log.js';
import type {
  ConsumerHealth,
  ConsumerOptions,
  ConsumerState,
  ConsumerStats,
  MessagingLogger,
  ReceivedEvent,
  Subscription,
  Watermarks,
} from './types.js';

/** What a consumer needs of its client. */
export interface ConsumerHost {
  readonly logger: MessagingLogger;
  readonly kafkaLogger: Logger;
  readonly log: KafkaLog;
  open(): OpenCluster;
  publisher(): KafkaPublisher;
  ensureTopics(topics: readonly (string | { topic: string; partitions: number })[]): Promise<void>;
  closed(consumer: EventConsumer): void;
}

interface Owned {
  readonly topic: string;
  readonly partition: number;
  progress: PartitionProgress;
  committed: number;
}

interface Waiter {
  readonly watermarks: Watermarks;
  readonly resolve: () => void;
}

const place = (topic: string, partition: number): string => `${topic}/${partition}`;

/** One member of a consumer group; made by `KafkaClient.consumer()`. */
export class EventConsumer {
  readonly group: string;
  readonly stats: ConsumerStats = {
    received: 0,
    skipped: 0,
    handled: 0,
    batches: 0,
    retries: 0,
    deadLettered: 0,
    parked: 0,
    replayed: 0,
    commits: 0,
    rebalances: 0,
  };
  readonly #host: ConsumerHost;
  readonly #options: Required<Omit<ConsumerOptions, 'onFatal'>> & Pick<ConsumerOptions, 'onFatal'>;
  readonly #handles: ReadonlySet<string>;
  readonly #dispatcher: Dispatcher;
  readonly #keeper: DeadLetterKeeper;
  readonly #member: GroupMember;
  readonly #watchdog: Watchdog;
  readonly #stopping = new AbortController();
  #state: ConsumerState = 'stopped';
  #owned = new Map<string, Owned>();
  #waiters = new Set<Waiter>();
  #progressAt = Date.now();
  #fetchedAt = Date.now();
  #lastError: string | undefined;
  #timers: NodeJS.Timeout[] = [];
  #polling: Promise<void> | undefined;
  #started: { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(
    readonly subscription: Subscription,
    options: ConsumerOptions,
    host: ConsumerHost,
  ) {
    const { group, topics, handles } = subscription;
    if (!group) throw new Error('a consumer needs an explicit group id');
    if (topics.length === 0 || handles.length === 0) throw new Error(`the group ${group} names no topics or no types`);
    this.group = group;
    this.#host = host;
    this.#handles = new Set(handles);
    this.#options = { ...DEFAULTS, ...options };
    const { logger } = host;
    this.#keeper = new DeadLetterKeeper({
      group,
      log: host.log,
      publisher: host.publisher(),
      ensureTopic: (topic, partitions) => host.ensureTopics([{ topic, partitions }]),
    });
    this.#dispatcher = new Dispatcher({
      ...this.#options,
      group,
      logger,
      concurrency: subscription.concurrency ?? 1,
      maxBatch: subscription.maxBatch ?? 500,
      handle: (attempt) => this.#handler(attempt, false),
      isParked: (entry) => this.#keeper.isParked(entry.topic, entry.parkedId),
      bury: (graves) => this.#bury(graves),
      done: (entries, handled) => this.#done(entries, handled),
      settled: () => {
        this.#progressAt = Date.now();
      },
      retried: () => {
        this.stats.retries += 1;
      },
    });
    this.#member = new GroupMember(
      {
        ...this.#options,
        group,
        topics,
        fromBeginning: subscription.fromBeginning ?? true,
        open: () => host.open(),
        ensureTopics: () => host.ensureTopics(topics),
        kafkaLogger: host.kafkaLogger,
        logger,
      },
      {
        assigned: (partitions) => this.#assigned(partitions),
        fetched: (batches) => this.#fetched(batches),
        room: (signal) => this.#dispatcher.room(signal),
        revoked: () => this.#revoked(),
        positions: () => this.#positions(),
        committed: (positions) => this.#committed(positions),
        away: (error) => {
          this.#state = 'waiting-for-infrastructure';
          this.#lastError = describeError(error);
        },
        fatal: (error) => this.#fatal(error),
      },
    );
    this.#watchdog = new Watchdog(this.#options.stallMs, Date.now());
  }

  /** Joins the group and begins; fulfilled when partitions were assigned for the first time, however long that takes. */
  start(): Promise<void> {
    if (this.#started) return this.#started.promise;
    if (this.#stopping.signal.aborted) return Promise.reject(new Error(`the consumer of ${this.group} was stopped`));
    let resolve = () => {};
    let reject: (error: Error) => void = () => {};
    const promise = new Promise<void>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    this.#started = { promise, resolve, reject };
    this.#state = 'joining';
    this.#member.start();
    const { parkedPollMs, stallMs } = this.#options;
    this.#timers = [
      setInterval(() => this.#pollParked(), parkedPollMs),
      setInterval(() => this.#watch(), Math.min(10_000, Math.max(50, stallMs / 4))),
    ];
    for (const timer of this.#timers) timer.unref();
    return promise;
  }

  /** Takes nothing more, finishes what is in hand, commits, leaves the group and disconnects. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    for (const timer of this.#timers) clearInterval(timer);
    this.#started?.resolve();
    if (this.#started) await this.#member.stop();
    if (this.#state !== 'failed') this.#state = 'stopped';
    this.#host.closed(this);
  }

  /** Events between what is done and the end of the assigned partitions, asked from the broker. */
  async lag(): Promise<number> {
    let lag = 0;
    for (const topic of this.subscription.topics) {
      const ends = (await this.#host.log.ends(topic)) ?? [];
      for (const owned of this.#owned.values()) {
        if (owned.topic === topic) lag += Math.max(0, (ends[owned.partition] ?? 0) - owned.progress.position);
      }
    }
    return lag;
  }

  /**
   * Fulfilled when everything below the watermarks on the assigned partitions is done (handled, skipped or among the
   * dead letters); rejects at the deadline.
   */
  async caughtUpWith(watermarks: Watermarks, deadlineMs: number): Promise<void> {
    if (this.#isCaughtUp(watermarks)) return;
    let timer: NodeJS.Timeout | undefined;
    let waiter: Waiter | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        waiter = { watermarks, resolve };
        this.#waiters.add(waiter);
        timer = setTimeout(
          () =>
            reject(new Error(`${this.group} did not catch up within ${deadlineMs} ms: ${this.#behind(watermarks)}`)),
          deadlineMs,
        );
      });
    } finally {
      clearTimeout(timer);
      if (waiter) this.#waiters.delete(waiter);
    }
  }

  health(): ConsumerHealth {
    const away = this.#dispatcher.away;
    const state = this.#state === 'running' && away ? 'waiting-for-infrastructure' : this.#state;
    return {
      state,
      live: state !== 'failed',
      assigned: this.#owned.size,
      queued: this.#dispatcher.queued,
      running: this.#dispatcher.active,
      parkedKeys: this.#keeper.size,
      lastProgressAt: new Date(this.#progressAt).toISOString(),
      lastError: away ?? this.#lastError,
    };
  }

  async #assigned(partitions: readonly AssignedPartition[]): Promise<void> {
    this.stats.rebalances += 1;
    const owned = new Map(
      partitions.map(({ topic, partition, start }) => [
        place(topic, partition),
        { topic, partition, progress: new PartitionProgress(start), committed: start },
      ]),
    );
    this.#owned = owned;
    await this.#keeper.own(partitions);
    // The session may have ended meanwhile and another may have begun, whose work is not to be touched.
    if (this.#owned !== owned || this.#stopping.signal.aborted) return;
    this.#dispatcher.reset();
    this.#state = 'running';
    this.#lastError = undefined;
    this.#fetchedAt = Date.now();
    this.#watchdog.excuse(Date.now());
    this.#host.logger.info({ group: this.group, partitions: partitions.length }, 'partitions were assigned');
    this.#started?.resolve();
    this.#tellWaiters();
  }

  #fetched(batches: readonly FetchedBatch[]): void {
    this.#fetchedAt = Date.now();
    for (const batch of batches) {
      const owned = this.#owned.get(place(batch.topic, batch.partition));
      if (!owned) continue;
      // The broker lost the end of the partition (restored from a backup): go on from where it is now.
      if (Number(batch.fetchedOffset) < owned.progress.read) {
        owned.progress = new PartitionProgress(Number(batch.fetchedOffset));
      }
      const { topic, partition, progress } = owned;
      for (const message of batch.messages) {
        this.stats.received += 1;
        const offset = Number(message.offset);
        const entry = readEntry(message, { topic, partition, offset }, this.#handles, progress);
        if (entry) {
          progress.begin(offset);
          this.#dispatcher.push(entry);
        } else this.stats.skipped += 1;
      }
      progress.readThrough(Number(batch.lastOffset()) + 1);
    }
    if (batches.length === 0) return;
    this.#dispatcher.pump();
    this.#member.progressed();
    this.#tellWaiters();
  }

  async #revoked(): Promise<void> {
    if (this.#state === 'running') this.#state = 'joining';
    const drained = await this.#dispatcher.drain(this.#options.drainMs);
    if (!drained) {
      this.#host.logger.warn(
        { group: this.group, running: this.#dispatcher.active },
        'a handler did not finish in time; its events will be given again',
      );
    }
  }

  #positions(): Position[] {
    const positions: Position[] = [];
    for (const { topic, partition, progress, committed } of this.#owned.values()) {
      if (progress.position !== committed) positions.push({ topic, partition, offset: progress.position });
    }
    return positions;
  }

  #committed(positions: readonly Position[]): void {
    this.stats.commits += 1;
    for (const { topic, partition, offset } of positions) {
      const owned = this.#owned.get(place(topic, partition));
      if (owned) owned.committed = offset;
    }
  }

  #done(entries: readonly Entry[], handled: boolean): void {
    if (entries.length === 0) return;
    for (const entry of entries) entry.progress?.finish(entry.offset);
    if (handled) this.stats.handled += entries.length;
    this.#member.progressed();
    this.#tellWaiters();
  }

  /** The handler as the isolation wants it: nothing but the answer, for entries whose message could be read. */
  #handler(attempt: number, replay: boolean): HandleMany<Entry> {
    const { subscription } = this;
    return async (entries) => {
      const failures: Failure<Entry>[] = [];
      const blocked = new Set<string>();
      const events: ReceivedEvent[] = [];
      const origin = new Map<ReceivedEvent, Entry>();
      for (const entry of entries) {
        if (blocked.has(entry.lane)) continue;
        if (!entry.event) {
          blocked.add(entry.lane);
          failures.push({ item: entry, error: entry.malformed });
          continue;
        }
        events.push(entry.event);
        origin.set(entry.event, entry);
      }
      if (events.length === 0) return failures;
      this.stats.batches += 1;
      const result = await subscription.handleBatch(events, {
        group: this.group,
        attempt,
        replay,
        signal: this.#stopping.signal,
      });
      for (const { event, error } of result?.failures ?? []) {
        const item = origin.get(event);
        if (!item) throw new Error('the handler named an event that was not in its batch');
        failures.push({ item, error });
      }
      return failures;
    };
  }

  async #bury(graves: readonly Grave[]): Promise<void> {
    await this.#keeper.bury(
      graves.map(({ entry, kind, code, text, attempts }) => ({
        kind,
        topic: entry.topic,
        group: this.group,
        partition: entry.partition,
        offset: entry.offset,
        message: entry.message,
        code,
        text,
        attempts,
      })),
    );
    for (const { kind } of graves) {
      if (kind === 'dead') this.stats.deadLettered += 1;
      else this.stats.parked += 1;
    }
  }

  /** Looks for replay and discard decisions, but only while something is parked. */
  #pollParked(): void {
    if (this.#polling || this.#state !== 'running' || this.#keeper.size === 0) return;
    this.#polling = this.#replayDue()
      .catch((error: unknown) => {
        this.#host.logger.warn({ group: this.group, error: describeError(error) }, 'a replay was put off');
      })
      .finally(() => {
        this.#polling = undefined;
      });
  }

  async #replayDue(): Promise<void> {
    await this.#keeper.refresh();
    for (const { topic, key } of this.#keeper.due()) {
      const id = idOfKey(key);
      await this.#dispatcher.exclusively(`${topic}|${id}`, async () => {
        this.stats.replayed += await replayKey(topic, id, {
          ...this.#options,
          group: this.group,
          keeper: this.#keeper,
          handles: this.#handles,
          handle: (attempt) => this.#handler(attempt, true),
          signal: this.#stopping.signal,
        });
      });
    }
  }

  #isCaughtUp(watermarks: Watermarks): boolean {
    if (this.#state !== 'running') return false;
    for (const { topic, partition, progress } of this.#owned.values()) {
      if (progress.position < Number(watermarks[topic]?.[partition] ?? 0)) return false;
    }
    return true;
  }

  #behind(watermarks: Watermarks): string {
    if (this.#state !== 'running') return `it is ${this.health().state}, ${this.health().lastError ?? 'no error'}`;
    return [...this.#owned.values()]
      .filter(({ topic, partition, progress }) => progress.position < Number(watermarks[topic]?.[partition] ?? 0))
      .map((o) => `${o.topic}/${o.partition} at ${o.progress.position} of ${watermarks[o.topic]?.[o.partition]}`)
      .join(', ');
  }

  #tellWaiters(): void {
    for (const waiter of this.#waiters) if (this.#isCaughtUp(waiter.watermarks)) waiter.resolve();
  }

  #watch(): void {
    const stalled = this.#watchdog.check(
      {
        expected: this.#state === 'running' && this.#dispatcher.away === undefined,
        work: this.#dispatcher.queued + this.#dispatcher.active > 0,
        progressAt: this.#progressAt,
        fetchedAt: this.#fetchedAt,
        full: this.#dispatcher.queued >= this.#options.maxQueued,
      },
      Date.now(),
    );
    if (stalled) this.#fatal(new Error(`the consumer of ${this.group} ${stalled}`));
  }

  #fatal(error: Error): void {
    if (this.#state === 'failed' || this.#stopping.signal.aborted) return;
    this.#state = 'failed';
    this.#lastError = describeError(error);
    this.#host.logger.error({ group: this.group, error: this.#lastError }, 'the consumer cannot go on');
    this.#started?.promise.catch(() => undefined);
    this.#started?.reject(error);
    this.#options.onFatal?.(error);
  }
}

const DEFAULTS = {
  sessionTimeoutMs: 20_000,
  heartbeatMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  maxWaitMs: 5_000,
  lingerMs: 30,
  commitMs: 250,
  maxQueued: 4_000,
  stallMs: 300_000,
  maxAttempts: 8,
  backoffMs: 200,
  maxBackoffMs: 15_000,
  drainMs: 10_000,
  parkedPollMs: 1_000,
} as const;
