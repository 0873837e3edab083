import { checkProperty } from '@orderloom/testing/properties';
import fc from 'fast-check';
import { Lanes } from './lanes.js';

describe('lanes', () => {
  it('gives all events of idle keys at once and none of a held key', () => {
    const lanes = new Lanes<string>();
    for (const item of ['a1', 'b1', 'a2']) lanes.push(item[0] as string, item);
    const first = lanes.take(10, 0);
    expect(first.flatMap((taken) => taken.items)).toEqual(['a1', 'a2', 'b1']);
    lanes.push('a', 'a3');
    lanes.push('c', 'c1');
    expect(lanes.take(10, 0).flatMap((taken) => taken.items)).toEqual(['c1']);
    lanes.release('a');
    expect(lanes.take(10, 0).flatMap((taken) => taken.items)).toEqual(['a3']);
  });

  it('keeps what was given back before what came later', () => {
    const lanes = new Lanes<string>();
    lanes.push('a', 'a1');
    lanes.push('a', 'a2');
    const [taken] = lanes.take(10, 0);
    lanes.push('a', 'a3');
    lanes.release('a', taken?.items.slice(1));
    expect(lanes.take(10, 0)[0]?.items).toEqual(['a2', 'a3']);
  });

  it('lets a backed-off key wait without stopping the others, then gives only its first event', () => {
    const lanes = new Lanes<string>();
    lanes.push('a', 'a1');
    lanes.push('a', 'a2');
    const [taken] = lanes.take(10, 0);
    if (taken) taken.lane.attempts = 1;
    lanes.release('a', taken?.items, 100);
    lanes.push('b', 'b1');
    expect(lanes.nextDue()).toBe(100);
    expect(lanes.take(10, 50).flatMap((t) => t.items)).toEqual(['b1']);
    expect(lanes.take(10, 100).flatMap((t) => t.items)).toEqual(['a1']);
    expect(lanes.nextDue()).toBeUndefined();
  });

  it('keeps the order per key, never gives a key twice at a time, and loses nothing', () =>
    checkProperty(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ do: fc.constant('push' as const), key: fc.nat({ max: 4 }) }),
            fc.record({ do: fc.constant('take' as const), max: fc.integer({ min: 1, max: 5 }) }),
            fc.record({ do: fc.constant('release' as const), which: fc.nat(), keep: fc.nat({ max: 3 }) }),
          ),
          { maxLength: 200 },
        ),
        (steps) => {
          const lanes = new Lanes<number>();
          const pushed = new Map<string, number>();
          const next = new Map<string, number>();
          const held = new Map<string, readonly number[]>();
          let now = 0;
          for (const step of steps) {
            now += 1;
            if (step.do === 'push') {
              const id = String(step.key);
              lanes.push(id, pushed.get(id) ?? 0);
              pushed.set(id, (pushed.get(id) ?? 0) + 1);
            } else if (step.do === 'take') {
              for (const { lane, items } of lanes.take(step.max, now)) {
                expect(held.has(lane.id)).toBe(false);
                const from = next.get(lane.id) ?? 0;
                expect(items).toEqual(items.map((_, index) => from + index));
                held.set(lane.id, items);
              }
            } else if (held.size > 0) {
              const [id, items] = [...held][step.which % held.size] as [string, readonly number[]];
              held.delete(id);
              const rest = items.slice(items.length - Math.min(step.keep, items.length));
              next.set(id, (next.get(id) ?? 0) + items.length - rest.length);
              lanes.release(id, rest, step.keep % 2 ? now + 3 : 0);
            }
            const inHand = [...held.values()].reduce((sum, items) => sum + items.length, 0);
            const all = [...pushed].reduce((sum, [id, count]) => sum + count - (next.get(id) ?? 0), 0);
            expect(lanes.queued + inHand).toBe(all);
          }
        },
      ),
    ));
});
