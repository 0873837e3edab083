import { Refused, type StockEvent } from '@orderloom/contracts';
import fc from 'fast-check';
import { adjust, consume, receive, release, reserve, reserveUpTo } from './decide.js';
import { arrive, count, moveOut, scrap, setAllotment, takeBack } from './decide-ledger.js';
import { available, type Stock, stock } from './stock.js';
import { writeOff } from './write-off.js';

const place = { sku: 'A', location: 'main', reorderLevel: 3 };
const id = fc.integer({ min: 1, max: 6 }).map(String);
const units = fc.integer({ min: 1, max: 12 });

const numbers = fc.uniqueArray(
  fc.integer({ min: 1, max: 12 }).map((n) => `n${n}`),
  { minLength: 1, maxLength: 5 },
);

const EXPIRY: Readonly<Record<string, string | undefined>> = { x: '2026-02-01', y: '2026-05-01' };

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
  fc.record({ quantity: units, receiptId: id, lot: fc.constantFrom('x', 'y', 'z') }).map(
    (c): Step =>
      (s) =>
        receive({ ...place, ...c, receiptId: `l${c.receiptId}`, expiresOn: EXPIRY[c.lot] }, s),
  ),
  fc.record({ reservationId: id, quantity: units, channel: fc.constantFrom('web', 'shop', undefined) }).map(
    (c): Step =>
      (s) =>
        reserveUpTo({ ...place, ...c, today: '2026-03-01', keep: 1, orderId: 'o', lineId: 'L1' }, 10, s),
  ),
  fc.record({ reservationId: id, quantity: units }).map(
    (c): Step =>
      (s) =>
        release(
          {
            ...place,
            reservationId: c.reservationId,
            reason: 'PART',
            part: { releaseId: c.reservationId, quantity: c.quantity },
          },
          s,
        ),
  ),
  fc.record({ counted: fc.integer({ min: 0, max: 30 }), countId: id }).map(
    (c): Step =>
      (s) =>
        count({ ...place, ...c, countId: `c${c.countId}` }, s),
  ),
  fc.record({ quantity: units, moveId: id }).map(
    (c): Step =>
      (s) =>
        moveOut({ ...place, ...c, to: 'east' }, s),
  ),
  fc.record({ quantity: units, moveId: id }).map(
    (c): Step =>
      (s) =>
        arrive({ ...place, ...c, from: 'east' }, s),
  ),
  fc.record({ quantity: units, returnId: id }).map(
    (c): Step =>
      (s) =>
        takeBack({ ...place, ...c, returnId: `b${c.returnId}` }, s),
  ),
  fc.record({ quantity: units, scrapId: id, lot: fc.constantFrom('x', undefined) }).map(
    (c): Step =>
      (s) =>
        scrap({ ...place, ...c, scrapId: `s${c.scrapId}`, reason: 'breakage' }, s),
  ),
  fc.record({ serials: numbers, receiptId: id }).map(
    (c): Step =>
      (s) =>
        receive({ ...place, serials: c.serials, quantity: c.serials.length, receiptId: `n${c.receiptId}` }, s),
  ),
  fc.record({ serials: numbers, scrapId: id }).map(
    (c): Step =>
      (s) =>
        scrap({ ...place, serials: c.serials, quantity: c.serials.length, scrapId: `n${c.scrapId}`, reason: 'x' }, s),
  ),
  fc.record({ serials: numbers, countId: id }).map(
    (c): Step =>
      (s) =>
        count({ ...place, serials: c.serials, counted: c.serials.length, countId: `n${c.countId}` }, s),
  ),
  fc.record({ quantity: units, adjustmentId: id }).map(
    (c): Step =>
      (s) =>
        writeOff({ ...place, ...c, adjustmentId: `w${c.adjustmentId}`, reason: 'SHORT_PICK', today: '2026-03-01' }, s),
  ),
  fc.record({ quantity: fc.integer({ min: 0, max: 9 }), channel: fc.constantFrom('web', 'shop') }).map(
    (c): Step =>
      (s) =>
        setAllotment({ ...place, ...c, exclusive: c.channel === 'shop' }, s),
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
          const { received, adjusted, returned, moved, consumed, scrapped } = state;
          expect(received + adjusted + returned + moved).toBe(available(state) + state.reserved + consumed + scrapped);
          const lots = [...state.lots.values()];
          for (const lot of lots) expect(lot.onHand).toBeGreaterThanOrEqual(lot.reserved);
          for (const lot of lots) expect(lot.reserved).toBeGreaterThanOrEqual(0);
          // Units of no lot are never negative, neither on hand nor reserved.
          expect(lots.reduce((sum, lot) => sum + lot.onHand, 0)).toBeLessThanOrEqual(state.onHand);
          expect(lots.reduce((sum, lot) => sum + lot.reserved, 0)).toBeLessThanOrEqual(state.reserved);
          // No number stands for a unit that is not there.
          expect(state.serials.size).toBeLessThanOrEqual(state.onHand);
          for (const one of state.allotments.values()) expect(one.left).toBeGreaterThanOrEqual(0);
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
