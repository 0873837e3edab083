import type { Passing, ReceivedEvent } from '@orderloom/messaging';
import { Cursor } from './cursor.js';

/** Reads the public topics without a consumer group. */
export interface EventLog {
  /**
   * Hands over every event from the cursor on (from now on, without one), in order per partition, until stopped.
   * The next batch is read when `onBatch` has resolved.
   */
  read(
    from: Cursor | undefined,
    onBatch: (events: readonly ReceivedEvent[]) => Promise<void>,
    passing?: Passing,
  ): Reading;
}

export interface Reading {
  /** Resolves when reading has begun, with where it began in every partition: all from there on is handed over. */
  readonly started: Promise<Cursor>;
  stop(): Promise<void>;
}

/** Takes events; false when it cannot keep up and wants no more. */
export type Listener = (events: readonly ReceivedEvent[], cursor: Cursor) => boolean;

/** After the last client has left, events are kept in memory for it for this long. */
const KEEP_MS = 300_000;

/**
 * One reading of the topics for all live clients of this gateway, and the latest events kept in memory, so that a client
 * that comes back after a short while needs no reading of its own. While nobody listens, events are passed over.
 */
export class LiveFeed {
  private readonly ring: ReceivedEvent[] = [];
  /** Everything before this place has left the ring or was never in it. */
  private tail = new Cursor();
  private head = new Cursor();
  private readonly listeners = new Set<Listener>();
  private reading: Reading | undefined;
  /** Clients that still read what they missed. */
  private readonly behind = new Set<Missed>();
  private keptUntil = 0;
  private wake: () => void = () => {};

  constructor(
    private readonly log: EventLog,
    private readonly capacity = 5000,
  ) {}

  /** Begins to read, from now on. */
  async start(): Promise<void> {
    this.reading = this.log.read(undefined, async (events) => this.push(events), {
      now: () => this.listeners.size + this.behind.size === 0 && Date.now() > this.keptUntil,
      wanted: () =>
        new Promise((resolve) => {
          this.wake = resolve;
        }),
      passed: (places) => {
        this.ring.length = 0;
        for (const { topic, partition, offset } of places) {
          this.tail.startAt(topic, partition, offset);
          this.head.startAt(topic, partition, offset);
        }
      },
    });
    this.tail = await this.reading.started;
    this.head = this.tail.copy();
    for (const event of this.ring) advance(this.head, event);
  }

  async stop(): Promise<void> {
    await this.reading?.stop();
    this.listeners.clear();
  }

  /** How many clients listen. */
  get clients(): number {
    return this.listeners.size;
  }

  /** Where this feed has come to: what a client goes on from that has not been given anything yet. */
  get newest(): Cursor {
    return this.head.copy();
  }

  /**
   * Events from now on, or from the cursor on.
   * @param ready while a client is given what it missed, the next part waits for this
   * @returns a function that ends it
   */
  listen(from: Cursor | undefined, listener: Listener, ready?: () => Promise<void> | undefined): () => void {
    if (!from) return this.join(listener);
    const missed = new Missed(this.within(from), listener, ready);
    this.behind.add(missed);
    this.wake();
    void this.catchUp(missed);
    return () => {
      missed.end();
      this.behind.delete(missed);
      missed.leave();
    };
  }

  /** Gives a client what it missed, from memory or else from the topics, until only what is yet to come is missing. */
  private async catchUp(missed: Missed): Promise<void> {
    while (!missed.ended) {
      if (!this.reaches(missed.cursor)) await this.readFor(missed);
      const events = this.ring.filter((event) => !covers(missed.cursor, event));
      if (events.length === 0 && this.reaches(missed.cursor) && !missed.ended) {
        // In the same turn as the look at the ring, so that nothing comes in between.
        missed.leave = this.join(missed.listener);
        break;
      }
      await missed.give(events);
    }
    this.behind.delete(missed);
  }

  /** Reads the topics until the ring has the rest. */
  private async readFor(missed: Missed): Promise<void> {
    let reading: Reading | undefined;
    await new Promise<void>((resolve) => {
      missed.onEnd = resolve;
      reading = this.log.read(missed.cursor.copy(), async (events) => {
        await missed.give(events);
        if (this.reaches(missed.cursor)) resolve();
      });
    });
    // Not before it resolved: it waits for the batch in hand.
    await reading?.stop();
  }

  /** A place from before the topics were made anew would wait for ever: nobody can have read further than the newest. */
  private within(from: Cursor): Cursor {
    const cursor = from.copy();
    for (const { topic, partition, offset } of this.head.places()) {
      if ((cursor.nextOf(topic, partition) ?? 0n) > offset) cursor.startAt(topic, partition, offset);
    }
    return cursor;
  }

  /** Takes the next events of the topics. */
  push(events: readonly ReceivedEvent[]): void {
    for (const event of events) advance(this.head, event);
    this.ring.push(...events);
    const over = this.ring.length - this.capacity;
    for (const gone of over > 0 ? this.ring.splice(0, over) : []) advance(this.tail, gone);
    for (const listener of [...this.listeners]) {
      if (!listener(events, this.head)) this.listeners.delete(listener);
    }
  }

  private join(listener: Listener): () => void {
    this.listeners.add(listener);
    this.wake();
    return () => {
      this.listeners.delete(listener);
      this.keptUntil = Date.now() + KEEP_MS;
    };
  }

  /** Whether the ring holds everything from the cursor on. */
  private reaches(cursor: Cursor): boolean {
    return this.tail
      .places()
      .every(({ topic, partition, offset }) => (cursor.nextOf(topic, partition) ?? 0n) >= offset);
  }
}

/** Events handed to a client at once while it catches up. */
const PART = 500;

/** A client on its way to the present. */
class Missed {
  ended = false;
  onEnd = () => {};
  leave = () => {};

  constructor(
    readonly cursor: Cursor,
    readonly listener: Listener,
    private readonly ready: (() => Promise<void> | undefined) | undefined,
  ) {}

  end(): void {
    this.ended = true;
    this.onEnd();
  }

  /** Part by part, each when the client is ready for it; no more once it has ended. */
  async give(events: readonly ReceivedEvent[]): Promise<void> {
    for (let start = 0; start < events.length && !this.ended; start += PART) {
      const part = events.slice(start, start + PART).filter((event) => !covers(this.cursor, event));
      if (part.length === 0) continue;
      for (const event of part) advance(this.cursor, event);
      if (!this.listener(part, this.cursor)) this.end();
      else await this.ready?.();
    }
  }
}

const covers = (cursor: Cursor, event: ReceivedEvent): boolean =>
  cursor.covers(event.topic, event.partition, BigInt(event.offset));
const advance = (cursor: Cursor, event: ReceivedEvent): void =>
  cursor.advance(event.topic, event.partition, BigInt(event.offset));
