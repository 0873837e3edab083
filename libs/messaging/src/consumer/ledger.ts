import type { Watermarks } from '../types.js';
import type { AssignedPartition, Position } from './membership.js';
import { PartitionProgress } from './offsets.js';

/** A partition this member owns. */
export interface Owned {
  readonly topic: string;
  readonly partition: number;
  progress: PartitionProgress;
  committed: number;
}

const place = (topic: string, partition: number): string => `${topic}/${partition}`;

/** What is done, read and committed of the owned partitions, and who waits for it. */
export class Ledger {
  readonly #owned: ReadonlyMap<string, Owned>;

  constructor(partitions: readonly AssignedPartition[] = []) {
    this.#owned = new Map(
      partitions.map(({ topic, partition, start }) => [
        place(topic, partition),
        { topic, partition, progress: new PartitionProgress(start), committed: start },
      ]),
    );
  }

  get size(): number {
    return this.#owned.size;
  }

  get(topic: string, partition: number): Owned | undefined {
    return this.#owned.get(place(topic, partition));
  }

  /** Messages between what is done and the ends of a topic's owned partitions. */
  lag(topic: string, ends: readonly number[]): number {
    let lag = 0;
    for (const owned of this.#owned.values()) {
      if (owned.topic === topic) lag += Math.max(0, (ends[owned.partition] ?? 0) - owned.progress.position);
    }
    return lag;
  }

  /** Offsets to commit. */
  positions(): Position[] {
    const positions: Position[] = [];
    for (const { topic, partition, progress, committed } of this.#owned.values()) {
      if (progress.position !== committed) positions.push({ topic, partition, offset: progress.position });
    }
    return positions;
  }

  committed(positions: readonly Position[]): void {
    for (const { topic, partition, offset } of positions) {
      const owned = this.get(topic, partition);
      if (owned) owned.committed = offset;
    }
  }

  /** Owned partitions that are not done up to the watermarks, in words. */
  behind(watermarks: Watermarks): string[] {
    const behind: string[] = [];
    for (const { topic, partition, progress } of this.#owned.values()) {
      const wanted = watermarks[topic]?.[partition] ?? '0';
      if (progress.position < Number(wanted)) behind.push(`${topic}/${partition} at ${progress.position} of ${wanted}`);
    }
    return behind;
  }
}
