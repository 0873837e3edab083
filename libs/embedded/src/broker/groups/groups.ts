import type { Tables } from '../log/tables.js';
import { Group, type GroupSettings } from './group.js';
import { OffsetStore } from './offset-store.js';

const MAX_ID_BYTES = 512;

/** All consumer groups: members in memory, committed offsets on disk. */
export class Groups {
  readonly offsets: OffsetStore;
  private readonly live = new Map<string, Group>();

  constructor(
    tables: Tables,
    private readonly settings: GroupSettings,
  ) {
    this.offsets = new OffsetStore(tables);
  }

  /** Ids become parts of keys, so they have a largest length and no NUL. */
  static validId(id: string): boolean {
    return id !== '' && !id.includes('\0') && Buffer.byteLength(id) <= MAX_ID_BYTES;
  }

  get(id: string): Group | undefined {
    return this.live.get(id);
  }

  getOrMake(id: string): Group {
    const found = this.live.get(id);
    if (found !== undefined) return found;
    this.forgetIdle();
    const made = new Group(id, this.settings);
    this.live.set(id, made);
    return made;
  }

  /** Memory must not grow with the number of groups that once existed. */
  private forgetIdle(): void {
    if (this.live.size < 1000) return;
    for (const [id, group] of this.live) if (group.isIdle && group.state === 'Empty') this.live.delete(id);
  }

  /** Ids of all groups that have members or committed offsets. */
  ids(): string[] {
    const ids = new Set(this.offsets.groups());
    for (const [id, group] of this.live) if (!group.isEmpty) ids.add(id);
    return [...ids];
  }

  exists(id: string): boolean {
    return this.live.get(id)?.isEmpty === false || (Groups.validId(id) && this.offsets.has(id));
  }

  async delete(id: string): Promise<void> {
    this.live.get(id)?.close();
    this.live.delete(id);
    await this.offsets.deleteGroup(id);
  }

  get memberCount(): number {
    let count = 0;
    for (const group of this.live.values()) count += group.memberCount;
    return count;
  }

  get size(): number {
    return this.live.size;
  }

  close(): void {
    for (const group of this.live.values()) group.close();
    this.live.clear();
  }
}
