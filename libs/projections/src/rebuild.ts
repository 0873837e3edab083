import { comparePositions, type EventBatch, type EventStore, type LogPosition } from '@orderloom/event-sourcing';
import { fromRecorded } from './events.js';
import type { Slot } from './slot.js';
import type { BatchWriter } from './writer.js';

/** How far a rebuild has got. */
export interface RebuildProgress {
  readonly events: number;
  /** Commit positions in the log, decimal. */
  readonly position: string;
  readonly target: string;
  /** Share of the log passed, 0 to 1. */
  readonly share: number;
  readonly eventsPerSecond: number;
  readonly etaSeconds: number | null;
}

/** A rebuild, running or over. */
export interface RebuildJob {
  readonly name: string;
  readonly collection: string;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
  readonly progress: RebuildProgress;
  readonly error?: unknown;
  /** Resolves when the rebuilt collection is the live one; rejects with what stopped the rebuild. */
  readonly done: Promise<void>;
  cancel(): Promise<void>;
}

type Store = Pick<EventStore, 'subscribe' | 'head'>;

/** Events folded at a time. */
const BUILD_BATCH = 2_000;

/** Documents held back: those touched longest ago are written when there are more. */
const MOST_HELD = 8_000;

/**
 * Fills a collection from the beginning of the log. Nobody reads it yet, so documents are written late: an order's
 * events lie close together in the log, and most documents are then written once. While some are being written
 * the next events are read and folded; folding sees what is held and what is in flight.
 */
export class CollectionBuild<D extends { _id: string }> {
  events = 0;
  position: LogPosition | null = null;
  readonly #started = performance.now();
  #target: LogPosition | null = null;
  #inFlight: Promise<void> = Promise.resolve();
  /** Folded and not written, the one touched longest ago first. */
  readonly #held = new Map<string, Slot<D>>();
  /** Being written, as they will be stored. */
  #writing: ReadonlyMap<string, Slot<D>> = new Map();
  readonly #batches: AsyncGenerator<EventBatch, void, void>;
  readonly #stop = new AbortController();

  constructor(
    readonly store: Store,
    readonly prefixes: readonly string[],
    readonly writer: BatchWriter<D>,
    readonly prepare: ((events: readonly ReturnType<typeof fromRecorded>[]) => Promise<void>) | undefined,
    signal: AbortSignal,
  ) {
    const both = AbortSignal.any([signal, this.#stop.signal]);
    this.#batches = store.subscribe({ prefixes, batchSize: BUILD_BATCH, maxWaitMs: 10, signal: both });
  }

  /** Follows until the server has nothing more. @throws when the log could not be followed to its end */
  async catchUp(): Promise<void> {
    this.#target = await this.store.head(this.prefixes);
    while (!(await this.#step())) {}
    await this.#flush(0);
    await this.#inFlight;
  }

  /** Follows until `position` is passed, which somebody else has seen already. */
  async reach(position: LogPosition | null): Promise<void> {
    while (position && (!this.position || comparePositions(this.position, position) < 0)) await this.#step();
    await this.#flush(0);
    await this.#inFlight;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#batches.return();
    await this.#inFlight.catch(() => undefined);
  }

  get progress(): RebuildProgress {
    const seconds = Math.max(0.001, (performance.now() - this.#started) / 1000);
    const position = this.position?.commit ?? 0n;
    const target = this.#target?.commit ?? position;
    const share = target > 0n ? Math.min(1, Number(position) / Number(target)) : 1;
    return {
      events: this.events,
      position: position.toString(),
      target: target.toString(),
      share,
      eventsPerSecond: Math.round(this.events / seconds),
      etaSeconds: share > 0 ? Math.round((seconds / share) * (1 - share)) : null,
    };
  }

  /** Folds one batch and starts writing it; true when the server had nothing more. */
  async #step(): Promise<boolean> {
    const next = await this.#batches.next();
    if (next.done) throw new Error('the rebuild was stopped');
    const { events: recorded, position, caughtUp } = next.value;
    if (recorded.length > 0) {
      const events = recorded.map(fromRecorded);
      await this.prepare?.(events);
      const known = (key: string) => this.#held.get(key) ?? this.#writing.get(key);
      for (const slot of (await this.writer.fold(events, known)).slots) {
        this.#held.delete(slot.key);
        this.#held.set(slot.key, slot);
      }
      if (this.#held.size > MOST_HELD) await this.#flush(MOST_HELD / 2);
      this.events += events.length;
    }
    this.position = position ?? this.position;
    return caughtUp;
  }

  /** Starts writing all but the `keep` documents touched last, when the write before is done. */
  async #flush(keep: number): Promise<void> {
    await this.#inFlight;
    const slots: Slot<D>[] = [];
    for (const slot of this.#held.values()) {
      if (this.#held.size <= keep) break;
      slots.push(slot);
      this.#held.delete(slot.key);
    }
    if (slots.length === 0) return;
    this.#writing = this.writer.inHand({ slots });
    this.#inFlight = this.#write({ slots });
    // Awaited by the next flush; until then a failure must not count as unhandled.
    this.#inFlight.catch(() => undefined);
  }

  async #write(folded: Awaited<ReturnType<BatchWriter<D>['fold']>>): Promise<void> {
    if (!(await this.writer.write(folded)))
      throw new Error('somebody else writes the collection that is being rebuilt');
  }
}
