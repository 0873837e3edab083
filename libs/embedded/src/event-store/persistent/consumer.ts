import { randomUUID } from 'node:crypto';
import type { Call } from '../grpc/call.js';
import type { EventLog } from '../log/event-log.js';
import { positionOf } from '../log/record.js';
import { Writer } from '../protobuf.js';
import { resolve, writeResolved } from '../streams/read-event.js';
import type { Item } from './item.js';

/** One caller listening to a group. */
export class Consumer {
  readonly inFlight = new Map<string, Item>();
  private readonly since = new Map<string, number>();
  delivered = 0;

  constructor(
    private readonly log: EventLog,
    readonly call: Call,
    readonly from: string,
    readonly name: string,
    readonly bufferSize: number,
    private readonly form: { readonly resolveLinks: boolean; readonly structuredIds: boolean },
  ) {
    call.send(new Writer().message(2, (confirmation) => confirmation.string(1, randomUUID())).finish());
  }

  get hasRoom(): boolean {
    return this.inFlight.size < this.bufferSize && !this.call.isOver;
  }

  deliver(item: Item): void {
    this.inFlight.set(item.id, item);
    this.since.set(item.id, Date.now());
    this.delivered += 1;
    this.call.send(
      new Writer()
        .message(1, (event) => {
          writeResolved(event, resolve(this.log, item.record, this.form.resolveLinks), this.form.structuredIds);
          event.uint(3, positionOf(item.record)).uint(5, item.retries);
        })
        .finish(),
    );
  }

  /** Takes back what has been here for longer than `timeoutMs`. */
  overdue(timeoutMs: number): Item[] {
    const limit = Date.now() - timeoutMs;
    const late: Item[] = [];
    for (const [id, at] of this.since) {
      const item = this.inFlight.get(id);
      if (item === undefined) this.since.delete(id);
      else if (at <= limit) {
        this.since.delete(id);
        this.inFlight.delete(id);
        late.push(item);
      }
    }
    return late;
  }
}
