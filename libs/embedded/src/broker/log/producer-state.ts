import { readU64, writeU64 } from '../../storage/index.js';
import { ErrorCode } from '../protocol/errors.js';

interface AppendedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
}

interface Producer {
  epoch: number;
  /** Milliseconds since 1970 of the last append. */
  touched: number;
  /** The last five, oldest first: as many as a client may have in flight. */
  batches: AppendedBatch[];
}

export type SequenceCheck =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly baseOffset: number }
  | { readonly kind: 'refused'; readonly code: number };

export interface SequencedBatch {
  readonly id: number;
  readonly epoch: number;
  readonly firstSequence: number;
  readonly count: number;
}

const KEPT_BATCHES = 5;
const SEQUENCES = 0x8000_0000;
/** As Kafka's producer.id.expiration.ms. */
const EXPIRY_MS = 24 * 3600 * 1000;
/** A log forgets the producers that were quiet the longest beyond this many. */
const MAX_PRODUCERS = 2000;
const ENTRY = 16;

/** What one log knows of its idempotent producers (KIP-98); the rules are those of Kafka's ProducerStateManager. */
export class ProducerState {
  // In the order of the last append, so that the quietest comes first.
  private readonly producers = new Map<number, Producer>();
  private readonly changed = new Set<number>();

  get size(): number {
    return this.producers.size;
  }

  check({ id, epoch, firstSequence, count }: SequencedBatch): SequenceCheck {
    const known = this.producers.get(id);
    if (known === undefined) return { kind: 'append' };
    if (epoch < known.epoch) return { kind: 'refused', code: ErrorCode.INVALID_PRODUCER_EPOCH };
    const outOfOrder = { kind: 'refused', code: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER } as const;
    if (epoch > known.epoch) return firstSequence === 0 ? { kind: 'append' } : outOfOrder;
    const lastSequence = (firstSequence + count - 1) % SEQUENCES;
    const before = known.batches.find(
      (one) => one.firstSequence === firstSequence && one.lastSequence === lastSequence,
    );
    if (before !== undefined) return { kind: 'duplicate', baseOffset: before.baseOffset };
    const last = known.batches.at(-1);
    if (last !== undefined && firstSequence !== (last.lastSequence + 1) % SEQUENCES) return outOfOrder;
    return { kind: 'append' };
  }

  record({ id, epoch, firstSequence, count }: SequencedBatch, baseOffset: number, now: number): void {
    const known = this.producers.get(id);
    const batches = known?.epoch === epoch ? known.batches.slice(1 - KEPT_BATCHES) : [];
    batches.push({ firstSequence, lastSequence: (firstSequence + count - 1) % SEQUENCES, baseOffset });
    this.producers.delete(id);
    this.producers.set(id, { epoch, touched: now, batches });
    this.changed.add(id);
  }

  /** Ids of producers that are forgotten now. */
  expire(now: number): number[] {
    const gone: number[] = [];
    for (const [id, { touched }] of this.producers) {
      if (this.producers.size - gone.length <= MAX_PRODUCERS && touched > now - EXPIRY_MS) break;
      gone.push(id);
    }
    for (const id of gone) {
      this.producers.delete(id);
      this.changed.delete(id);
    }
    return gone;
  }

  /** Hands over what changed since the last call, encoded. */
  takeChanged(): [id: number, value: Buffer][] {
    const entries: [number, Buffer][] = [];
    for (const id of this.changed) {
      const producer = this.producers.get(id);
      if (producer !== undefined) entries.push([id, encode(producer)]);
    }
    this.changed.clear();
    return entries;
  }

  restore(id: number, value: Buffer): void {
    this.producers.set(id, decode(value));
  }
}

function encode({ epoch, touched, batches }: Producer): Buffer {
  const value = Buffer.allocUnsafe(10 + batches.length * ENTRY);
  value.writeInt16BE(epoch, 0);
  writeU64(value, touched, 2);
  batches.forEach((batch, index) => {
    const at = 10 + index * ENTRY;
    value.writeInt32BE(batch.firstSequence, at);
    value.writeInt32BE(batch.lastSequence, at + 4);
    writeU64(value, batch.baseOffset, at + 8);
  });
  return value;
}

function decode(value: Buffer): Producer {
  const batches: AppendedBatch[] = [];
  for (let at = 10; at < value.length; at += ENTRY) {
    batches.push({
      firstSequence: value.readInt32BE(at),
      lastSequence: value.readInt32BE(at + 4),
      baseOffset: readU64(value, at + 8),
    });
  }
  return { epoch: value.readInt16BE(0), touched: readU64(value, 2), batches };
}
