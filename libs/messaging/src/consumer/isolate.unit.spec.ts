import { checkProperty } from '@orderloom/testing/properties';
import fc from 'fast-check';
import { InfrastructureDown, PermanentError } from '../errors.js';
import { type Group, isolate } from './isolate.js';

interface Item {
  readonly key: string;
  readonly n: number;
}

const groups = (counts: readonly number[]): Group<Item>[] =>
  counts.map((count, k) => ({
    id: `k${k}`,
    items: Array.from({ length: count }, (_, n) => ({ key: `k${k}`, n })),
  }));

describe('isolating what fails', () => {
  it('calls once when nothing fails', async () => {
    const calls: number[] = [];
    const outcome = await isolate(groups([2, 3]), async (items) => {
      calls.push(items.length);
      return [];
    });
    expect(calls).toEqual([5]);
    expect(outcome.done).toHaveLength(5);
  });

  it('finds one bad event among a thousand in few calls', async () => {
    let calls = 0;
    const outcome = await isolate(groups(Array.from({ length: 1000 }, () => 1)), async (items) => {
      calls += 1;
      if (items.some((item) => item.key === 'k613')) throw new PermanentError('BAD', 'no');
      return [];
    });
    expect([...outcome.failures.keys()]).toEqual(['k613']);
    expect(outcome.done).toHaveLength(999);
    expect(calls).toBeLessThan(25);
  });

  it('takes the failures a handler names without calling it again', async () => {
    let calls = 0;
    const error = new PermanentError('BAD', 'no');
    const outcome = await isolate(groups([3, 2]), async (items) => {
      calls += 1;
      return items.filter((item) => item.key === 'k0' && item.n === 1).map((item) => ({ item, error }));
    });
    expect(calls).toBe(1);
    expect(outcome.failures.get('k0')).toEqual({ item: { key: 'k0', n: 1 }, error });
    expect(outcome.done).toEqual([
      { key: 'k0', n: 0 },
      { key: 'k1', n: 0 },
      { key: 'k1', n: 1 },
    ]);
  });

  it('stops at once when an engine is away', async () => {
    let calls = 0;
    const outcome = await isolate(groups([1, 1, 1, 1]), async () => {
      calls += 1;
      throw new InfrastructureDown('away');
    });
    expect(calls).toBe(1);
    expect(outcome.halted).toBeInstanceOf(InfrastructureDown);
    expect(outcome.done).toEqual([]);
    expect(outcome.failures.size).toBe(0);
  });

  it('handles exactly what is not at or behind a bad event of its key, in order', () =>
    checkProperty(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fc.nat({ max: 11 }), fc.nat({ max: 5 })), { maxLength: 5 }),
        fc.boolean(),
        async (counts, badPlaces, names) => {
          const bad = (item: Item) => badPlaces.some(([k, n]) => item.key === `k${k}` && item.n === n);
          const seen = new Map<string, number>();
          const outcome = await isolate(groups(counts), async (items) => {
            if (!names && items.some(bad)) throw new TypeError('poison');
            for (const item of items) {
              // Repeats are allowed, gaps are not.
              if (!bad(item)) expect(item.n).toBeLessThanOrEqual((seen.get(item.key) ?? -1) + 1 + (names ? 9 : 0));
              seen.set(item.key, Math.max(item.n, seen.get(item.key) ?? -1));
            }
            return items.filter(bad).map((item) => ({ item, error: new TypeError('poison') }));
          });
          for (const group of groups(counts)) {
            const first = group.items.findIndex(bad);
            const done = outcome.done.filter((item) => item.key === group.id).map((item) => item.n);
            expect(done).toEqual(group.items.slice(0, first < 0 ? group.items.length : first).map((item) => item.n));
            expect(outcome.failures.get(group.id)?.item.n).toBe(first < 0 ? undefined : first);
          }
        },
      ),
    ));
});
