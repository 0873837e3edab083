import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@orderloom/platform';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { Connection } from 'mongoose';

/** What a timer is for. */
export type TimerKind = 'fulfilment' | 'shipment';

/** The next step of one fulfilment or shipment. There is at most one timer for each. */
export interface Timer {
  readonly kind: TimerKind;
  readonly id: string;
  /** When it is due, simulated ms since 1970. */
  readonly due: number;
  /** What its steps belong to: the correlation id of what set it. */
  readonly correlation: string;
  /** How often its step was refused in a row. */
  readonly attempts?: number;
  /** Why it was refused last; a code of the catalogue. */
  readonly error?: string;
}

/** A timer whose step was refused too often: it waits for a person. */
export interface StuckTimer extends Timer {
  readonly error: string;
}

/** When a stuck timer is due: never by itself. */
const NEVER = Number.MAX_SAFE_INTEGER;
/** Tries before a timer waits for a person. */
const MOST_ATTEMPTS = 6;

/** The timer after its step was refused: tried again later and later, in the end only when a person says so. */
export const afterRefusal = (timer: Timer, now: number, error: string): Timer => {
  const attempts = (timer.attempts ?? 0) + 1;
  const due = attempts >= MOST_ATTEMPTS ? NEVER : now + 60_000 * 4 ** (attempts - 1);
  return { ...timer, attempts, error, due };
};

interface TimerDocument {
  _id: string;
  kind: TimerKind;
  id: string;
  due: number;
  correlation: string;
  attempts?: number;
  error?: string;
}

const timerOf = ({ kind, id, due, correlation, attempts, error }: TimerDocument): Timer => ({
  kind,
  id,
  due,
  correlation,
  ...(attempts === undefined ? {} : { attempts }),
  ...(error === undefined ? {} : { error }),
});

const keyOf = ({ kind, id }: Pick<Timer, 'kind' | 'id'>): string => `${kind}:${id}`;

/** Collection `timers`: they outlive the process. Times are simulated ones, so a changed speed moves none of them. */
@Injectable()
export class Timers {
  constructor(@InjectConnection() private readonly mongo: Connection) {}

  private get collection(): Collection<TimerDocument> {
    if (!this.mongo.db) throw new Error('MongoDB is not connected');
    return this.mongo.db.collection<TimerDocument>('timers') as unknown as Collection<TimerDocument>;
  }

  async prepare(): Promise<void> {
    await this.collection.createIndex({ due: 1 });
  }

  /** Sets timers where there is none yet. */
  async begin(timers: readonly Timer[]): Promise<void> {
    if (timers.length === 0) return;
    await this.collection.bulkWrite(
      timers.map((timer) => ({
        updateOne: { filter: { _id: keyOf(timer) }, update: { $setOnInsert: timer }, upsert: true },
      })),
      { ordered: false },
    );
  }

  /** What is due at a simulated time, the longest due first. */
  async due(now: number, limit: number): Promise<Timer[]> {
    const found = await this.collection
      .find({ due: { $lte: now } }, { batchSize: limit + 1 })
      .sort({ due: 1 })
      .limit(limit)
      .toArray();
    return found.map(timerOf);
  }

  /** When the next one is due, simulated ms. */
  async next(): Promise<number | undefined> {
    const found = await this.collection
      .find({ due: { $lt: NEVER } }, { projection: { due: 1 } })
      .sort({ due: 1 })
      .limit(1)
      .toArray();
    return found[0]?.due;
  }

  /** Sets the next times of timers and ends others, in one write. */
  async settle(next: readonly Timer[], over: readonly Pick<Timer, 'kind' | 'id'>[]): Promise<void> {
    const operations: AnyBulkWriteOperation<TimerDocument>[] = next.map((timer) => ({
      updateOne: { filter: { _id: keyOf(timer) }, update: { $set: timer }, upsert: true },
    }));
    const goOn = new Set(next.map(keyOf));
    const ended = over.map(keyOf).filter((key) => !goOn.has(key));
    // The new timer of a shipment comes before its fulfilment's ends: a crash between must not lose the parcel.
    if (ended.length > 0) operations.push({ deleteMany: { filter: { _id: { $in: ended } } } });
    if (operations.length > 0) await this.collection.bulkWrite(operations, { ordered: true });
  }

  /** The timers of some entities. */
  async of(kind: TimerKind, ids: readonly string[]): Promise<Timer[]> {
    const keys = ids.map((id) => keyOf({ kind, id }));
    return (await this.collection.find({ _id: { $in: keys } }).toArray()).map(timerOf);
  }

  /** Those that wait for a person, with why. */
  async stuck(limit = 100): Promise<StuckTimer[]> {
    const found = await this.collection.find({ due: NEVER }).limit(limit).toArray();
    return found.map((document) => ({ ...timerOf(document), error: document.error ?? 'UNKNOWN' }));
  }

  /** Has stuck timers try again. @returns how many */
  async retryStuck(now: number): Promise<number> {
    const { modifiedCount } = await this.collection.updateMany(
      { due: NEVER },
      { $set: { due: now }, $unset: { attempts: '' } },
    );
    return modifiedCount;
  }

  /** How many are stuck. */
  countStuck(): Promise<number> {
    return this.collection.countDocuments({ due: NEVER });
  }

  /** How many wait. */
  count(): Promise<number> {
    return this.collection.countDocuments({});
  }
}
