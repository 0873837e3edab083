import type { SourcingEvent } from '@orderloom/contracts';
import { givenFor, spec } from '@orderloom/testing';
import fc from 'fast-check';
import { cancelSourcing, changeDemand, recordDecision, recordFurtherDecision } from './decide.js';
import { planTakes, reasonOf } from './plan-allocations.js';
import { type Decision, type Sourcing, sourcing } from './sourcing.js';

const given = givenFor(sourcing);
const line = (lineId: string, requested: number, allocated: number) => ({
  lineId,
  sku: 'A',
  requested,
  allocations:
    allocated > 0 ? [{ location: 'main', quantity: allocated, reservationId: `r-${lineId}-${allocated}` }] : [],
  backordered: requested - allocated,
  reason: 'SOURCED_IN_PART',
  candidates: [{ location: 'main', available: allocated }],
});
const decision = (decisionId: string, ...lines: Decision['lines']): Decision => ({ orderId: 'o1', decisionId, lines });
const decided = (...of: Parameters<typeof decision>) => ({ type: 'SourcingDecided', data: decision(...of) }) as const;
const cancelled = { type: 'SourcingCancelled', data: { orderId: 'o1', reason: 'CANCELLED' } } as const;

describe('recording a decision', () => {
  it('is done once and never changed', () => {
    const record = (state: Sourcing) => recordDecision(decision('d1', line('L1', 2, 2)), state);
    spec(sourcing)
      .when(record)
      .then(decided('d1', line('L1', 2, 2)));
    given(decided('d1', line('L1', 2, 0)))
      .when(record)
      .thenNothing();
  });

  it('is too late once the order is cancelled', () => {
    given(cancelled)
      .when((state) => recordDecision(decision('d1', line('L1', 2, 2)), state))
      .thenNothing();
  });

  it('that was made beside another one is dropped', () => {
    const further = (number: number) => (state: Sourcing) =>
      recordFurtherDecision(decision('d2', line('L1', 2, 1)), number, state);
    given(decided('d1', line('L1', 3, 1)))
      .when(further(1))
      .thenTypes('SourcingDecided');
    given(decided('d1', line('L1', 3, 1)), decided('dx', line('L1', 2, 2)))
      .when(further(1))
      .thenNothing();
  });

  it('keeps what is allocated and what still waits, line by line', () => {
    given(decided('d1', line('L1', 5, 2), line('L2', 1, 0)), decided('d2', line('L1', 3, 2))).state((state) => {
      expect(state.allocations.map(({ lineId, quantity }) => [lineId, quantity])).toEqual([
        ['L1', 2],
        ['L1', 2],
      ]);
      expect(state.open).toEqual([
        { lineId: 'L2', sku: 'A', quantity: 1 },
        { lineId: 'L1', sku: 'A', quantity: 1 },
      ]);
    });
  });
});

describe('cancelling', () => {
  const cancel = (state: Sourcing) => cancelSourcing('o1', 'CANCELLED', state);
  it('ends the wait, also before any decision, and once', () => {
    spec(sourcing).when(cancel).then(cancelled);
    given(decided('d1', line('L1', 5, 2)))
      .when(cancel)
      .thenState((state) => expect(state.status).toBe('CANCELLED'));
    given(cancelled).when(cancel).thenNothing();
  });
});

describe('choosing where units come from', () => {
  const at = (location: string, available: number) => ({ location, available });

  it('takes all from the location with the most', () => {
    expect(planTakes(4, [at('east', 5), at('main', 9)])).toEqual([{ location: 'main', quantity: 4 }]);
  });

  it('splits over as few as possible when none has all', () => {
    expect(planTakes(12, [at('a', 2), at('b', 8), at('c', 5)])).toEqual([
      { location: 'b', quantity: 8 },
      { location: 'c', quantity: 4 },
    ]);
  });

  it('takes what there is, in the same order every time', () => {
    expect(planTakes(9, [at('b', 3), at('a', 3), at('c', 0)])).toEqual([
      { location: 'a', quantity: 3 },
      { location: 'b', quantity: 3 },
    ]);
    expect(planTakes(9, [])).toEqual([]);
  });

  it('says why', () => {
    expect(reasonOf(2, [{ location: 'a', quantity: 2 }])).toBe('SOURCED_FROM_ONE_LOCATION');
    expect(
      reasonOf(
        2,
        [at('a', 1), at('b', 1)].map((c) => ({ location: c.location, quantity: 1 })),
      ),
    ).toBe('SOURCED_FROM_SEVERAL_LOCATIONS');
    expect(reasonOf(2, [{ location: 'a', quantity: 1 }])).toBe('SOURCED_IN_PART');
    expect(reasonOf(2, [])).toBe('NOTHING_AVAILABLE');
  });

  it('never takes more than is asked or available, and all that can be had', () => {
    const candidates = fc.uniqueArray(
      fc.record({ location: fc.string({ minLength: 1 }), available: fc.integer({ min: 0, max: 20 }) }),
      {
        selector: (one) => one.location,
      },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), candidates, (quantity, all) => {
        const takes = planTakes(quantity, all);
        const sum = takes.reduce((total, take) => total + take.quantity, 0);
        const there = all.reduce((total, one) => total + one.available, 0);
        expect(sum).toBe(Math.min(quantity, there));
        for (const take of takes) {
          expect(take.quantity).toBeGreaterThan(0);
          expect(take.quantity).toBeLessThanOrEqual(all.find((one) => one.location === take.location)?.available ?? 0);
        }
        if (all.some((one) => one.available >= quantity)) expect(takes).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});

describe('units that a location could not send', () => {
  const allocated = (quantity: number): SourcingEvent => ({
    type: 'SourcingDecided',
    data: {
      orderId: 'o1',
      decisionId: 'd1',
      lines: [
        {
          lineId: 'L1',
          sku: 'A',
          requested: quantity,
          allocations: [{ location: 'main', quantity, reservationId: 'r1' }],
          backordered: 0,
          reason: 'SOURCED_FROM_ONE_LOCATION',
          candidates: [],
        },
      ],
    },
  });
  const lost = (quantity: number) => (state: Sourcing) =>
    changeDemand(
      {
        orderId: 'o1',
        orderSequence: 7,
        returned: [{ lineId: 'L1', reservationId: 'r1', quantity }],
        avoid: 'main',
        again: true,
      },
      state,
    );

  it('are looked for again, and not there', () => {
    given(allocated(5))
      .when(lost(2))
      .thenState((state) => {
        expect(state.allocations).toMatchObject([{ quantity: 3 }]);
        expect(state.open).toEqual([{ lineId: 'L1', sku: 'A', quantity: 2 }]);
        expect([state.pending, state.avoid]).toEqual([['L1'], ['main']]);
        expect(lost(2)(state)).toEqual([]);
      });
  });

  it('are never more than it had', () => {
    given(allocated(1))
      .when(lost(9))
      .thenState((state) => expect([state.allocations, state.open[0]?.quantity]).toEqual([[], 1]));
  });
});
