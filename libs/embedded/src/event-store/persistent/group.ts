import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog } from '../log/event-log.js';
import { idOf, streamNumberOf } from '../log/record.js';
import type { Consumer } from './consumer.js';
import type { GroupStore, StoredGroup } from './group-store.js';
import { type Item, idText } from './item.js';
import type { NackAction } from './requests.js';
import { type Source, sourceOf } from './source.js';

/**
 * A persistent subscription: hands the events of its source to whoever listens, waits for each to be
 * acknowledged, tries again or parks, and remembers how far everything is done.
 *
 * Delivery is at least once: after a restart it goes on behind the last checkpoint.
 */
export class Group {
  private readonly source: Source;
  private readonly consumers: Consumer[] = [];
  private readonly retry: Item[] = [];
  private readonly buffer: Item[] = [];
  /** Read and not yet done, in order of reading: its first key bounds the checkpoint. */
  private readonly open = new Map<number, Item>();
  private nextRead: number;
  private ended = false;
  private saved: number | undefined;
  private doneSinceSave = 0;
  private saveTimer: NodeJS.Timeout | undefined;
  private timeoutTimer: NodeJS.Timeout | undefined;
  private pumping = false;
  private again = false;
  private stopWaiting: (() => void) | undefined;
  private closed = false;
  private turn = 0;
  processed = 0;

  constructor(
    log: EventLog,
    private readonly store: GroupStore,
    readonly definition: StoredGroup,
  ) {
    const { stream, filter, start, checkpoint } = definition;
    this.source = sourceOf(log, stream, filter === undefined ? undefined : Buffer.from(filter, 'base64'));
    this.saved = checkpoint;
    this.nextRead = checkpoint === undefined ? start : checkpoint + 1;
  }

  get subscribers(): readonly Consumer[] {
    return this.consumers;
  }

  /** Everything up to here is done; undefined before anything is. */
  get checkpoint(): number | undefined {
    const first = this.open.keys().next();
    const done = first.done ? this.nextRead - 1 : first.value - 1;
    return done < this.definition.start ? this.saved : done;
  }

  get counts(): { buffered: number; retrying: number; inFlight: number } {
    let inFlight = 0;
    for (const consumer of this.consumers) inFlight += consumer.inFlight.size;
    return { buffered: this.buffer.length, retrying: this.retry.length, inFlight };
  }

  get isLive(): boolean {
    return this.nextRead > this.source.last();
  }

  get lastKnown(): number {
    return this.source.last();
  }

  join(consumer: Consumer): void {
    this.consumers.push(consumer);
    this.pump();
  }

  /** What the consumer had goes to the others, in its order. */
  leave(consumer: Consumer): void {
    const at = this.consumers.indexOf(consumer);
    if (at < 0) return;
    this.consumers.splice(at, 1);
    this.retry.unshift(...consumer.inFlight.values());
    consumer.inFlight.clear();
    this.pump();
  }

  ack(consumer: Consumer, ids: readonly Buffer[]): void {
    for (const id of ids) {
      const item = consumer.inFlight.get(idText(id));
      if (item === undefined) continue;
      consumer.inFlight.delete(item.id);
      this.finish(item);
    }
    this.pump();
  }

  nack(consumer: Consumer, ids: readonly Buffer[], action: NackAction, reason: string): void {
    for (const id of ids) {
      const item = consumer.inFlight.get(idText(id));
      if (item === undefined) continue;
      consumer.inFlight.delete(item.id);
      if (action === 'skip') this.finish(item);
      else if (action === 'park') this.park(item, reason);
      else this.tryAgain(item);
    }
    this.pump();
  }

  /** Brings parked events back to be delivered again. */
  async replay(stopAt: number | undefined): Promise<void> {
    const parked = this.store.parked(this.definition, stopAt);
    await this.store.unpark(parked.map(({ key }) => key));
    for (const { at } of parked) {
      const record = this.source.get(at);
      if (record !== undefined) this.retry.push({ at, record, id: idText(idOf(record)), retries: 0, replayed: true });
    }
    this.pump();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.saveTimer);
    clearInterval(this.timeoutTimer);
    this.stopWaiting?.();
    await this.saveCheckpoint();
  }

  private finish(item: Item): void {
    if (item.replayed) return;
    this.open.delete(item.at);
    this.processed += 1;
    this.doneSinceSave += 1;
    const { maxCheckpointCount, checkpointAfterMs } = this.definition.settings;
    if (maxCheckpointCount > 0 && this.doneSinceSave >= maxCheckpointCount) void this.saveCheckpoint();
    else this.saveTimer ??= setTimeout(() => void this.saveCheckpoint(), Math.max(100, checkpointAfterMs)).unref();
  }

  private tryAgain(item: Item): void {
    if (item.retries >= this.definition.settings.maxRetryCount) {
      this.park(item, 'Reached the maximum number of retries');
      return;
    }
    item.retries += 1;
    this.retry.push(item);
  }

  private park(item: Item, reason: string): void {
    // Done only when it is safely parked; a failed write leaves it open, to be read again after a restart.
    this.store.park(this.definition, item.at, reason).then(
      () => this.finish(item),
      () => undefined,
    );
  }

  private async saveCheckpoint(): Promise<void> {
    clearTimeout(this.saveTimer);
    this.saveTimer = undefined;
    const { checkpoint } = this;
    if (checkpoint === undefined || checkpoint === this.saved) return;
    this.doneSinceSave = 0;
    this.saved = checkpoint;
    await this.store.save({ ...this.definition, checkpoint }).catch(() => undefined);
  }

  private pump(): void {
    if (this.pumping) {
      this.again = true;
      this.stopWaiting?.();
      return;
    }
    this.pumping = true;
    this.run()
      .catch(() => undefined)
      .finally(() => {
        this.pumping = false;
        if (this.again && !this.closed && this.consumers.length > 0) {
          this.again = false;
          this.pump();
        }
      });
  }

  private async run(): Promise<void> {
    while (!this.closed && this.consumers.length > 0) {
      this.again = false;
      this.dispatch();
      const room = this.consumers.some((consumer) => consumer.hasRoom);
      if (
        this.buffer.length < this.definition.settings.readBatchSize &&
        (!this.ended || this.nextRead <= this.source.last())
      ) {
        await this.fill();
        if (room) continue;
      }
      if (this.again) continue;
      await this.waitForMore();
      await nextTurn();
    }
  }

  private async fill(): Promise<void> {
    const { settings } = this.definition;
    const { events, next, ended } = await this.source.read(this.nextRead, settings.readBatchSize);
    this.nextRead = next;
    this.ended = ended;
    for (const { at, record } of events) {
      const item: Item = { at, record, id: idText(idOf(record)), retries: 0, replayed: false };
      this.open.set(at, item);
      this.buffer.push(item);
    }
  }

  private async waitForMore(): Promise<void> {
    const signal = this.source.next();
    this.stopWaiting = signal.abort;
    await signal.reached;
    this.stopWaiting = undefined;
    this.ended = false;
  }

  private dispatch(): void {
    for (const queue of [this.retry, this.buffer]) {
      while (queue.length > 0) {
        const item = queue[0]!;
        const consumer = this.choose(item);
        if (consumer === undefined) return;
        queue.shift();
        consumer.deliver(item);
        this.watchTimeouts();
      }
    }
  }

  private choose(item: Item): Consumer | undefined {
    const { consumers } = this;
    switch (this.definition.settings.strategy) {
      case 'DispatchToSingle':
        return consumers.find((consumer) => consumer.hasRoom);
      case 'Pinned':
      case 'PinnedByCorrelation': {
        // One stream always goes to the same consumer, so that its order is kept.
        const pinned = consumers[streamNumberOf(item.record) % consumers.length];
        return pinned?.hasRoom ? pinned : undefined;
      }
      case 'RoundRobin': {
        for (let step = 0; step < consumers.length; step += 1) {
          const consumer = consumers[(this.turn + step) % consumers.length]!;
          if (!consumer.hasRoom) continue;
          this.turn = (this.turn + step + 1) % consumers.length;
          return consumer;
        }
        return undefined;
      }
    }
  }

  private watchTimeouts(): void {
    const { messageTimeoutMs } = this.definition.settings;
    if (this.timeoutTimer !== undefined || messageTimeoutMs <= 0) return;
    this.timeoutTimer = setInterval(
      () => {
        let waiting = 0;
        for (const consumer of this.consumers) {
          for (const item of consumer.overdue(messageTimeoutMs)) this.tryAgain(item);
          waiting += consumer.inFlight.size;
        }
        if (waiting === 0) {
          clearInterval(this.timeoutTimer);
          this.timeoutTimer = undefined;
        }
        if (this.retry.length > 0) this.pump();
      },
      Math.min(1000, messageTimeoutMs),
    ).unref();
  }
}
