import type { EventEnvelope, ServiceName } from '@orderloom/contracts';
import { jitteredBackoff, pause } from './backoff.js';
import { CheckpointKeeper } from './checkpoint-keeper.js';
import { toEnvelope } from './envelope.js';
import { Fenced } from './errors.js';
import type { EventStore } from './store/event-store.js';
import { comparePositions } from './store/subscription.js';
import {
  type CheckpointStore,
  type EventBatch,
  type HeldLease,
  type Lease,
  type Logger,
  type LogPosition,
  type RecordedEvent,
  silentLogger,
} from './types.js';

export interface RelayOptions {
  readonly store: Pick<EventStore, 'subscribe' | 'behind'>;
  readonly service: ServiceName;
  /** Stream name prefixes, e.g. `['order-', 'return-']`. */
  readonly prefixes: readonly string[];
  /** Public form of an event; default `toEnvelope`. Null keeps it private (and leaves a gap in the sequence). */
  readonly toPublic?: (recorded: RecordedEvent) => EventEnvelope | null;
  /** Publishes a batch in order; resolves when all of it is acknowledged. Repeats must be harmless. */
  readonly publish: (envelopes: EventEnvelope[]) => Promise<void>;
  readonly checkpoint: CheckpointStore;
  readonly lease: Lease;
  /** Most events of a publish. Default 500. */
  readonly batchSize?: number;
  /** How long a batch may wait to grow, in ms. Default 30. */
  readonly maxWaitMs?: number;
  /** Least time between two checkpoints while busy, in ms. Default 1000. */
  readonly checkpointEveryMs?: number;
  readonly logger?: Logger;
}

interface Waiter {
  readonly position: LogPosition;
  done(): void;
}

/**
 * Publishes a service's events, in log order, at least once: follows the log, publishes batch after batch and only
 * then remembers the position. Killed in between it publishes a batch again; nothing is lost, and since a
 * batch is repeated from its beginning in order, nothing overtakes.
 */
export class Relay {
  readonly name: string;
  readonly #options: RelayOptions & { readonly logger: Logger };
  readonly #waiters = new Set<Waiter>();
  #position: LogPosition | null = null;
  #stop: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();
  #leading = false;
  #published = 0;

  constructor(options: RelayOptions) {
    this.#options = { logger: silentLogger, ...options };
    this.name = `relay.${options.service}`;
  }

  /** Everything up to here has been published by this process; null before the first. */
  get position(): LogPosition | null {
    return this.#position;
  }

  /** True while this process holds the lease. */
  get leading(): boolean {
    return this.#leading;
  }

  /** Events published by this process so far. */
  get publishedEvents(): number {
    return this.#published;
  }

  /** Starts in the background: waits for the lease, follows the log, for ever. */
  start(): void {
    if (this.#stop) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#running = this.#run(stop.signal);
  }

  /** Finishes the batch in hand, stores the checkpoint, gives the lease back. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
    this.#stop = null;
  }

  /** How far the log's last event of these streams is ahead, in log positions (0: everything is published). */
  async lag(): Promise<number> {
    return this.#options.store.behind(this.#options.prefixes, await this.#reached());
  }

  /** Resolves when everything up to `position` has been published, by whichever process. @throws after the deadline */
  async publishedUpTo(position: LogPosition, deadlineMs: number): Promise<void> {
    const until = Date.now() + deadlineMs;
    for (;;) {
      const reached = await this.#reached();
      if (reached && comparePositions(reached, position) >= 0) return;
      const left = until - Date.now();
      if (left <= 0) {
        const at = reached ? reached.commit : 'nothing';
        throw new Error(`${this.name} has published up to ${at}, not ${position.commit}, within ${deadlineMs} ms`);
      }
      await this.#progress(position, this.#leading ? left : Math.min(left, 100));
    }
  }

  #progress(position: LogPosition, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        done: () => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      const timer = setTimeout(waiter.done, ms);
      this.#waiters.add(waiter);
    });
  }

  async #reached(): Promise<LogPosition | null> {
    if (this.#leading) return this.#position;
    return (await this.#options.checkpoint.load(this.name))?.position ?? null;
  }

  async #run(stop: AbortSignal): Promise<void> {
    const backoff = jitteredBackoff(100, 5_000);
    while (!stop.aborted) {
      let lease: HeldLease | null = null;
      try {
        lease = await this.#options.lease.acquire(this.name, stop);
        await this.#lead(lease, stop, () => backoff.reset());
      } catch (error) {
        if (stop.aborted && !lease) return;
        if (error instanceof Fenced) this.#options.logger.warn({ relay: this.name }, error.message);
        else this.#options.logger.error({ relay: this.name, err: error }, 'relay interrupted');
      } finally {
        this.#leading = false;
        await lease?.release().catch(() => undefined);
      }
      if (!stop.aborted) await pause(backoff.next(), stop);
    }
  }

  async #lead(lease: HeldLease, stop: AbortSignal, healthy: () => void): Promise<void> {
    const { store, prefixes, batchSize = 500, maxWaitMs = 30, checkpoint } = this.#options;
    this.#position = (await checkpoint.load(this.name))?.position ?? null;
    this.#leading = true;
    this.#options.logger.info({ relay: this.name, epoch: lease.epoch.toString() }, 'relay leads');
    const keeper = new CheckpointKeeper(this.name, checkpoint, lease, this.#options.checkpointEveryMs ?? 1_000);
    const signal = AbortSignal.any([stop, lease.lost, keeper.failed]);
    const follow = { prefixes, from: this.#position, batchSize, maxWaitMs, signal };
    for await (const batch of store.subscribe(follow)) {
      await this.#publish(batch, signal);
      if (signal.aborted && !stop.aborted) break;
      healthy();
      this.#advance(batch.position);
      if (batch.position) keeper.reached(batch.position);
      if (stop.aborted) break;
    }
    if (lease.lost.aborted) throw new Fenced(this.name, lease.epoch);
    await keeper.flush();
  }

  /** The same batch until it is out: skipping it would lose events, going on would reorder them. */
  async #publish(batch: EventBatch, signal: AbortSignal): Promise<void> {
    const toPublic = this.#options.toPublic ?? ((event) => toEnvelope(this.#options.service, event));
    const envelopes: EventEnvelope[] = [];
    for (const event of batch.events) {
      const envelope = toPublic(event);
      if (envelope) envelopes.push(envelope);
    }
    if (envelopes.length === 0) return;
    const backoff = jitteredBackoff(50, 5_000);
    for (;;) {
      if (signal.aborted) throw new Error('stopped before the batch was published');
      try {
        await this.#options.publish(envelopes);
        this.#published += envelopes.length;
        return;
      } catch (error) {
        this.#options.logger.warn(
          { relay: this.name, events: envelopes.length, err: error },
          'publishing failed, trying again',
        );
        await pause(backoff.next(), signal);
      }
    }
  }

  #advance(position: LogPosition | null): void {
    if (!position) return;
    this.#position = position;
    for (const waiter of this.#waiters) if (comparePositions(position, waiter.position) >= 0) waiter.done();
  }
}
