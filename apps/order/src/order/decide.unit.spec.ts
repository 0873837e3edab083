import { possibleActions } from './actions.js';
import { allocate } from './decide-allocate.js';
import { capturePayment, failPayment, retryPayment } from './decide-payment.js';
import { recordHistory, submit } from './decide-submit.js';
import {
  arrive,
  commands,
  failure,
  find,
  money,
  outcome,
  P1,
  pay,
  placed,
  run,
  type State,
  send,
  states,
  stop,
  TOTAL,
} from './order.cells.js';
import { draft, fold, LATER, NOW, ORDER_ID, soldLine, sourced } from './order.fixtures.js';
import { initial } from './order.js';
import { axes } from './status.js';

// Written by hand, one cell per state and command: '' is "nothing happens", '!' a refusal.
const CREATED = 'OrderSubmitted OrderConfirmed';
const EXPECTED: Record<keyof typeof commands, { otherwise: string } & Partial<Record<State, string>>> = {
  submit: {
    otherwise: '',
    none: CREATED,
  },
  submitOther: {
    otherwise: '! DUPLICATE_EXTERNAL_NUMBER',
    none: CREATED,
  },
  recordHistory: {
    otherwise: '',
    none: CREATED,
  },
  allocate: {
    otherwise: 'AllocationsReturned',
    none: '! ORDER_NOT_FOUND',
    submitted: '! ORDER_NOT_CONFIRMED',
    confirmed: 'LinesAllocated FulfilmentReleased',
    backordered: 'LinesAllocated AllocationsReturned PaymentRequested',
    cancelled: '',
    cancelledUnpaid: '',
    refundRequested: '',
    refundFailed: '',
    refunded: '',
    oneUnitLess: 'LinesAllocated AllocationsReturned FulfilmentReleased',
    rejected: '',
    expired: '',
    reopened: '',
    historyOpen: '! ORDER_IS_HISTORY',
    historyDone: '! ORDER_IS_HISTORY',
  },
  allocateAgain: {
    otherwise: '',
    none: '! ORDER_NOT_FOUND',
    submitted: '! ORDER_NOT_CONFIRMED',
    confirmed: 'LinesAllocated FulfilmentReleased',
    backordered: 'LinesAllocated AllocationsReturned PaymentRequested',
    oneUnitLess: 'LinesAllocated AllocationsReturned FulfilmentReleased',
    historyOpen: '! ORDER_IS_HISTORY',
    historyDone: '! ORDER_IS_HISTORY',
  },
  requestPayment: {
    otherwise: '',
    none: '! ORDER_NOT_FOUND',
  },
  capture: {
    otherwise: '! PAYMENT_NOT_FOUND',
    none: '! ORDER_NOT_FOUND',
    paymentRequested: 'PaymentCaptured FulfilmentReleased',
    paymentFailed: 'PaymentCaptured FulfilmentReleased',
    paidReleased: '',
    cancelledUnpaid: 'PaymentCaptured RefundRequested',
    refundRequested: '',
    refundFailed: '',
    refunded: '',
    paymentRequestedOneUnitLess: 'PaymentCaptured RefundRequested FulfilmentReleased',
    expired: 'PaymentCaptured RefundRequested',
    paidStopAsked: '',
  },
  fail: {
    otherwise: '! PAYMENT_NOT_FOUND',
    none: '! ORDER_NOT_FOUND',
    paymentRequested: 'PaymentFailed',
    paymentFailed: '',
    paidReleased: '',
    cancelledUnpaid: 'PaymentFailed',
    refundRequested: '',
    refundFailed: '',
    refunded: '',
    paymentRequestedOneUnitLess: 'PaymentFailed',
    expired: 'PaymentFailed',
    paidStopAsked: '',
  },
  retryPayment: {
    otherwise: '! PAYMENT_NOT_DUE',
    none: '! ORDER_NOT_FOUND',
    backordered: '! PAYMENT_NOT_FAILED',
    paymentRequested: '',
    paymentFailed: 'PaymentRequested',
    cancelled: '! ORDER_CANCELLED',
    cancelledUnpaid: '! ORDER_CANCELLED',
    refundRequested: '! ORDER_CANCELLED',
    refundFailed: '! ORDER_CANCELLED',
    refunded: '! ORDER_CANCELLED',
    paymentRequestedOneUnitLess: '',
    rejected: '! ORDER_CANCELLED',
    expired: '! ORDER_EXPIRED',
  },
  ship: {
    otherwise: '! SHIPMENT_NOT_RELEASED',
    none: '! ORDER_NOT_FOUND',
    released: 'LinesShipped',
    paidReleased: 'LinesShipped',
    codReleased: 'LinesShipped',
    shipped: '',
    completed: '',
    cancelled: '! ORDER_CANCELLED',
    cancelledUnpaid: '! ORDER_CANCELLED',
    refundRequested: '! ORDER_CANCELLED',
    refundFailed: '! ORDER_CANCELLED',
    refunded: '! ORDER_CANCELLED',
    rejected: '! ORDER_CANCELLED',
    expired: '! ORDER_EXPIRED',
    stopAsked: 'LinesShipped',
    paidStopAsked: 'LinesShipped',
    stopRefused: 'LinesShipped',
  },
  deliver: {
    otherwise: '! SHIPMENT_NOT_RELEASED',
    none: '! ORDER_NOT_FOUND',
    released: 'LinesShipped LinesDelivered OrderCompleted',
    paidReleased: 'LinesShipped LinesDelivered OrderCompleted',
    codReleased: 'LinesShipped LinesDelivered PaymentCaptured OrderCompleted',
    shipped: 'LinesDelivered OrderCompleted',
    completed: '',
    cancelled: '! ORDER_CANCELLED',
    cancelledUnpaid: '! ORDER_CANCELLED',
    refundRequested: '! ORDER_CANCELLED',
    refundFailed: '! ORDER_CANCELLED',
    refunded: '! ORDER_CANCELLED',
    rejected: '! ORDER_CANCELLED',
    expired: '! ORDER_EXPIRED',
    stopAsked: 'LinesShipped LinesDelivered OrderCompleted',
    paidStopAsked: 'LinesShipped LinesDelivered OrderCompleted',
    stopRefused: 'LinesShipped LinesDelivered OrderCompleted',
  },
  cancel: {
    otherwise: 'OrderCancelled',
    none: '! ORDER_NOT_FOUND',
    released: '! ORDER_ALREADY_RELEASED',
    paidReleased: '! ORDER_ALREADY_RELEASED',
    codReleased: '! ORDER_ALREADY_RELEASED',
    shipped: '! ORDER_ALREADY_RELEASED',
    completed: '! ORDER_COMPLETED',
    cancelled: '',
    cancelledUnpaid: '',
    refundRequested: '',
    refundFailed: '',
    refunded: '',
    rejected: '',
    expired: '! ORDER_EXPIRED',
    stopAsked: '! ORDER_ALREADY_RELEASED',
    paidStopAsked: '! ORDER_ALREADY_RELEASED',
    stopRefused: '! ORDER_ALREADY_RELEASED',
    historyDone: '! ORDER_COMPLETED',
  },
  cancelOneUnit: {
    otherwise: '! LINE_ALREADY_RELEASED',
    none: '! ORDER_NOT_FOUND',
    submitted: 'LinesCancelled',
    confirmed: 'LinesCancelled',
    backordered: 'LinesCancelled',
    paymentRequested: 'AllocationsReturned LinesCancelled',
    paymentFailed: 'AllocationsReturned LinesCancelled',
    completed: '! ORDER_COMPLETED',
    cancelled: '! ORDER_CANCELLED',
    cancelledUnpaid: '! ORDER_CANCELLED',
    refundRequested: '! ORDER_CANCELLED',
    refundFailed: '! ORDER_CANCELLED',
    refunded: '! ORDER_CANCELLED',
    oneUnitLess: '',
    paymentRequestedOneUnitLess: '',
    rejected: '! ORDER_CANCELLED',
    expired: '! ORDER_EXPIRED',
    reopened: 'LinesCancelled',
    historyOpen: '! ORDER_IS_HISTORY',
    historyDone: '! ORDER_COMPLETED',
  },
  cancelLine: {
    otherwise: '! LINE_ALREADY_RELEASED',
    none: '! ORDER_NOT_FOUND',
    submitted: 'LinesCancelled',
    confirmed: 'LinesCancelled',
    backordered: 'LinesCancelled',
    paymentRequested: 'AllocationsReturned LinesCancelled',
    paymentFailed: 'AllocationsReturned LinesCancelled',
    completed: '! ORDER_COMPLETED',
    cancelled: '! ORDER_CANCELLED',
    cancelledUnpaid: '! ORDER_CANCELLED',
    refundRequested: '! ORDER_CANCELLED',
    refundFailed: '! ORDER_CANCELLED',
    refunded: '! ORDER_CANCELLED',
    oneUnitLess: 'LinesCancelled',
    paymentRequestedOneUnitLess: 'AllocationsReturned LinesCancelled',
    rejected: '! ORDER_CANCELLED',
    expired: '! ORDER_EXPIRED',
    reopened: 'LinesCancelled',
    historyOpen: '! ORDER_IS_HISTORY',
    historyDone: '! ORDER_COMPLETED',
  },
  reject: {
    otherwise: 'OrderCancelled',
    none: '! ORDER_NOT_FOUND',
    released: '! ORDER_ALREADY_RELEASED',
    paidReleased: '! ORDER_ALREADY_RELEASED',
    codReleased: '! ORDER_ALREADY_RELEASED',
    shipped: '! ORDER_ALREADY_RELEASED',
    completed: '! ORDER_COMPLETED',
    cancelled: '! ORDER_CANCELLED',
    cancelledUnpaid: '! ORDER_CANCELLED',
    refundRequested: '! ORDER_CANCELLED',
    refundFailed: '! ORDER_CANCELLED',
    refunded: '! ORDER_CANCELLED',
    rejected: '',
    expired: '! ORDER_EXPIRED',
    stopAsked: '! ORDER_ALREADY_RELEASED',
    paidStopAsked: '! ORDER_ALREADY_RELEASED',
    stopRefused: '! ORDER_ALREADY_RELEASED',
    historyOpen: '! ORDER_IS_HISTORY',
    historyDone: '! ORDER_IS_HISTORY',
  },
  expire: {
    otherwise: '',
    none: '! ORDER_NOT_FOUND',
    paymentRequested: 'OrderExpired',
    paymentFailed: 'OrderExpired',
    paymentRequestedOneUnitLess: 'OrderExpired',
  },
  reopen: {
    otherwise: '! ORDER_NOT_OVER',
    none: '! ORDER_NOT_FOUND',
    cancelled: 'OrderReopened',
    cancelledUnpaid: 'OrderReopened',
    refundRequested: '! REFUND_UNDER_WAY',
    refundFailed: '! REFUND_UNDER_WAY',
    refunded: 'OrderReopened',
    rejected: 'OrderReopened',
    expired: 'OrderReopened',
    reopened: '',
    historyOpen: '! ORDER_IS_HISTORY',
    historyDone: '! ORDER_IS_HISTORY',
  },
  requestStop: {
    otherwise: '! NOTHING_RELEASED',
    none: '! ORDER_NOT_FOUND',
    released: 'StopRequested',
    paidReleased: 'StopRequested',
    codReleased: 'StopRequested',
    shipped: '! ORDER_ALREADY_SHIPPED',
    completed: '! ORDER_COMPLETED',
    cancelled: '! ORDER_CANCELLED',
    cancelledUnpaid: '! ORDER_CANCELLED',
    refundRequested: '! ORDER_CANCELLED',
    refundFailed: '! ORDER_CANCELLED',
    refunded: '! ORDER_CANCELLED',
    rejected: '! ORDER_CANCELLED',
    expired: '! ORDER_EXPIRED',
    stopAsked: '',
    paidStopAsked: '',
    stopRefused: '',
    historyDone: '! ORDER_COMPLETED',
  },
  stopped: {
    otherwise: '',
    none: '! ORDER_NOT_FOUND',
    stopAsked: 'StopAnswered OrderCancelled',
    paidStopAsked: 'StopAnswered OrderCancelled RefundRequested',
  },
  stopRefused: {
    otherwise: '',
    none: '! ORDER_NOT_FOUND',
    stopAsked: 'StopAnswered',
    paidStopAsked: 'StopAnswered',
  },
  succeedRefund: {
    otherwise: '! REFUND_NOT_FOUND',
    none: '! ORDER_NOT_FOUND',
    refundRequested: 'RefundSucceeded',
    refundFailed: 'RefundSucceeded',
    refunded: '',
  },
  failRefund: {
    otherwise: '! REFUND_NOT_FOUND',
    none: '! ORDER_NOT_FOUND',
    refundRequested: 'RefundFailed',
    refundFailed: '',
    refunded: '',
  },
  retryRefunds: {
    otherwise: '! REFUND_NOT_FAILED',
    none: '! ORDER_NOT_FOUND',
    refundRequested: '',
    refundFailed: 'RefundRequested',
  },
};

describe('every command in every state', () => {
  for (const name of Object.keys(commands) as (keyof typeof commands)[]) {
    it.each(Object.keys(states) as State[])(`${name} when %s`, (state) => {
      expect(outcome(() => commands[name](states[state]))).toBe(EXPECTED[name][state] ?? EXPECTED[name].otherwise);
    });
  }
});

describe('what the states look like', () => {
  it.each([
    ['confirmed', 'CONFIRMED', 'ON_INVOICE', 'UNALLOCATED'],
    ['backordered', 'CONFIRMED', 'AWAITED', 'BACKORDERED'],
    ['paymentRequested', 'CONFIRMED', 'REQUESTED', 'ALLOCATED'],
    ['paymentFailed', 'CONFIRMED', 'FAILED', 'ALLOCATED'],
    ['released', 'CONFIRMED', 'ON_INVOICE', 'RELEASED'],
    ['paidReleased', 'CONFIRMED', 'PAID', 'RELEASED'],
    ['codReleased', 'CONFIRMED', 'ON_DELIVERY', 'RELEASED'],
    ['shipped', 'CONFIRMED', 'ON_INVOICE', 'SHIPPED'],
    ['completed', 'COMPLETED', 'ON_INVOICE', 'DELIVERED'],
    ['cancelled', 'CANCELLED', 'NOT_DUE', 'CANCELLED'],
    ['refundRequested', 'CANCELLED', 'REFUND_PENDING', 'CANCELLED'],
    ['refundFailed', 'CANCELLED', 'REFUND_FAILED', 'CANCELLED'],
    ['refunded', 'CANCELLED', 'REFUNDED', 'CANCELLED'],
    ['rejected', 'REJECTED', 'NOT_DUE', 'CANCELLED'],
    ['expired', 'EXPIRED', 'NOT_DUE', 'CANCELLED'],
    ['reopened', 'CONFIRMED', 'ON_INVOICE', 'UNALLOCATED'],
    ['historyOpen', 'CONFIRMED', 'ON_INVOICE', 'UNALLOCATED'],
    ['historyDone', 'COMPLETED', 'ON_INVOICE', 'DELIVERED'],
  ] as const)('%s', (state, status, payment, fulfilment) => {
    expect(axes(states[state])).toEqual({ status, payment, fulfilment });
  });

  it('offers actions with the reason why not', () => {
    expect(
      possibleActions(states.paymentFailed, NOW).map(({ action, possible, code }) => [action, possible, code]),
    ).toEqual(
      expect.arrayContaining([
        ['cancel', true, undefined],
        ['cancelLines', true, undefined],
        ['amend', true, undefined],
        ['stop', false, 'NOTHING_RELEASED'],
        ['reject', true, undefined],
        ['reopen', false, 'ORDER_NOT_OVER'],
        ['retryPayment', true, undefined],
        ['addPayment', true, undefined],
        ['retryRefund', false, 'REFUND_NOT_FAILED'],
        ['capturePayment', false, 'PAYMENT_NOT_AUTHORIZED'],
        ['requestRefund', false, 'REFUND_EXCEEDS_CAPTURED'],
      ]),
    );
    expect(possibleActions(states.released, NOW)[0]).toMatchObject({ possible: false, code: 'ORDER_ALREADY_RELEASED' });
    expect(possibleActions(states.cancelled, NOW)[0]).toMatchObject({ possible: false, code: 'NOTHING_TO_DO' });
  });
});

describe('details', () => {
  it('asks for all that is owed and releases per location', () => {
    const found = {
      L1: [
        { location: 'WEST', quantity: 1 },
        { location: 'EAST', quantity: 2 },
      ],
      L2: [{ location: 'EAST', quantity: 2 }],
    };
    const order = run(placed('prepaid'), (o) => allocate(sourced(o, 'D1', found), o));
    expect(order.payments[0]).toMatchObject({ paymentId: P1, amount: TOTAL, dueAt: '2026-03-04T09:30:00.000Z' });
    const released = pay(order).filter((event) => event.type === 'FulfilmentReleased');
    expect(
      released.map(({ data }) => [data.fulfilmentId, data.location, data.lines.map((l) => [l.lineId, l.quantity])]),
    ).toEqual([
      [
        `${ORDER_ID}-F1`,
        'EAST',
        [
          ['L1', 2],
          ['L2', 2],
        ],
      ],
      [`${ORDER_ID}-F2`, 'WEST', [['L1', 1]]],
    ]);
  });

  it('asks again by itself after an outage, but not for ever', () => {
    let order = states.paymentRequested;
    const finals: boolean[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      const events = failPayment({ ...failure, paymentId: `${ORDER_ID}-P${attempt}`, retriable: true }, order);
      finals.push(...events.filter((event) => event.type === 'PaymentFailed').map((event) => event.data.final));
      order = fold(events, order);
    }
    expect(finals).toEqual([false, false, true]);
    expect(order.payments).toHaveLength(3);
    expect(axes(order).payment).toBe('FAILED');
  });

  it('gives back what is paid twice', () => {
    const order = run(states.paymentFailed, (o) => retryPayment({ now: LATER }, o), pay);
    const second = capturePayment({ ...money, paymentId: `${ORDER_ID}-P2` }, order);
    expect(second).toMatchObject([
      { type: 'PaymentCaptured' },
      { type: 'RefundRequested', data: { paymentId: `${ORDER_ID}-P2`, amount: TOTAL, reason: 'OVERPAID' } },
    ]);
  });

  it('refuses another amount than was asked for', () => {
    expect(outcome(() => capturePayment({ ...money, amount: 1 }, states.paymentRequested))).toBe(
      '! PAYMENT_AMOUNT_MISMATCH',
    );
    expect(outcome(() => capturePayment({ ...money, currency: 'USD' }, states.paymentRequested))).toBe(
      '! PAYMENT_AMOUNT_MISMATCH',
    );
  });

  it('learns carrier and tracking number late when the delivery was heard of first', () => {
    const order = run(states.released, arrive);
    expect(send(order)).toMatchObject([{ type: 'LinesShipped', data: { lines: [], trackingNumber: 'T1' } }]);
    expect(run(order, send)).toMatchObject({ status: 'COMPLETED', shipments: [{ trackingNumber: 'T1' }] });
    expect(send(run(order, send))).toEqual([]);
  });

  it('tells a reused Idempotency-Key from a duplicate number', () => {
    const first = draft({ idempotencyKey: 'k' });
    delete first.externalNumber;
    const order = fold(submit({ draft: first, checks: [] }, initial()));
    expect(outcome(() => submit({ draft: { ...first, requestHash: 'other' }, checks: [] }, order))).toBe(
      '! IDEMPOTENCY_KEY_REUSED',
    );
  });

  it('cancels the shipping charge with the lines', () => {
    expect(stop(states.confirmed)[0]).toMatchObject({
      data: { amount: TOTAL, lines: [{ amount: 3000 }, { amount: 1000 }] },
    });
    expect(states.cancelled.ledger).toMatchObject({ sold: TOTAL, cancelled: TOTAL });
  });

  it('releases at once what costs nothing', () => {
    const lines = [soldLine(1, 1, 0)];
    const free = draft({
      lines,
      paymentTerms: 'prepaid',
      totals: { gross: 0, discount: 0, net: 0, shipping: 0, total: 0 },
    });
    const order = fold(submit({ draft: free, checks: [] }, initial()));
    expect(find(order).map((event) => event.type)).toEqual(['LinesAllocated', 'FulfilmentReleased']);
  });

  it('records an order of credits only as done', () => {
    const lines: [] = [];
    const events = recordHistory(
      {
        draft: draft({ lines, totals: { gross: 0, discount: 0, net: 0, shipping: 0, total: 0 } }),
        checks: [],
        credits: [{ creditId: 'C', sku: 'X', name: 'X', quantity: 2, unitPrice: 100, amount: 200 }],
        creditReason: 'returned',
      },
      initial(),
    );
    expect(events.map((event) => event.type)).toEqual([
      'OrderSubmitted',
      'OrderCredited',
      'OrderConfirmed',
      'OrderCompleted',
    ]);
    expect(fold(events).ledger).toMatchObject({ sold: 0, credited: 200 });
  });
});
