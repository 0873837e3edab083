import { checkProperty } from '@orderloom/testing/properties';
import fc from 'fast-check';
import { PartitionProgress } from './offsets.js';

describe('the offset that may be committed', () => {
  it('stays before the first unfinished event', () => {
    const progress = new PartitionProgress(10);
    for (const offset of [10, 11, 12]) progress.begin(offset);
    progress.readThrough(13);
    progress.finish(11);
    expect(progress.position).toBe(10);
    progress.finish(10);
    expect(progress.position).toBe(12);
    progress.finish(12);
    expect(progress.position).toBe(13);
    expect(progress.open).toBe(0);
  });

  it('goes past skipped and compacted offsets once nothing before them is open', () => {
    const progress = new PartitionProgress(0);
    progress.begin(3);
    progress.readThrough(9);
    expect(progress.position).toBe(3);
    progress.finish(3);
    expect(progress.position).toBe(9);
    progress.readThrough(20);
    expect(progress.position).toBe(20);
  });

  it('equals the simple model whatever the order of finishing', () =>
    checkProperty(
      fc.property(
        fc.uniqueArray(fc.nat({ max: 300 }), { minLength: 1, maxLength: 120 }),
        fc.array(fc.nat(), { maxLength: 200 }),
        (raw, picks) => {
          const offsets = [...raw].sort((a, b) => a - b);
          const progress = new PartitionProgress(0);
          const open = new Set<number>();
          for (const offset of offsets) {
            progress.begin(offset);
            open.add(offset);
          }
          const end = (offsets.at(-1) ?? 0) + 1;
          progress.readThrough(end);
          for (const pick of picks) {
            const left = [...open];
            if (left.length === 0) break;
            const offset = left[pick % left.length] as number;
            open.delete(offset);
            progress.finish(offset);
            expect(progress.position).toBe(open.size > 0 ? Math.min(...open) : end);
            expect(progress.open).toBe(open.size);
          }
        },
      ),
    ));
});
