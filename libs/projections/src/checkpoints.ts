import { type Checkpoint, type CheckpointStore, Fenced, type LogPosition } from '@orderloom/event-sourcing';
import type { Connection } from 'mongoose';
import { databaseOf, isDuplicateKey } from './mongo.js';

interface StoredCheckpoint {
  _id: string;
  /** Decimal strings: log positions do not fit every reader's numbers. */
  commit: string;
  prepare: string;
  epoch: number;
  at: Date;
}

/** Checkpoints in the collection `_checkpoints`, one small document per follower. */
export class MongoCheckpoints implements CheckpointStore {
  constructor(readonly connection: Connection) {}

  async load(name: string): Promise<Checkpoint | null> {
    const found = await this.#collection().findOne({ _id: name });
    if (!found) return null;
    return {
      position: { commit: BigInt(found.commit), prepare: BigInt(found.prepare) },
      epoch: BigInt(found.epoch),
    };
  }

  /**
   * Stores a position unless a newer epoch has. The upsert of a fenced writer finds nothing to update and collides
   * with the document that is there: the check and the write are one operation on the server.
   * @throws Fenced
   */
  async store(name: string, position: LogPosition, epoch: bigint): Promise<void> {
    const stored = {
      commit: position.commit.toString(),
      prepare: position.prepare.toString(),
      epoch: Number(epoch),
      at: new Date(),
    };
    try {
      await this.#collection().updateOne(
        { _id: name, epoch: { $lte: Number(epoch) } },
        { $set: stored },
        { upsert: true },
      );
    } catch (error) {
      if (isDuplicateKey(error)) throw new Fenced(name, epoch);
      throw error;
    }
  }

  #collection() {
    return databaseOf(this.connection).collection<StoredCheckpoint>('_checkpoints');
  }
}
