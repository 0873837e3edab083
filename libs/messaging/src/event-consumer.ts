import type { Logger } from 'kafkajs';
import { DEFAULTS } from './consumer/defaults.js';
import { Dispatcher, type Grave } from './consumer/dispatcher.js';
import { type Entry, readEntry } from './consumer/entry.js';
import { handlerOf } from './consumer/handler.js';
import type { HandleMany } from './consumer/isolate.js';
import { Ledger } from './consumer/ledger.js';
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

interface Waiter {
  readonly watermarks: Watermarks;
  readonly resolve: () => void;
}

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
  #ledger = new Ledger();
  #waiters = new Set<Waiter>();
  #progressAt = Date.now();
  #fetchedAt = Date.now();
  #lastError: string | undefined;
  #watching: NodeJS.Timeout | undefined;
  #parkedPolls: NodeJS.Timeout | undefined;
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
        positions: () => this.#ledger.positions(),
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
    const watchMs = Math.min(30_000, Math.max(50, this.#options.stallMs / 4));
    this.#watching = setInterval(() => this.#watch(), watchMs).unref();
    return promise;
  }

  /** Takes nothing more, finishes what is in hand, commits, leaves the group and disconnects. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    clearInterval(this.#watching);
    clearInterval(this.#parkedPolls);
    this.#started?.resolve();
    if (this.#started) await this.#member.stop();
    if (this.#state !== 'failed') this.#state = 'stopped';
    this.#host.closed(this);
  }

  /** Events between what is done and the end of the assigned partitions, asked from the broker. */
  async lag(): Promise<number> {
    let lag = 0;
    for (const topic of this.subscription.topics) {
      lag += this.#ledger.lag(topic, (await this.#host.log.ends(topic)) ?? []);
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
      assigned: this.#ledger.size,
      queued: this.#dispatcher.queued,
      running: this.#dispatcher.active,
      parkedKeys: this.#keeper.size,
      lastProgressAt: new Date(this.#progressAt).toISOString(),
      lastError: away ?? this.#lastError,
    };
  }

  async #assigned(partitions: readonly AssignedPartition[]): Promise<void> {
    this.stats.rebalances += 1;
    const ledger = new Ledger(partitions);
    this.#ledger = ledger;
    await this.#keeper.own(partitions);
    this.#pollWhileParked();
    // The session may have ended meanwhile and another may have begun, whose work is not to be touched.
    if (this.#ledger !== ledger || this.#stopping.signal.aborted) return;
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
      const owned = this.#ledger.get(batch.topic, batch.partition);
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

  #committed(positions: readonly Position[]): void {
    this.stats.commits += 1;
    this.#ledger.committed(positions);
  }

  #done(entries: readonly Entry[], handled: boolean): void {
    if (entries.length === 0) return;
    for (const entry of entries) entry.progress?.finish(entry.offset);
    if (handled) this.stats.handled += entries.length;
    this.#member.progressed();
    this.#tellWaiters();
  }

  #handler(attempt: number, replay: boolean): HandleMany<Entry> {
    return handlerOf(
      this.subscription.handleBatch,
      { attempt, replay, group: this.group, signal: this.#stopping.signal },
      () => {
        this.stats.batches += 1;
      },
    );
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
    this.#pollWhileParked();
    for (const { kind } of graves) {
      if (kind === 'dead') this.stats.deadLettered += 1;
      else this.stats.parked += 1;
    }
  }

  /** Looks for replay and discard decisions, but only while something is parked: a timer that finds nothing costs, too. */
  #pollWhileParked(): void {
    if (this.#parkedPolls || this.#stopping.signal.aborted || this.#keeper.size === 0) return;
    this.#parkedPolls = setInterval(() => this.#pollParked(), this.#options.parkedPollMs).unref();
  }

  #pollParked(): void {
    if (this.#keeper.size === 0) {
      clearInterval(this.#parkedPolls);
      this.#parkedPolls = undefined;
    }
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
    return this.#state === 'running' && this.#ledger.behind(watermarks).length === 0;
  }

  #behind(watermarks: Watermarks): string {
    const { state, lastError } = this.health();
    if (this.#state !== 'running') return `it is ${state}, ${lastError ?? 'no error'}`;
    return this.#ledger.behind(watermarks).join(', ');
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
