import { jitteredBackoff, pause } from '../backoff.js';
import type { EventBatch, LogPosition, RecordedEvent, SubscribeOptions } from '../types.js';
import type { ReadMessage } from './read-wire.js';

/** A running subscription: its messages, and a way to end it. */
export interface MessageStream extends AsyncIterable<ReadMessage> {
  cancel(): void;
}

/** Opens the subscription's call after a position. */
export type OpenSubscription = (from: LogPosition | null) => Promise<MessageStream>;

/** How a subscription comes back after a drop. */
export interface ResumeOptions {
  readonly firstMs: number;
  readonly mostMs: number;
  /** A call that is not open by then never will be: the client may wait for a server that is gone. Default 10,000 ms. */
  readonly openWithinMs?: number;
}

/**
 * Follows the log for ever: a subscription never resumes by itself, and a clean end of one looks like completion,
 * so both are reopened after the last batch given out, with jittered back-off.
 */
export async function* followLog(
  open: OpenSubscription,
  options: SubscribeOptions,
  resume: ResumeOptions = { firstMs: 100, mostMs: 5_000 },
): AsyncGenerator<EventBatch, void, void> {
  const { signal } = options;
  const backoff = jitteredBackoff(resume.firstMs, resume.mostMs);
  let position = options.from ?? null;
  while (!signal?.aborted) {
    try {
      for await (const batch of batchesOf(
        await opened(open(position), resume.openWithinMs ?? 10_000, signal),
        position,
        options,
      )) {
        position = batch.position;
        backoff.reset();
        yield batch;
      }
      if (signal?.aborted) return;
      options.onDrop?.(null);
    } catch (error) {
      if (signal?.aborted) return;
      options.onDrop?.(error);
    }
    await pause(backoff.next(), signal);
  }
}

/** The open call; one that comes too late, or after the end, is cancelled. @throws when it is late, or at the end */
function opened(
  opening: Promise<MessageStream>,
  withinMs: number,
  signal: AbortSignal | undefined,
): Promise<MessageStream> {
  return new Promise((resolve, reject) => {
    let given = false;
    const giveUp = (error: Error) => {
      given = true;
      settle();
      reject(error);
    };
    const late = setTimeout(() => giveUp(new Error(`not open within ${withinMs} ms`)), withinMs);
    const end = () => giveUp(new Error('ended while it was opened'));
    const settle = () => {
      clearTimeout(late);
      signal?.removeEventListener('abort', end);
    };
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
    opening.then((call) => {
      if (given) return call.cancel();
      settle();
      resolve(call);
    }, giveUp);
  });
}

/** Groups the messages of one call into batches; ends when the call ends, throws when it breaks. */
async function* batchesOf(
  call: MessageStream,
  from: LogPosition | null,
  { batchSize = 500, maxWaitMs = 5, signal }: SubscribeOptions,
): AsyncGenerator<EventBatch, void, void> {
  const intake = new Intake(call, from, batchSize * 2);
  const abort = () => call.cancel();
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) call.cancel();
  let wait = maxWaitMs;
  try {
    for (;;) {
      await intake.something();
      if (signal?.aborted) return;
      if (intake.growing(batchSize)) await intake.growth(batchSize, wait);
      if (signal?.aborted) return;
      if (intake.worthGiving) {
        const batch = intake.take(batchSize);
        wait = waitAfter(wait, batch.events.length, maxWaitMs);
        yield batch;
      } else if (intake.over) {
        if (intake.error) throw intake.error;
        return;
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    call.cancel();
    intake.resume();
  }
}

/** A batch of this size comes from a busy log. */
const MANY = 16;
/** How much longer than at rest a batch may wait to grow. */
const LONGEST = 4;

/**
 * How long the next batch may wait to grow, in ms. What is done per batch (a publish, a round trip to the read model)
 * costs the same for one event as for a hundred: while many come, somewhat later is much cheaper.
 */
const waitAfter = (wait: number, events: number, restMs: number): number =>
  events >= MANY ? Math.min(wait * 2, restMs * LONGEST) : Math.max(wait / 2, restMs);

/** What a call has delivered and nobody has taken yet. The call is paused while it holds more than `limit`. */
class Intake {
  events: RecordedEvent[] = [];
  over = false;
  error: Error | null = null;
  #position: LogPosition | null;
  #given: LogPosition | null;
  #live = false;
  #toldLive = false;
  #wake: (() => void) | null = null;
  /** Whoever waits need not be woken for fewer events than this. */
  #wanted = 1;
  #drained: (() => void) | null = null;

  constructor(
    call: MessageStream,
    from: LogPosition | null,
    readonly limit: number,
  ) {
    this.#position = from;
    this.#given = from;
    void this.#pump(call);
  }

  async #pump(call: MessageStream): Promise<void> {
    try {
      for await (const message of call) {
        switch (message.kind) {
          case 'event':
            this.events.push(message.event);
            if (this.events.length >= this.limit) await this.#room();
            if (this.events.length < this.#wanted) continue;
            break;
          case 'checkpoint':
            this.#position = message.position;
            break;
          case 'caught-up':
            this.#live = true;
            break;
          case 'fell-behind':
            this.#live = false;
            this.#toldLive = false;
            break;
          default:
            continue;
        }
        this.#signal();
      }
    } catch (error) {
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    this.over = true;
    this.#signal();
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  async #room(): Promise<void> {
    this.#signal();
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  /** Lets a paused call go on (or notice that it was cancelled). */
  resume(): void {
    this.#drained?.();
    this.#drained = null;
  }

  get worthGiving(): boolean {
    return this.events.length > 0 || this.#position !== this.#given || (this.#live && !this.#toldLive);
  }

  async something(): Promise<void> {
    while (!this.worthGiving && !this.over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** True while waiting may fill the batch further. */
  growing(size: number): boolean {
    return this.events.length > 0 && this.events.length < size && !this.over && !(this.#live && !this.#toldLive);
  }

  async growth(size: number, maxWaitMs: number): Promise<void> {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.#signal();
    }, maxWaitMs);
    this.#wanted = size;
    while (!timedOut && this.growing(size)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wanted = 1;
    clearTimeout(timer);
  }

  take(size: number): EventBatch {
    const events = this.events.length <= size ? this.events : this.events.slice(0, size);
    this.events = this.events.length <= size ? [] : this.events.slice(size);
    const rest = this.events.length > 0;
    const last = events.at(-1)?.position ?? null;
    // A checkpoint message lies after every event received before it.
    if (rest) this.#given = last ?? this.#given;
    else this.#given = this.#position = later(this.#position, last);
    const caughtUp = this.#live && !rest;
    if (caughtUp) this.#toldLive = true;
    if (this.events.length < this.limit) this.resume();
    return { events, position: this.#given, caughtUp };
  }
}

/** The later of two positions; null is before everything. */
export function later(a: LogPosition | null, b: LogPosition | null): LogPosition | null {
  if (!a) return b;
  if (!b) return a;
  return comparePositions(a, b) >= 0 ? a : b;
}

/** Negative when `a` lies before `b`, 0 when they are the same place. */
export function comparePositions(a: LogPosition, b: LogPosition): number {
  if (a.commit !== b.commit) return a.commit < b.commit ? -1 : 1;
  if (a.prepare !== b.prepare) return a.prepare < b.prepare ? -1 : 1;
  return 0;
}
