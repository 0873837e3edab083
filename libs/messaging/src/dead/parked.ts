import type { DeadRecord } from './record.js';

/** One message of a parked key. */
export interface ParkedEntry extends DeadRecord {
  readonly kind: 'dead' | 'parked';
  readonly offset: number;
}

/** A key (of one partition) whose messages wait. A message without a key is parked alone. */
export interface ParkedKey {
  readonly key: string | null;
  readonly partition: number;
  /** In the order in which they were written at first. */
  readonly entries: readonly ParkedEntry[];
  /** True when they are to be handled again: asked for, or what stood in their way was discarded. */
  readonly due: boolean;
}

interface State {
  readonly key: string | null;
  readonly partition: number;
  readonly entries: Map<number, ParkedEntry>;
  asked: boolean;
}

/** Names a key within a topic; a message without a key gets a lane of its own. */
export const parkedId = (partition: number, key: string | null, offset = 0): string =>
  key === null ? `${partition}#${offset}` : `${partition}/${key}`;

/**
 * What is parked, folded from the records of a dead letter topic in order. Feeding a record twice changes nothing, as
 * long as the order is kept.
 */
export class Parked {
  readonly #keys = new Map<string, State>();
  /** Offset of the next record, by partition. */
  readonly #next = new Map<number, number>();

  get size(): number {
    return this.#keys.size;
  }

  next(partition: number): number {
    return this.#next.get(partition) ?? 0;
  }

  has(id: string): boolean {
    return this.#keys.has(id);
  }

  get(id: string): ParkedKey | undefined {
    const state = this.#keys.get(id);
    return state && view(state);
  }

  keys(): ParkedKey[] {
    return [...this.#keys.values()].map(view);
  }

  /** Everything up to `offset` was read, also where there were no records of ours. */
  readThrough(partition: number, offset: number): void {
    if (offset > this.next(partition)) this.#next.set(partition, offset);
  }

  apply(record: DeadRecord): void {
    if (record.at < this.next(record.partition)) return;
    this.#next.set(record.partition, record.at + 1);
    switch (record.kind) {
      case 'dead':
      case 'parked':
        this.#park(record, record.kind);
        return;
      case 'resolved':
        this.#remove(record, (offset) => record.offset === undefined || offset <= record.offset);
        return;
      case 'discard':
        this.#remove(record, (offset) => record.offset === undefined || offset === record.offset);
        return;
      case 'replay':
        for (const state of this.#concerned(record)) state.asked = true;
        return;
      default:
        record.kind satisfies never;
    }
  }

  #park(record: DeadRecord, kind: 'dead' | 'parked'): void {
    if (record.offset === undefined) return;
    const id = parkedId(record.partition, record.key, record.offset);
    const state = this.#keys.get(id) ?? {
      key: record.key,
      partition: record.partition,
      entries: new Map<number, ParkedEntry>(),
      asked: false,
    };
    this.#keys.set(id, state);
    const before = state.entries.get(record.offset);
    // A member that takes over repeats what was not committed: what is known as dead does not become parked by that.
    if (kind === 'parked' && before) return;
    state.entries.set(record.offset, { ...record, kind, offset: record.offset });
    // Dead again: the replay that was asked for has been tried.
    if (kind === 'dead') state.asked = false;
  }

  #remove(record: DeadRecord, which: (offset: number) => boolean): void {
    for (const state of this.#concerned(record)) {
      for (const offset of state.entries.keys()) if (which(offset)) state.entries.delete(offset);
      if (state.entries.size === 0) this.#keys.delete(idOf(state, record.offset));
    }
  }

  /** A decision with a key concerns that key; one without a key a single message by its offset, or the partition. */
  #concerned(record: DeadRecord): State[] {
    if (record.key !== null || record.offset !== undefined) {
      const state = this.#keys.get(parkedId(record.partition, record.key, record.offset));
      return state ? [state] : [];
    }
    return [...this.#keys.values()].filter((state) => state.partition === record.partition);
  }
}

const idOf = (state: State, offset: number | undefined): string => parkedId(state.partition, state.key, offset);

const view = (state: State): ParkedKey => {
  const entries = [...state.entries.values()].sort((a, b) => a.offset - b.offset);
  return {
    key: state.key,
    partition: state.partition,
    entries,
    due: state.asked || entries.every((entry) => entry.kind === 'parked'),
  };
};
