import type { Logger } from '@orderloom/event-sourcing';
import type { Connection } from 'mongoose';
import { databaseOf } from './mongo.js';
import type { Poison } from './writer.js';

/** Called for every poison event, for metrics and alerts. Must not throw. */
export type PoisonAlert = (poison: Poison) => void;

interface StoredPoison {
  _id: string;
  projection: string;
  eventId: string;
  type: string;
  streamId: string;
  sequence: number;
  error: string;
  at: Date;
}

/** Records a poison event once in `_poison` and alerts. A repeat of the batch changes nothing. */
export function recordPoison(connection: Connection, logger: Logger, alert?: PoisonAlert) {
  return async (poison: Poison): Promise<void> => {
    const { projection, event, error } = poison;
    const { id: eventId, type, streamId, sequence } = event;
    logger.error({ projection, eventId, type, streamId, sequence, err: error }, 'poison event skipped by a projection');
    alert?.(poison);
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const record = { projection, eventId, type, streamId, sequence, error: text, at: new Date() };
    await databaseOf(connection)
      .collection<StoredPoison>('_poison')
      .updateOne({ _id: `${projection}:${eventId}` }, { $set: record }, { upsert: true });
  };
}
