import { classify, describeError } from '../errors.js';
import type { MessagingLogger } from '../types.js';
import { backoffMs, within } from './backoff.js';
import type { Entry } from './entry.js';
import { type Failure, type HandleMany, isolate } from './isolate.js';
import { Lanes, type Taken } from './lanes.js';

/** An entry for the dead letters, and why. */
export interface Grave {
  readonly entry: Entry;
  readonly kind: 'dead' | 'parked';
  readonly code: string;
  readonly text: string;
  readonly attempts: number;
}

export interface DispatcherOptions {
  readonly concurrency: number;
  readonly maxBatch: number;
  readonly maxQueued: number;
  readonly maxAttempts: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly logger: MessagingLogger;
  readonly group: string;
  /** Hands entries to the handler; `attempt` is 1 at first. */
  readonly handle: (attempt: number) => HandleMany<Entry>;
  readonly isParked: (entry: Entry) => boolean;
  /** Fulfilled when the entries are durably among the dead letters. */
  readonly bury: (graves: readonly Grave[]) => Promise<void>;
  /** The entries need nothing more. */
  readonly done: (entries: readonly Entry[], handled: boolean) => void;
  /** A batch came to an end, whatever became of it. */
  readonly settled: () => void;
  readonly retried: () => void;
}

/** A failure nobody declared as transient gets no more than this many tries. */
const UNDECLARED_ATTEMPTS = 4;

/**
 * Runs batches: order per key, concurrency across keys, failures isolated to their key. What fails for good goes to
 * the dead letters with everything behind it, what fails for now waits in its lane, and while an engine is away
 * everything waits and one batch at a time tries whether it is back.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  #lanes = new Lanes<Entry>();
  #active = 0;
  #generation = 0;
  #paused = false;
  #away = 0;
  #awayUntil = 0;
  #awayError: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];
  #room: (() => void)[] = [];

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  get queued(): number {
    return this.#lanes.queued;
  }

  /** Batches with the handler now. */
  get active(): number {
    return this.#active;
  }

  /** What an engine's absence looks like, while it lasts. */
  get away(): string | undefined {
    return this.#away > 0 ? (this.#awayError ?? 'unknown') : undefined;
  }

  push(entry: Entry): void {
    this.#lanes.push(entry.lane, entry);
  }

  /** Starts as many batches as may run. */
  pump(): void {
    const { concurrency, maxBatch } = this.#options;
    const now = Date.now();
    if (this.#paused || now < this.#awayUntil) {
      this.#wake(now);
      return;
    }
    const limit = this.#away > 0 ? 1 : concurrency;
    while (this.#active < limit) {
      const taken = this.#lanes.take(maxBatch, now);
      if (taken.length === 0) break;
      this.#active += 1;
      void this.#run(taken, this.#generation);
    }
    this.#wake(now);
    if (this.#room.length > 0 && this.#lanes.queued < this.#options.maxQueued) {
      for (const resolve of this.#room.splice(0)) resolve();
    }
  }

  /** Fulfilled when fewer than `maxQueued` entries wait, or the signal is aborted. */
  room(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#lanes.queued < this.#options.maxQueued) return Promise.resolve();
    return new Promise((resolve) => {
      const go = () => {
        signal.removeEventListener('abort', go);
        this.#room = this.#room.filter((waiting) => waiting !== go);
        resolve();
      };
      signal.addEventListener('abort', go, { once: true });
      this.#room.push(go);
    });
  }

  /** Runs `work` while it holds the lane; false, without running it, when the lane is in use. */
  async exclusively(lane: string, work: () => Promise<void>): Promise<boolean> {
    const lanes = this.#lanes;
    if (this.#paused || !lanes.hold(lane)) return false;
    this.#active += 1;
    try {
      await work();
    } finally {
      this.#finish();
      lanes.release(lane);
      this.pump();
    }
    return true;
  }

  /** Starts nothing more and waits until nothing runs; false when the deadline passed before. */
  async drain(deadlineMs: number): Promise<boolean> {
    this.#paused = true;
    if (this.#active === 0) return true;
    return within(deadlineMs, new Promise<void>((resolve) => this.#idle.push(resolve)));
  }

  /** Forgets everything that waits; what still runs counts against the concurrency, but its outcome is ignored. */
  reset(): void {
    this.#generation += 1;
    this.#lanes = new Lanes();
    this.#paused = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const resolve of this.#room.splice(0)) resolve();
  }

  async #run(taken: readonly Taken<Entry>[], generation: number): Promise<void> {
    const rest = new Map(taken.map(({ lane, items }) => [lane.id, { lane, items: [...items], notBefore: 0 }]));
    try {
      const halted = await this.#settle(taken, rest, generation);
      if (generation !== this.#generation) return;
      if (halted === undefined) this.#back();
      else this.#halt(halted);
    } catch (error) {
      // The dead letters could not be written (or worse): nothing is lost, everything is tried again.
      if (generation === this.#generation) this.#halt(error);
    } finally {
      this.#finish();
      if (generation === this.#generation) {
        for (const [id, { items, notBefore }] of rest) this.#lanes.release(id, items, notBefore);
        this.#options.settled();
      }
      this.pump();
    }
  }

  async #settle(
    taken: readonly Taken<Entry>[],
    rest: Map<string, { lane: Taken<Entry>['lane']; items: Entry[]; notBefore: number }>,
    generation: number,
  ): Promise<unknown> {
    const { isParked, bury, done, handle } = this.#options;
    const graves: Grave[] = [];
    const live: { id: string; items: readonly Entry[]; attempts: number }[] = [];
    for (const { lane, items } of taken) {
      const first = items[0];
      if (first && isParked(first)) graves.push(...items.map(parkedBehind));
      else live.push({ id: lane.id, items, attempts: lane.attempts });
    }
    const attempt = live.length === 1 ? (live[0]?.attempts ?? 0) + 1 : 1;
    const outcome = await isolate(live, handle(attempt));
    if (generation !== this.#generation) return undefined;

    const finished = new Set(outcome.done);
    for (const own of rest.values()) {
      const left = own.items.filter((entry) => !finished.has(entry));
      if (left.length < own.items.length) own.lane.attempts = 0;
      own.items = left;
    }
    done(outcome.done, true);
    for (const [id, failure] of outcome.failures) {
      const own = rest.get(id);
      if (own) graves.push(...this.#judge(own, failure));
    }
    if (graves.length > 0) {
      await bury(graves);
      const buried = new Set(graves.map((grave) => grave.entry));
      for (const own of rest.values()) own.items = own.items.filter((entry) => !buried.has(entry));
      done([...buried], false);
    }
    return outcome.halted;
  }

  /** What becomes of a lane whose first event failed: back-off, or the dead letters with all that is behind it. */
  #judge(own: { lane: Taken<Entry>['lane']; items: Entry[]; notBefore: number }, failure: Failure<Entry>): Grave[] {
    const { maxAttempts, logger, group, retried } = this.#options;
    const { kind, code, declared } = classify(failure.error);
    own.lane.attempts += 1;
    const attempts = own.lane.attempts;
    const limit = declared ? maxAttempts : Math.min(maxAttempts, UNDECLARED_ATTEMPTS);
    const { topic, partition, offset } = failure.item;
    const details = { group, topic, partition, offset, code, attempts, error: describeError(failure.error) };
    if (kind === 'transient' && attempts < limit) {
      own.notBefore = Date.now() + backoffMs(attempts, this.#options.backoffMs, this.#options.maxBackoffMs);
      retried();
      logger.debug(details, 'an event failed and will be tried again');
      return [];
    }
    own.lane.attempts = 0;
    logger.error(
      {
        ...details,
        eventId: failure.item.event?.id,
        type: failure.item.event?.type,
        correlationId: failure.item.event?.correlationid,
      },
      'an event could not be handled: it is among the dead letters and its key waits behind it',
    );
    const dead: Grave = { entry: failure.item, kind: 'dead', code, text: describeError(failure.error), attempts };
    return [dead, ...own.items.filter((entry) => entry !== failure.item).map(parkedBehind)];
  }

  #halt(error: unknown): void {
    this.#away += 1;
    this.#awayError = describeError(error);
    this.#awayUntil = Date.now() + backoffMs(this.#away, this.#options.backoffMs, 5000);
    if (this.#away === 1) {
      this.#options.logger.warn(
        { group: this.#options.group, error: this.#awayError },
        'an engine is away: everything waits, nothing is dead-lettered',
      );
    }
  }

  #back(): void {
    if (this.#away > 0) this.#options.logger.info({ group: this.#options.group }, 'the engine is back');
    this.#away = 0;
    this.#awayUntil = 0;
  }

  #finish(): void {
    this.#active -= 1;
    if (this.#active === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** `now` is what the caller decided by: a second look at the clock could fall between the two and set no timer. */
  #wake(now: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#paused) return;
    const due = this.#lanes.nextDue();
    let at = due ?? Number.POSITIVE_INFINITY;
    if (this.#awayUntil > now) at = this.#lanes.queued > 0 ? this.#awayUntil : Math.max(at, this.#awayUntil);
    else if (this.#active >= this.#options.concurrency) return;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.pump(), Math.max(1, at - now));
  }
}

const parkedBehind = (entry: Entry): Grave => ({
  entry,
  kind: 'parked',
  code: 'PARKED_BEHIND',
  text: 'waits behind a dead letter of its key',
  attempts: 0,
});
