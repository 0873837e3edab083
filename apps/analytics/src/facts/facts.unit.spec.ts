import fc from 'fast-check';
import { type Counts, contribution, counterChanges, counterParts } from './contribution.js';
import { foldOrder, isShippedLate, type OrderFact, type OrderPublicEvent, SequenceHole } from './order-fact.js';
import { bucketOf, middleOf, percentile, stepDurations } from './steps.js';

let ids = 0;
function event(sequence: number, name: string, data: object, time = '2026-03-01T10:00:00.000Z'): OrderPublicEvent {
  return {
    specversion: '1.0',
    id: `e${++ids}`,
    source: 'order',
    type: `orderloom.order.${name}.v1`,
    subject: 'order-o1',
    time,
    dataschema: '',
    datacontenttype: 'application/json',
    sequence: String(sequence),
    correlationid: 'c',
    causationid: 'c',
    actor: 'test',
    data,
  } as OrderPublicEvent;
}

const submitted = (more: object = {}) =>
  event(0, 'OrderSubmitted', {
    orderId: 'o1',
    number: '1',
    channel: 'web',
    mode: 'live',
    customerId: 'ALFKI',
    locale: 'en',
    shipTo: { country: 'DE' },
    currency: 'USD',
    lines: [
      { lineId: 'L1', sku: 'A', name: 'A', quantity: 2, unitPrice: 500, gross: 1000, discount: 100, net: 900 },
      { lineId: 'L2', sku: 'A', name: 'A', quantity: 1, unitPrice: 500, gross: 500, discount: 0, net: 500 },
    ],
    totals: { gross: 1500, discount: 100, net: 1400, shipping: 50, total: 1450 },
    paymentTerms: 'invoice',
    requiredBy: '2026-03-05T00:00:00.000Z',
    occurredAt: '2026-03-01T10:00:00.000Z',
    ...more,
  });
const confirmed = event(1, 'OrderConfirmed', { checks: [], occurredAt: '2026-03-01T10:00:01.000Z' });
const shipped = (sequence: number, quantity: number, occurredAt: string) =>
  event(sequence, 'LinesShipped', { lines: [{ lineId: 'L1', quantity }], occurredAt });

const fold = (...events: OrderPublicEvent[]): OrderFact => {
  const fact = events.reduce<OrderFact | undefined>(foldOrder, undefined);
  if (!fact) throw new Error('nothing folded');
  return fact;
};

describe('the fact of an order', () => {
  it('skips what it has and refuses a hole', () => {
    const fact = fold(submitted(), confirmed);
    expect(foldOrder(fact, confirmed)).toBe(fact);
    expect(() => foldOrder(fact, shipped(3, 1, '2026-03-02T00:00:00.000Z'))).toThrow(SequenceHole);
    expect(() => foldOrder(undefined, confirmed)).toThrow(SequenceHole);
  });

  it('is late only when the last part left after the required time', () => {
    const early = shipped(2, 2, '2026-03-04T00:00:00.000Z');
    expect(isShippedLate(fold(submitted(), confirmed, early))).toBe(false);
    expect(isShippedLate(fold(submitted(), confirmed, early, shipped(3, 1, '2026-03-06T00:00:00.000Z')))).toBe(true);
    expect(isShippedLate(fold(submitted(), confirmed, shipped(2, 3, '2026-03-05T00:00:00.000Z')))).toBe(false);
  });

  it('counts an order of two lines of one sku once for the sku', () => {
    const counters = new Map([...contribution(fold(submitted()))].map(([id, c]) => [counterParts(id), c]));
    const sku = [...counters].find(([parts]) => parts.kind === 'sku')?.[1];
    expect(sku).toEqual({ orders: 1, lines: 2, units: 3, gross: 1500, net: 1400 });
  });

  it('keeps separators inside an id', () => {
    const fact = fold(submitted({ shipTo: { country: 'a|b' } }));
    expect([...contribution(fact).keys()].map(counterParts)).toContainEqual({
      day: '2026-03-01',
      currency: 'USD',
      kind: 'country',
      key: 'a|b',
    });
  });
});

describe('counters', () => {
  const way = [
    submitted(),
    confirmed,
    event(2, 'LinesAllocated', { decisionId: 'd', allocations: [] }, '2026-03-01T10:00:02.000Z'),
    event(3, 'FulfilmentReleased', {}, '2026-03-01T10:00:03.000Z'),
    shipped(4, 3, '2026-03-06T00:00:00.000Z'),
    event(5, 'LinesDelivered', { lines: [], occurredAt: '2026-03-07T00:00:00.000Z' }),
    event(6, 'PaymentCaptured', { amount: 1450, currency: 'USD', occurredAt: '2026-03-07T00:00:00.000Z' }),
    event(7, 'OrderCompleted', { occurredAt: '2026-03-07T00:00:00.000Z' }),
  ];

  it('come out the same however the events are cut into batches', () => {
    const whole = counterChanges([{ before: undefined, after: fold(...way) }]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: way.length }), { maxLength: 6 }), fc.boolean(), (cuts, stored) => {
        const sum = new Map<string, Counts>();
        let before: OrderFact | undefined;
        for (const end of [...cuts, way.length].sort((a, b) => a - b)) {
          // Folded on from what was stored, as the recorder does, or all anew, where nothing is the same object.
          const after = stored
            ? way.slice(0, end).reduce<OrderFact | undefined>(foldOrder, before ?? undefined)!
            : fold(...way.slice(0, end));
          for (const [id, counts] of counterChanges([{ before, after }])) {
            const target = sum.get(id) ?? {};
            for (const [field, n] of Object.entries(counts)) target[field] = (target[field] ?? 0) + n;
            sum.set(id, target);
          }
          before = after;
        }
        for (const [id, counts] of sum) {
          const nonZero = Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0));
          expect([id, nonZero]).toEqual([id, whole.get(id) ?? {}]);
        }
        expect(sum.size).toBe(whole.size);
      }),
    );
  });

  it('say nothing when nothing changed', () => {
    const fact = fold(...way);
    expect(counterChanges([{ before: fact, after: fact }]).size).toBe(0);
  });
});

describe('durations', () => {
  it('are read back within 2.2 %', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 10 ** 10 }), (ms) => {
        expect(Math.abs(middleOf(bucketOf(ms)) - ms) / ms).toBeLessThan(0.022 + 1 / ms);
      }),
    );
  });

  it('answer percentiles of the sum', () => {
    const buckets = new Map<number, number>();
    for (let ms = 1; ms <= 1000; ms++) buckets.set(bucketOf(ms), (buckets.get(bucketOf(ms)) ?? 0) + 1);
    expect(percentile(buckets, 0.5)).toBeGreaterThan(478);
    expect(percentile(buckets, 0.5)).toBeLessThan(522);
    expect(percentile(new Map(), 0.5)).toBeUndefined();
  });

  it('are not made up for orders taken over from the past', () => {
    expect(stepDurations(fold(submitted({ mode: 'history' }), confirmed))).toEqual({});
    expect(stepDurations(fold(submitted(), confirmed))).toEqual({ check: 1000 });
  });
});
