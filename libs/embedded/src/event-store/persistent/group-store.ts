import { afterPrefix } from '../../storage/index.js';
import type { EventLog } from '../log/event-log.js';
import { u48 } from '../log/tables.js';
import type { GroupAddress } from './requests.js';
import type { GroupSettings } from './settings.js';

/** What is kept of a group. `start` and `checkpoint` are revisions, or positions for `$all`. */
export interface StoredGroup extends GroupAddress {
  readonly settings: GroupSettings;
  /** FilterOptions, base64. */
  readonly filter: string | undefined;
  /** The first event to deliver. */
  readonly start: number;
  /** Everything up to here is done; undefined before the first checkpoint. */
  readonly checkpoint: number | undefined;
}

/** A parked event: where it lies and why it was parked. */
export interface Parked {
  readonly key: Buffer;
  readonly at: number;
  readonly reason: string;
}

const GROUP = 0x67;
const PARKED = 0x70;

function keyOf(kind: number, { stream, group }: GroupAddress): Buffer {
  // Lengths first, so that no name can run into the next.
  const names = [Buffer.from(stream), Buffer.from(group)];
  const head = Buffer.alloc(5);
  head[0] = kind;
  head.writeUInt16BE(names[0]!.length, 1);
  head.writeUInt16BE(names[1]!.length, 3);
  return Buffer.concat([head, ...names]);
}

/** Longest stream and group name together, for they are a key. */
export const MAX_ADDRESS_BYTES = 1900;

/** Groups on disk. Every write is awaited until it is flushed. */
export class GroupStore {
  constructor(private readonly log: EventLog) {}

  list(): StoredGroup[] {
    const groups: StoredGroup[] = [];
    const { groups: table } = this.log.tables;
    for (const { value } of table.getRange({ start: Buffer.from([GROUP]), end: Buffer.from([GROUP + 1]) })) {
      groups.push(JSON.parse(value.toString('utf8')) as StoredGroup);
    }
    return groups;
  }

  async save(group: StoredGroup): Promise<void> {
    const { storage, groups } = this.log.tables;
    const value = Buffer.from(JSON.stringify(group));
    await storage.write(() => {
      void groups.put(keyOf(GROUP, group), value);
    });
  }

  async remove(address: GroupAddress): Promise<void> {
    const { storage, groups } = this.log.tables;
    await storage.write(() => {
      void groups.remove(keyOf(GROUP, address));
      for (const { key } of this.parked(address)) void groups.remove(key);
    });
  }

  async park(address: GroupAddress, at: number, reason: string): Promise<void> {
    const { storage, groups } = this.log.tables;
    const value = Buffer.from(JSON.stringify({ at, reason }));
    await storage.write(() => {
      void groups.put(Buffer.concat([keyOf(PARKED, address), u48(at)]), value);
    });
  }

  async unpark(keys: readonly Buffer[]): Promise<void> {
    const { storage, groups } = this.log.tables;
    await storage.write(() => {
      for (const key of keys) void groups.remove(key);
    });
  }

  parked(address: GroupAddress, limit?: number): Parked[] {
    const start = keyOf(PARKED, address);
    const end = afterPrefix(start);
    const range = this.log.tables.groups.getRange({
      start,
      ...(end === undefined ? {} : { end }),
      ...(limit === undefined ? {} : { limit }),
    });
    return [...range].map(({ key, value }) => ({
      key,
      ...(JSON.parse(value.toString('utf8')) as { at: number; reason: string }),
    }));
  }

  parkedCount(address: GroupAddress): number {
    const start = keyOf(PARKED, address);
    const end = afterPrefix(start);
    return this.log.tables.groups.getKeysCount({ start, ...(end === undefined ? {} : { end }) });
  }
}
