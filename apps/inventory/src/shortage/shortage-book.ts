import { Injectable } from '@nestjs/common';
import type { ShortageEventData } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import { InjectConnection } from '@orderloom/platform';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { Decision } from '../sourcing/sourcing.js';

type Raised = ShortageEventData['ShortageRaised'];

/** A question that is open. */
export interface OpenShortage extends Raised {
  /** Order id. */
  readonly _id: string;
  readonly raisedAt: string;
}

/**
 * Collection `shortages`: questions that nobody has answered yet, for the desk and for the deadline. Only a list of whom
 * to ask: whether a question is open is in the order's own stream.
 */
@Injectable()
export class ShortageBook {
  constructor(@InjectConnection() private readonly mongo: Connection) {}

  private get collection(): Collection<OpenShortage> {
    if (!this.mongo.db) throw new Error('MongoDB is not connected');
    return this.mongo.db.collection<OpenShortage>('shortages') as unknown as Collection<OpenShortage>;
  }

  async prepare(): Promise<void> {
    await this.collection.createIndex({ answerBy: 1, _id: 1 });
  }

  /** Folds a batch of `sourcing-` events; a repeat changes nothing that lasts. */
  async fold(events: readonly RecordedEvent[]): Promise<void> {
    const operations = events.flatMap((event): AnyBulkWriteOperation<OpenShortage>[] => {
      const { type, data, streamId, recordedAt, revision } = event;
      const _id = streamId.slice('sourcing-'.length);
      if (type === 'ShortageRaised') {
        const replacement = { ...(data as Raised), raisedAt: recordedAt };
        return [{ replaceOne: { filter: { _id }, replacement, upsert: true } }];
      }
      if (type === 'SourcingDecided' && revision > 0n) {
        const served = (data as Decision).lines.filter((line) => line.backordered === 0).map(({ lineId }) => lineId);
        return [
          { updateOne: { filter: { _id }, update: { $pull: { lines: { lineId: { $in: served } } } } } },
          { deleteOne: { filter: { _id, lines: { $size: 0 } } } },
        ];
      }
      return type === 'ShortageAnswered' || type === 'SourcingCancelled' ? [{ deleteOne: { filter: { _id } } }] : [];
    });
    if (operations.length > 0) await this.collection.bulkWrite(operations);
  }

  /** Open questions, the most urgent first. */
  list(limit: number, after?: Pick<OpenShortage, 'answerBy' | '_id'>): Promise<OpenShortage[]> {
    const from = after
      ? { $or: [{ answerBy: { $gt: after.answerBy } }, { answerBy: after.answerBy, _id: { $gt: after._id } }] }
      : {};
    return this.collection.find(from).sort({ answerBy: 1, _id: 1 }).limit(limit).toArray();
  }

  /** Questions whose time is over. */
  due(now: string, limit: number): Promise<OpenShortage[]> {
    return this.collection
      .find({ answerBy: { $lte: now } })
      .sort({ answerBy: 1, _id: 1 })
      .limit(limit)
      .toArray();
  }

  async forget(orderIds: readonly string[]): Promise<void> {
    if (orderIds.length > 0) await this.collection.deleteMany({ _id: { $in: [...orderIds] } });
  }
}
