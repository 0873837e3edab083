import type { StockEvent } from '@orderloom/contracts';
import { givenFor } from '@orderloom/testing';
import { adjust } from './decide.js';
import { count, moveOut, scrap } from './decide-ledger.js';
import { stock } from './stock.js';
import { writeOff } from './write-off.js';

const place = { sku: 'A', location: 'main' };
const given = givenFor(stock);
const phones: StockEvent = { type: 'GoodsReceived', data: { ...place, quantity: 3, serials: ['1', '2', '3'] } };
const milk = (lot: string, quantity: number, expiresOn: string): StockEvent => ({
  type: 'GoodsReceived',
  data: { ...place, quantity, lots: [{ lot, quantity, expiresOn }] },
});

describe('units that are kept by serial number', () => {
  it('go by their number, never unnamed', () => {
    given(phones)
      .when((state) => moveOut({ ...place, to: 'east', quantity: 1, moveId: 'm' }, state))
      .thenRefused('SERIALS_REQUIRED');
    given(phones)
      .when((state) => scrap({ ...place, quantity: 1, scrapId: 's', reason: 'x' }, state))
      .thenRefused('SERIALS_REQUIRED');
    given(phones)
      .when((state) => adjust({ ...place, delta: -1, reason: 'x' }, state))
      .thenRefused('SERIALS_REQUIRED');
    given(phones)
      .when((state) => count({ ...place, counted: 2, countId: 'c' }, state))
      .thenRefused('SERIALS_REQUIRED');
    given(phones, { type: 'GoodsReceived', data: { ...place, quantity: 1 } })
      .when((state) => moveOut({ ...place, to: 'east', quantity: 1, moveId: 'm' }, state))
      .thenTypes('StockMovedOut');
  });

  it('are counted by their numbers, the missing and the found ones told', () => {
    const counted = (serials: string[], quantity = serials.length) =>
      given(phones).when((state) => count({ ...place, counted: quantity, serials, countId: 'c' }, state));
    const told = { difference: -1, serialsMissing: ['2', '3'], serialsFound: ['9'] };
    expect(counted(['1', '9']).events).toMatchObject([{ type: 'StockCounted', data: told }]);
    counted(['1', '9']).thenState((state) => expect([...state.serials].sort()).toEqual(['1', '9']));
    counted(['1', '1'], 2).thenRefused('SERIALS_DIFFER');
  });

  it('that turn up must say their number, as those of a lot their lot', () => {
    given(phones)
      .when((state) => count({ ...place, counted: 4, tracking: 'serial', countId: 'c' }, state))
      .thenRefused('SERIALS_REQUIRED');
    given(milk('a', 2, '2026-05-01'))
      .when((state) => count({ ...place, counted: 4, tracking: 'lot', countId: 'c' }, state))
      .thenRefused('LOT_MISSING');
  });
});

describe('a lot that turns up', () => {
  const found = (lot: string, more: object = {}) =>
    given(milk('a', 2, '2026-05-01')).when((state) =>
      count({ ...place, counted: 5, lot, countId: 'c', shelfLifeUntil: '2026-06-01', ...more }, state),
    );

  it('expires as is said, else after the shelf life of the product; a known one when it did', () => {
    found('b').thenState((state) => expect(state.lots.get('b')).toMatchObject({ onHand: 5, expiresOn: '2026-06-01' }));
    found('b', { expiresOn: '2026-04-01' }).thenState((state) =>
      expect(state.lots.get('b')?.expiresOn).toBe('2026-04-01'),
    );
    found('a').thenState((state) => expect(state.lots.get('a')).toMatchObject({ onHand: 5, expiresOn: '2026-05-01' }));
  });
});

describe('units that a picker did not find', () => {
  const gone = { ...place, reason: 'SHORT_PICK', adjustmentId: 'w', today: '2026-03-01' };

  it('are written off the lots that were given out, once', () => {
    const lots = [milk('old', 4, '2026-02-01'), milk('a', 2, '2026-05-01'), milk('b', 3, '2026-06-01')];
    const written = given(...lots).when((state) => writeOff({ ...gone, quantity: 3 }, state));
    expect(written.events).toMatchObject([
      { data: { lot: 'a', delta: -2, adjustmentId: 'w' } },
      { data: { lot: 'b', delta: -1, adjustmentId: 'w:1', after: { onHand: 6 } } },
    ]);
    given(...lots, ...(written.events as StockEvent[]))
      .when((state) => writeOff({ ...gone, quantity: 3 }, state))
      .thenNothing();
  });

  it('with serial numbers are the lowest, marked as assumed; never more than are free', () => {
    const written = given(phones).when((state) => writeOff({ ...gone, quantity: 9 }, state));
    expect(written.events).toMatchObject([{ data: { delta: -3, serials: ['1', '2', '3'], serialsAssumed: true } }]);
    written.thenState((state) => expect([state.onHand, state.serials.size]).toEqual([0, 0]));
  });
});
