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
  private readonly behind = new Set<Cursor>();
  private keptUntil = 0;

  constructor(
    private readonly log: EventLog,
    private readonly capacity = 5000,
  ) {}

  /** Begins to read, from now on. */
  async start(): Promise<void> {
    this.reading = this.log.read(undefined, async (events) => this.push(events), {
      now: () => this.listeners.size + this.behind.size === 0 && Date.now() > this.keptUntil,
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

  /**
   * Events from now on, or from the cursor on.
   * @returns a function that ends it
   */
  listen(from: Cursor | undefined, listener: Listener): () => void {
    if (!from) return this.join(listener);
    let ended = false;
    let leave = () => {};
    let reading: Reading | undefined;
    const cursor = from.copy();
    const joinRing = (): boolean => {
      if (!this.reaches(cursor)) return false;
      const missed = this.ring.filter((event) => !covers(cursor, event));
      for (const event of missed) advance(cursor, event);
      if (missed.length === 0 || listener(missed, cursor)) leave = this.join(listener);
      return true;
    };
    if (!joinRing()) {
      this.behind.add(cursor);
      reading = this.log.read(cursor.copy(), async (events) => {
        if (ended) return;
        for (const event of events) advance(cursor, event);
        if (!listener(events, cursor)) ended = true;
        else if (joinRing()) ended = true;
        if (!ended) return;
        this.behind.delete(cursor);
        void reading?.stop();
      });
    }
    return () => {
      ended = true;
      this.behind.delete(cursor);
      leave();
      void reading?.stop();
    };
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

const covers = (cursor: Cursor, event: ReceivedEvent): boolean =>
  cursor.covers(event.topic, event.partition, BigInt(event.offset));
const advance = (cursor: Cursor, event: ReceivedEvent): void =>
  cursor.advance(event.topic, event.partition, BigInt(event.offset));
