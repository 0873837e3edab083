declare const revisionBrand: unique symbol;

/** Revision of an event within its stream, counted from 0. A bigint inside, a decimal string outside. */
export type StreamRevision = bigint & { readonly [revisionBrand]?: true };

/** The revision a stream that does not exist is said to be at. */
export const NO_STREAM_REVISION: StreamRevision = -1n;

/** Place in the store's log over all streams. Both halves are needed to resume: they differ for transactions and links. */
export interface LogPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** A fact as a decider yields it: data is JSON primitives only. */
export interface DomainEvent<T extends string = string, D = unknown> {
  readonly type: T;
  readonly data: D;
}

/** What is stored beside the data of every event. */
export interface EventMetadata {
  readonly schemaVersion: number;
  readonly correlationId: string;
  readonly causationId: string;
  readonly actor: string;
  /** ISO 8601 UTC: when the writer recorded the fact. */
  readonly at: string;
  readonly traceparent?: string;
  readonly handler?: string;
}

/** An event read back from the store, upcast when its aggregate has upcasters. */
export interface RecordedEvent<E extends DomainEvent = DomainEvent> {
  readonly id: string;
  readonly streamId: string;
  readonly type: E['type'];
  readonly data: E['data'];
  readonly revision: StreamRevision;
  readonly position: LogPosition;
  /** ISO 8601 UTC: metadata `at` when the writer gave one, else the store's own clock. */
  readonly recordedAt: string;
  readonly metadata: EventMetadata;
}

/** An event ready to be appended. A repeated append of the same ids at the same revision is a no-op. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: EventMetadata;
}

/** Expected revision of an append: a number of the last event, -1n or `no_stream` for none, `any` to not care. */
export type ExpectedRevision = bigint | 'no_stream' | 'stream_exists' | 'any';

/** What an append did. */
export interface Appended {
  /** Revision of the last event of the append. */
  readonly revision: StreamRevision;
  /** Absent where the store did not tell (a repeat settled by reading back tells it from the event read). */
  readonly position?: LogPosition;
}

/** One append of `appendMany`. */
export interface StreamAppend {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly expected: ExpectedRevision;
}

/** Events of a subscription, in log order. */
export interface EventBatch {
  readonly events: readonly RecordedEvent[];
  /** Where to resume after this batch; beyond the last event when the server passed over filtered ones. Null: nothing read yet. */
  readonly position: LogPosition | null;
  /** True when the server had nothing more at the time. */
  readonly caughtUp: boolean;
}

/** Options of `EventStore.subscribe`. */
export interface SubscribeOptions {
  /** Stream name prefixes, e.g. `['order-', 'return-']`. Empty: every stream but the system's. */
  readonly prefixes: readonly string[];
  /** Resume after this position; null or absent starts at the beginning. */
  readonly from?: LogPosition | null;
  /** Most events of a batch. Default 500. */
  readonly batchSize?: number;
  /** How long a batch may wait to grow, in ms; up to four times as long while many events come. Default 5. */
  readonly maxWaitMs?: number;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Told of every drop (null: a clean end) before it is resumed. */
  readonly onDrop?: (error: unknown) => void;
}

/** Who sends a command, when, and because of what. */
export interface CommandContext {
  readonly actor: string;
  readonly correlationId: string;
  /** The event or request that caused it. When set, event ids are derived from it, so that a repeat is a no-op. */
  readonly causationId?: string;
  /** Name of the handler, part of derived event ids: two handlers of one event do not collide. */
  readonly handler?: string;
  /** ISO 8601 UTC. */
  readonly now: string;
  readonly traceparent?: string;
  /** From `If-Match`: any other revision is a RevisionConflict, never retried. */
  readonly expectedRevision?: bigint;
  /** The caller believes the stream is new: append without a read first, fall back to loading on conflict. */
  readonly expectNew?: boolean;
}

/** Brings stored events of older schema versions to the newest shape: keyed by type, then by the version they read. */
export type Upcasters = Readonly<Record<string, Readonly<Record<number, (data: never, at: string) => unknown>>>>;

/** A consistency boundary: state folded from one stream. */
export interface Aggregate<S, E extends DomainEvent> {
  /** `order` keeps its events in streams `order-{id}`. */
  readonly prefix: string;
  initial(): S;
  /** Must not change `state`: folded states are cached and shared. */
  evolve(state: S, event: E, at: string): S;
  readonly upcasters?: Upcasters;
  /** Version written for a type; 1 where absent. */
  readonly schemaVersions?: Readonly<Record<string, number>>;
}

/** Minimal logger; pino fits. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Where a follower of the log has got to. */
export interface Checkpoint {
  readonly position: LogPosition;
  readonly epoch: bigint;
}

/** Keeps checkpoints, fenced: who holds an older epoch than the stored one may not write any more. */
export interface CheckpointStore {
  load(name: string): Promise<Checkpoint | null>;
  /** @throws Fenced when a higher epoch has stored. */
  store(name: string, position: LogPosition, epoch: bigint): Promise<void>;
}

/** A lease that is held; `lost` aborts as soon as it may have passed to another. */
export interface HeldLease {
  readonly epoch: bigint;
  readonly lost: AbortSignal;
  renew(): Promise<void>;
  release(): Promise<void>;
}

/** Gives one holder at a time the right to do a thing, with an epoch that rises with every holder. */
export interface Lease {
  /** Waits until the lease is held. Rejects with the signal's reason when aborted. */
  acquire(name: string, signal?: AbortSignal): Promise<HeldLease>;
}
