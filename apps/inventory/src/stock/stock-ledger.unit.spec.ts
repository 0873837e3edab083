import { Refused, type StockEvent } from '@orderloom/contracts';
import fc from 'fast-check';
import { adjust, consume, receive, release, reserve } from './decide.js';
import { available, type Stock, stock } from './stock.js';

const place = { sku: 'A', location: 'main', reorderLevel: 3 };
const id = fc.integer({ min: 1, max: 6 }).map(String);
const units = fc.integer({ min: 1, max: 12 });

type Step = (state: Stock) => StockEvent[];
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ quantity: units, receiptId: id }).map(
    (c): Step =>
      (s) =>
        receive({ ...place, ...c }, s),
  ),
  fc.record({ delta: fc.integer({ min: -8, max: 8 }), adjustmentId: id }).map(
    (c): Step =>
      (s) =>
        adjust({ ...place, ...c, adjustmentId: `a${c.adjustmentId}`, reason: 'count' }, s),
  ),
  fc.record({ reservationId: id, quantity: units }).map(
    (c): Step =>
      (s) =>
        reserve({ ...place, ...c, orderId: `o${c.reservationId}`, lineId: 'L1' }, s),
  ),
  fc.record({ reservationId: id }).map(
    (c): Step =>
      (s) =>
        release({ ...place, ...c, reason: 'CANCELLED' }, s),
  ),
  fc.record({ reservationId: id, quantity: units, shipmentId: id }).map(
    (c): Step =>
      (s) =>
        consume({ ...place, ...c }, s),
  ),
);

const run = (decide: Step, state: Stock): StockEvent[] => {
  try {
    return decide(state);
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
};

const fold = (events: readonly StockEvent[], state = stock.initial()): Stock =>
  events.reduce<Stock>((s, event) => stock.evolve(s, event), state);

describe('the stock ledger, whatever is asked of it', () => {
  it('is never negative and always adds up', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = stock.initial();
        for (const decide of steps) {
          state = fold(run(decide, state), state);
          expect(state.reserved).toBeGreaterThanOrEqual(0);
          expect(available(state)).toBeGreaterThanOrEqual(0);
          expect(state.reserved + available(state)).toBe(state.onHand);
          expect(state.received).toBe(available(state) + state.reserved + state.consumed - state.adjusted);
          expect(state.live.valueSeq().reduce((sum, one) => sum + one.quantity, 0)).toBe(state.reserved);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives no events for a command repeated at once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), step, (steps, last) => {
        let state = stock.initial();
        for (const decide of steps) state = fold(run(decide, state), state);
        const after = fold(run(last, state), state);
        expect(run(last, after)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('writes the figures of the folded state into every event', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let state = stock.initial();
        for (const decide of steps) {
          for (const event of run(decide, state)) {
            state = fold([event], state);
            if ('after' in event.data && event.data.after) {
              expect(event.data.after).toEqual({
                onHand: state.onHand,
                reserved: state.reserved,
                available: available(state),
              });
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
