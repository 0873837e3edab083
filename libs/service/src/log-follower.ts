import {
  CheckpointKeeper,
  type CheckpointStore,
  type EventBatch,
  type EventStore,
  type HeldLease,
  jitteredBackoff,
  type Lease,
  type Logger,
  pause,
} from '@orderloom/event-sourcing';

/** What follows the service's own log to act on it. */
export interface LogFollowerOptions {
  readonly store: EventStore;
  readonly lease: Lease;
  readonly checkpoints: CheckpointStore;
  /** Names lease and checkpoint, e.g. `inventory.backorders`. */
  readonly name: string;
  readonly prefixes: readonly string[];
  /** Must be repeatable: a batch comes again after a crash. The position is stored some time after it is fulfilled. */
  readonly handle: (batch: EventBatch, signal: AbortSignal) => Promise<void>;
  /** Called when this process becomes the one that follows, before the first batch; its answer when it no longer is. */
  readonly onActive?: (signal: AbortSignal) => Promise<() => Promise<void>>;
  readonly logger: Logger;
  /** Most events of a batch. Default 500. */
  readonly batchSize?: number;
  /** How long a batch may wait to grow, in ms. Default 30. */
  readonly maxWaitMs?: number;
  /** How often the position is stored while events flow, ms. Default 1,000. */
  readonly checkpointEveryMs?: number;
}

/**
 * Follows the streams of a service in log order, in one process at a time, from where the last one stopped. For
 * work that a service owes to its own events (timers, queues): what failed is tried again for ever, because the
 * events it follows are facts and none may be passed over.
 */
export class LogFollower {
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(readonly options: LogFollowerOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Finishes the batch in hand, stores the position and gives the lease back. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { lease, name, logger } = this.options;
    const backoff = jitteredBackoff(100, 10_000);
    while (!this.#stop.signal.aborted) {
      let held: HeldLease | undefined;
      try {
        held = await lease.acquire(name, this.#stop.signal);
        await this.#follow(held, () => backoff.reset());
      } catch (error) {
        if (this.#stop.signal.aborted) break;
        logger.warn({ err: error, follower: name }, 'following the log failed; trying again');
        await pause(backoff.next(), this.#stop.signal).catch(() => {});
      } finally {
        await held?.release().catch(() => {});
      }
    }
  }

  async #follow(held: HeldLease, progressed: () => void): Promise<void> {
    const {
      store,
      checkpoints,
      name,
      prefixes,
      batchSize = 500,
      maxWaitMs = 30,
      checkpointEveryMs = 1_000,
    } = this.options;
    const from = (await checkpoints.load(name))?.position ?? null;
    const keeper = new CheckpointKeeper(name, checkpoints, held, checkpointEveryMs);
    const signal = AbortSignal.any([this.#stop.signal, held.lost, keeper.failed]);
    const passive = await this.options.onActive?.(signal);
    try {
      for await (const batch of store.subscribe({ prefixes, from, batchSize, maxWaitMs, signal })) {
        if (batch.events.length > 0) {
          await this.options.handle(batch, signal);
          if (batch.position) keeper.reached(batch.position);
        }
        progressed();
        if (signal.aborted) break;
      }
    } finally {
      await passive?.();
      // Also when the lease is lost, where the fence decides: a keeper that is not ended would try for ever.
      await keeper.flush().catch((error: unknown) => {
        if (!held.lost.aborted) throw error;
      });
    }
  }
}
