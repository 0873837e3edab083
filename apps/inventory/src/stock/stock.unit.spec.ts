import type { StockEvent } from '@orderloom/contracts';
import { givenFor, spec } from '@orderloom/testing';
import { adjust, consume, receive, release, reserve } from './decide.js';
import { available, placeOf, reservationStatus, type Stock, stock, stockId } from './stock.js';

const place = { sku: 'A', location: 'main', reorderLevel: 2 };
const given = givenFor(stock);
const goods = (quantity: number, receiptId?: string): StockEvent => ({
  type: 'GoodsReceived',
  data: { sku: 'A', location: 'main', quantity, ...(receiptId ? { receiptId } : {}) },
});
const line = { orderId: 'o1', lineId: 'L1', sku: 'A', location: 'main' };
const after = { onHand: 0, reserved: 0, available: 0 };
const reserved = (reservationId: string, quantity: number): StockEvent => ({
  type: 'StockReserved',
  data: { ...line, reservationId, quantity, after },
});
const take = (reservationId: string, quantity: number) => (state: Stock) =>
  reserve({ ...place, reservationId, orderId: 'o1', lineId: 'L1', quantity }, state);
const free = (reservationId: string) => (state: Stock) =>
  release({ ...place, reservationId, reason: 'CANCELLED' }, state);
const ship =
  (reservationId: string, quantity: number, shipmentId = 's1') =>
  (state: Stock) =>
    consume({ ...place, reservationId, quantity, shipmentId }, state);

describe('receiving', () => {
  it('adds to what is on hand', () => {
    spec(stock)
      .when((state) => receive({ ...place, quantity: 5, reference: 'PO 7' }, state))
      .then({
        type: 'GoodsReceived',
        data: {
          sku: 'A',
          location: 'main',
          quantity: 5,
          reference: 'PO 7',
          after: { onHand: 5, reserved: 0, available: 5 },
        },
      });
  });

  it('counts a receipt with an id once', () => {
    given(goods(5, 'r1'))
      .when((state) => receive({ ...place, quantity: 5, receiptId: 'r1' }, state))
      .thenNothing();
  });
});

describe('adjusting', () => {
  const correct = (delta: number, adjustmentId?: string) => (state: Stock) =>
    adjust({ ...place, delta, reason: 'count', adjustmentId }, state);

  it('corrects both ways, once per id, and by nothing is nothing', () => {
    given(goods(5)).when(correct(-2, 'a1')).thenTypes('StockAdjusted');
    given(goods(5), {
      type: 'StockAdjusted',
      data: { sku: 'A', location: 'main', delta: 1, reason: 'x', adjustmentId: 'a1' },
    })
      .when(correct(1, 'a1'))
      .thenNothing();
    given(goods(5)).when(correct(0)).thenNothing();
  });

  it('never takes what is reserved', () => {
    given(goods(5), reserved('r', 4)).when(correct(-2)).thenRefused('STOCK_WOULD_BE_NEGATIVE', { reserved: 4 });
    given(goods(5), reserved('r', 4)).when(correct(-1)).thenTypes('StockAdjusted', 'StockLow');
    spec(stock).when(correct(-1)).thenRefused('STOCK_WOULD_BE_NEGATIVE');
  });
});

describe('reserving', () => {
  it('sets units aside and tells what is left', () => {
    given(goods(5))
      .when(take('r', 2))
      .then({
        type: 'StockReserved',
        data: { ...line, reservationId: 'r', quantity: 2, after: { onHand: 5, reserved: 2, available: 3 } },
      });
  });

  it('never gives more than is available', () => {
    given(goods(5), reserved('r', 4)).when(take('q', 2)).thenRefused('STOCK_SHORT', { available: 1 });
    given(goods(5), reserved('r', 4)).when(take('q', 1)).thenTypes('StockReserved', 'StockLow');
  });

  it('is done once, whatever became of the reservation', () => {
    const consumed: StockEvent = {
      type: 'ReservationConsumed',
      data: { ...line, reservationId: 'r', quantity: 2, after },
    };
    const released: StockEvent = {
      type: 'ReservationReleased',
      data: { ...line, reservationId: 'r', quantity: 2, reason: 'x', after },
    };
    given(goods(5), reserved('r', 2)).when(take('r', 2)).thenNothing();
    given(goods(5), reserved('r', 2), consumed).when(take('r', 2)).thenNothing();
    given(goods(5), reserved('r', 2), released).when(take('r', 2)).thenNothing();
  });
});

describe('releasing', () => {
  it('frees the units once; an unknown reservation is nothing', () => {
    given(goods(5), reserved('r', 2)).when(free('r')).thenTypes('ReservationReleased');
    given(goods(5), reserved('r', 2))
      .when(free('r'))
      .thenState((state) => {
        expect(available(state)).toBe(5);
        expect(reservationStatus(state, 'r')).toBe('RELEASED');
        expect(free('r')(state)).toEqual([]);
      });
    given(goods(5)).when(free('r')).thenNothing();
  });
});

describe('consuming', () => {
  it('takes the units out of what is on hand', () => {
    given(goods(5), reserved('r', 2))
      .when(ship('r', 2))
      .thenState((state) => {
        expect([state.onHand, state.reserved, available(state), state.consumed]).toEqual([3, 0, 3, 2]);
        expect(ship('r', 2)(state)).toEqual([]);
      });
  });

  it('can be done in parts, each shipment once', () => {
    given(goods(5), reserved('r', 3))
      .when(ship('r', 1, 's1'))
      .thenState((state) => {
        expect(state.live.get('r')?.quantity).toBe(2);
        expect(ship('r', 1, 's1')(state)).toEqual([]);
        expect(ship('r', 2, 's2')(state)).toHaveLength(1);
      });
  });

  it('is refused for what is not there', () => {
    const released: StockEvent = {
      type: 'ReservationReleased',
      data: { ...line, reservationId: 'r', quantity: 2, reason: 'x', after },
    };
    given(goods(5)).when(ship('r', 1)).thenRefused('RESERVATION_NOT_FOUND');
    given(goods(5), reserved('r', 2), released).when(ship('r', 2)).thenRefused('RESERVATION_RELEASED');
    given(goods(5), reserved('r', 2)).when(ship('r', 3)).thenRefused('RESERVATION_EXCEEDED', { reserved: 2 });
  });
});

describe('low stock', () => {
  const low: StockEvent = { type: 'StockLow', data: { sku: 'A', location: 'main', available: 2, reorderLevel: 2 } };

  it('is raised once when available falls to the reorder level', () => {
    given(goods(5)).when(take('r', 2)).thenTypes('StockReserved');
    given(goods(5)).when(take('r', 3)).thenTypes('StockReserved', 'StockLow');
    given(goods(5), reserved('r', 3), low).when(take('q', 1)).thenTypes('StockReserved');
  });

  it('is armed again when available rises above it', () => {
    given(goods(5), reserved('r', 3), low, goods(3)).when(take('q', 4)).thenTypes('StockReserved', 'StockLow');
  });

  it('is not raised where no product says at which level', () => {
    given(goods(1))
      .when((state) =>
        reserve({ sku: 'A', location: 'main', reservationId: 'r', orderId: 'o', lineId: 'L1', quantity: 1 }, state),
      )
      .thenTypes('StockReserved');
  });
});

it('a stock id names location and sku, also a sku with a colon', () => {
  expect(placeOf(`stock-${stockId('main', 'A:1')}`)).toEqual({ location: 'main', sku: 'A:1' });
  expect(placeOf('east-2:A-1')).toEqual({ location: 'east-2', sku: 'A-1' });
});

it('thousands of ended reservations are remembered, not all for ever', () => {
  let state = stock.evolve(stock.initial(), goods(100_000));
  for (let n = 0; n < 10_000; n++) {
    state = stock.evolve(state, reserved(`r${n}`, 1));
    state = stock.evolve(state, {
      type: 'ReservationConsumed',
      data: { ...line, reservationId: `r${n}`, quantity: 1, after },
    });
  }
  expect(reservationStatus(state, 'r9999')).toBe('CONSUMED');
  expect(reservationStatus(state, 'r6000')).toBe('CONSUMED');
  expect(state.ended.size + state.endedBefore.size).toBeLessThanOrEqual(8192);
  expect(state.live.size).toBe(0);
});
