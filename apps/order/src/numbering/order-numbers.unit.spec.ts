import fc from 'fast-check';
import {
  type Count,
  countAggregate,
  doubtful,
  formatNumber,
  periodOf,
  SURELY_WRITTEN_MS,
  takeNumber,
} from './order-numbers.js';

const START = Date.parse('2026-03-01T00:00:00.000Z');

/** Takes a number at a time, with what is known of the orders; the number it got. */
const take = (count: Count, orderId: string, atMs: number, written: ReadonlySet<string>) => {
  const seen = new Map(doubtful(count, atMs).map((taken) => [taken.n, written.has(taken.orderId)]));
  const events = takeNumber({ orderId, seen }, count);
  const after = events.reduce(
    (state, event) => countAggregate.evolve(state, event, new Date(atMs).toISOString()),
    count,
  );
  const got = after.open.find((taken) => taken.orderId === orderId);
  if (got === undefined) throw new Error(`${orderId} got no number`);
  return { after, n: got.n };
};

describe('counted numbers', () => {
  it('are the same for the same order while it is being written', () => {
    const first = take(countAggregate.initial(), 'a', START, new Set());
    expect(take(first.after, 'a', START + 5, new Set()).n).toBe(1);
    expect(take(first.after, 'b', START + 5, new Set()).n).toBe(2);
  });

  it('are given out again when their order never came', () => {
    const lost = take(countAggregate.initial(), 'lost', START, new Set());
    const soon = take(lost.after, 'a', START + 1_000, new Set());
    expect(soon.n).toBe(2);
    expect(take(soon.after, 'b', START + SURELY_WRITTEN_MS + 2_000, new Set(['a'])).n).toBe(1);
  });

  it('have no gaps and no doubles, whoever is killed in between', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ dies: fc.boolean(), waitMs: fc.nat(400_000) }), { maxLength: 40 }), (orders) => {
        let count = countAggregate.initial();
        let at = START;
        const written = new Map<string, number>();
        for (const [index, { dies, waitMs }] of orders.entries()) {
          at += waitMs;
          const { after, n } = take(count, `o${index}`, at, new Set(written.keys()));
          count = after;
          if (!dies) written.set(`o${index}`, n);
        }
        // Once the last doubt is gone, orders fill every hole that is left.
        for (let more = 0; more < 45; more++) {
          at += SURELY_WRITTEN_MS + 1;
          const { after, n } = take(count, `m${more}`, at, new Set(written.keys()));
          count = after;
          written.set(`m${more}`, n);
        }
        const numbers = [...written.values()].sort((a, b) => a - b);
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      }),
      { numRuns: 200 },
    );
  });

  it('are written as the channel wants them', () => {
    const now = '2026-03-05T23:00:00.000Z';
    expect(formatNumber({ kind: 'sequence' }, 'web', 7, now)).toBe('web-000007');
    const daily = { kind: 'sequence', pattern: 'SO{year}{month}{day}-{number}', digits: 3, reset: 'day' } as const;
    expect(formatNumber(daily, 'web', 1234, now)).toBe('SO20260305-1234');
    expect(periodOf(daily, now)).toBe('2026-03-05');
    expect(periodOf({ kind: 'sequence', reset: 'month' }, now)).toBe('2026-03');
    expect(periodOf({ kind: 'sequence', reset: 'year' }, now)).toBe('2026');
    expect(periodOf({ kind: 'sequence' }, now)).toBe('all');
  });
});
