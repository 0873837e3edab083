import type { EventEnvelope } from '@orderloom/contracts';

/** A pino-shaped logger: details first, sentence second. */
export interface MessagingLogger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Says nothing; the default where no logger is given. */
export const silentLogger: MessagingLogger = { debug() {}, info() {}, warn() {}, error() {} };

/** An event together with the place in Kafka where it was read. */
export type ReceivedEvent = EventEnvelope & {
  readonly topic: string;
  readonly partition: number;
  /** Kafka offset, decimal. */
  readonly offset: string;
};

/** What a batch handler is told beside the events. */
export interface BatchContext {
  readonly group: string;
  /** 1 for the first try; grows while a single event is tried again after a transient failure. */
  readonly attempt: number;
  /** True while dead letters of a key are being replayed. */
  readonly replay: boolean;
  /** Aborted when the consumer is told to stop, so that long waits inside a handler can end early. */
  readonly signal: AbortSignal;
}

/**
 * What a handler may answer when it settles each event itself. Events not named are done. An event that is named
 * failed with its error, which is classified as if it had been thrown for that event alone; later events of the
 * same key in the batch count as not handled and will be given again.
 */
export interface BatchResult {
  readonly failures: readonly { readonly event: ReceivedEvent; readonly error: unknown }[];
}

export type BatchHandler = (
  events: readonly ReceivedEvent[],
  context: BatchContext,
  // biome-ignore lint/suspicious/noConfusingVoidType: handlers that answer nothing are the usual ones
) => Promise<void | BatchResult>;

/** What a consumer group reads and who handles it. */
export interface Subscription {
  /** Explicit group id, `<service>.<purpose>`. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Full event types (`orderloom.order.OrderSubmitted.v1`); others are skipped on purpose and counted. */
  readonly handles: readonly string[];
  /**
   * Gets many events at once; the order per key is kept and no key is in two calls at a time. It must be
   * repeatable: after a crash, a rebalance, or while a failing event is isolated, events are given again.
   * The offsets are committed after the returned promise is fulfilled, so it must be fulfilled after the effect is durable.
   */
  readonly handleBatch: BatchHandler;
  /** How many `handleBatch` calls may run at once, each with other keys; default 1 (largest batches). */
  readonly concurrency?: number;
  /** Most events in one call; default 500. */
  readonly maxBatch?: number;
  /** Where a group without committed offsets starts; default true. */
  readonly fromBeginning?: boolean;
}

/** Times and limits of a consumer; the defaults suit one machine and a cluster alike. All times in milliseconds. */
export interface ConsumerOptions {
  /** Called when the consumer cannot go on by itself (stalled, or refused by the broker): end the process. */
  readonly onFatal?: (error: Error) => void;
  /** The group coordinator drops a member that was silent for this long; default 20,000. */
  readonly sessionTimeoutMs?: number;
  /** Default 5,000. */
  readonly heartbeatMs?: number;
  /** How long a rebalance waits for members to finish what they have in hand; default 60,000. */
  readonly rebalanceTimeoutMs?: number;
  /** The broker answers a fetch at once when there is data and after this time when there is none; default 20,000. */
  readonly maxWaitMs?: number;
  /**
   * Fetches follow each other no faster than this while data flows, so that batches are worth their cost, and up to four
   * times slower while much flows; default 80.
   */
  readonly lingerMs?: number;
  /** Offsets are committed at most this long after the effect; default 500. */
  readonly commitMs?: number;
  /** Events read ahead of the handler at most; default 4,000. */
  readonly maxQueued?: number;
  /** Lag and no progress for this long calls `onFatal`; default 300,000. */
  readonly stallMs?: number;
  /** Tries of one event that fails transiently before it is dead-lettered; default 8. */
  readonly maxAttempts?: number;
  /** First back-off after a transient failure, doubled up to `maxBackoffMs`, with jitter; default 200. */
  readonly backoffMs?: number;
  /** Default 15,000. */
  readonly maxBackoffMs?: number;
  /** How long a rebalance or a stop waits for the running handler; default 10,000. */
  readonly drainMs?: number;
  /** How often a consumer with parked keys looks for replay or discard requests; default 1,000. */
  readonly parkedPollMs?: number;
}

/** High watermarks by topic, indexed by partition: the offset the next message will get, decimal. */
export type Watermarks = Readonly<Record<string, readonly string[]>>;

export type ConsumerState = 'stopped' | 'joining' | 'running' | 'waiting-for-infrastructure' | 'failed';

export interface ConsumerHealth {
  readonly state: ConsumerState;
  /** False when the consumer has failed or stalled: it has work and makes no progress. */
  readonly live: boolean;
  readonly assigned: number;
  readonly queued: number;
  readonly running: number;
  readonly parkedKeys: number;
  readonly lastProgressAt: string;
  readonly lastError?: string;
}

/** Counters since the start of this consumer. */
export interface ConsumerStats {
  received: number;
  skipped: number;
  handled: number;
  batches: number;
  retries: number;
  deadLettered: number;
  parked: number;
  replayed: number;
  commits: number;
  rebalances: number;
}
