import { afterPrefix, readU64, writeU64 } from '../../storage/index.js';
import type { Tables } from '../log/tables.js';

export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

const SEPARATOR = '\0';

/** Committed offsets of all groups, on disk only. They never expire: a group may rest for a year and go on. */
export class OffsetStore {
  constructor(private readonly tables: Tables) {}

  /** On disk when the promise resolves. */
  commit(group: string, commits: readonly (TopicPartition & CommittedOffset)[]): Promise<void> {
    return this.tables.storage.write(() => {
      for (const one of commits) this.tables.offsets.putSync(offsetKey(group, one), encode(one));
    });
  }

  get(group: string, at: TopicPartition): CommittedOffset | undefined {
    const value = this.tables.offsets.get(offsetKey(group, at));
    return value === undefined ? undefined : decode(value);
  }

  /** Everything that a group has committed, by topic. */
  all(group: string): Map<string, Map<number, CommittedOffset>> {
    const topics = new Map<string, Map<number, CommittedOffset>>();
    for (const { key, value } of this.tables.offsets.getRange(prefixRange(group))) {
      const { topic, partition } = parseKey(key);
      const partitions = topics.get(topic) ?? new Map<number, CommittedOffset>();
      topics.set(topic, partitions.set(partition, decode(value)));
    }
    return topics;
  }

  has(group: string): boolean {
    return this.tables.offsets.getKeysCount({ ...prefixRange(group), limit: 1 }) > 0;
  }

  /** Every group with a committed offset. */
  groups(): string[] {
    const groups: string[] = [];
    let start: Buffer | undefined = Buffer.alloc(1);
    while (start !== undefined) {
      let found: string | undefined;
      for (const key of this.tables.offsets.getKeys({ start, limit: 1 })) found = parseKey(key).group;
      if (found === undefined) break;
      groups.push(found);
      start = afterPrefix(Buffer.from(found + SEPARATOR));
    }
    return groups;
  }

  delete(group: string, which: readonly TopicPartition[]): Promise<void> {
    return this.tables.storage.write(() => {
      for (const one of which) this.tables.offsets.removeSync(offsetKey(group, one));
    });
  }

  deleteGroup(group: string): Promise<void> {
    return this.removeWhere(prefixRange(group), () => true);
  }

  /** Forgets what any group has committed for a topic that is gone. */
  deleteTopic(name: string): Promise<void> {
    return this.removeWhere({}, ({ topic }) => topic === name);
  }

  private removeWhere(
    range: { start?: Buffer; end?: Buffer },
    matches: (key: TopicPartition) => boolean,
  ): Promise<void> {
    const { offsets, storage } = this.tables;
    return storage.write(() => {
      const keys: Buffer[] = [];
      for (const key of offsets.getKeys(range)) if (matches(parseKey(key))) keys.push(Buffer.from(key));
      for (const key of keys) offsets.removeSync(key);
    });
  }
}

function prefixRange(group: string): { start: Buffer; end?: Buffer } {
  const start = Buffer.from(group + SEPARATOR);
  const end = afterPrefix(start);
  return end === undefined ? { start } : { start, end };
}

function offsetKey(group: string, { topic, partition }: TopicPartition): Buffer {
  const names = Buffer.from(`${group}${SEPARATOR}${topic}${SEPARATOR}`);
  const key = Buffer.allocUnsafe(names.length + 4);
  names.copy(key);
  key.writeUInt32BE(partition, names.length);
  return key;
}

function parseKey(key: Buffer): TopicPartition & { readonly group: string } {
  const names = key.toString('utf8', 0, key.length - 5).split(SEPARATOR);
  return { group: names[0] ?? '', topic: names[1] ?? '', partition: key.readUInt32BE(key.length - 4) };
}

function encode({ offset, leaderEpoch, metadata }: CommittedOffset): Buffer {
  const text = Buffer.from(metadata ?? '');
  const value = Buffer.allocUnsafe(13 + text.length);
  writeU64(value, offset, 0);
  value.writeInt32BE(leaderEpoch, 8);
  value[12] = metadata === null ? 0 : 1;
  text.copy(value, 13);
  return value;
}

const decode = (value: Buffer): CommittedOffset => ({
  offset: readU64(value),
  leaderEpoch: value.readInt32BE(8),
  metadata: value[12] === 0 ? null : value.toString('utf8', 13),
});
