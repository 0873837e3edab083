import { Refused } from '@orderloom/contracts';
import { possibleActions } from './actions.js';
import { allocate } from './decide-allocate.js';
import { cancel } from './decide-cancel.js';
import { capturePayment, failPayment, requestPayment, retryPayment } from './decide-payment.js';
import { failRefund, retryRefunds, succeedRefund } from './decide-refund.js';
import { deliver, ship } from './decide-ship.js';
import { recordHistory, submit } from './decide-submit.js';
import type { OrderEvent, PaymentTerms } from './events.js';
import { draft, fold, LATER, NOW, ORDER_ID, soldLine, sourced, submitCommand } from './order.fixtures.js';
import type { Order } from './order.js';
import { initial } from './order.js';
import { axes } from './status.js';

const P1 = `${ORDER_ID}-P1`;
const F1 = `${ORDER_ID}-F1`;
const R1 = `${ORDER_ID}-R1`;
const TOTAL = 4400;
const parcel = { shipmentId: 'S1', fulfilmentId: F1, now: LATER, occurredAt: LATER };
const all = [
  { lineId: 'L1', quantity: 3 },
  { lineId: 'L2', quantity: 2 },
];
const money = {
  paymentId: P1,
  amount: TOTAL,
  currency: 'EUR',
  providerReference: 'ref',
  occurredAt: LATER,
  now: LATER,
};
const failure = { paymentId: P1, code: 'PAYMENT_DECLINED', reason: 'card stolen', retriable: false, now: LATER };

const run = (order: Order, ...commands: ((order: Order) => OrderEvent[])[]): Order =>
  commands.reduce((state, command) => fold(command(state), state), order);
const placed = (paymentTerms: PaymentTerms): Order => fold(submit(submitCommand({ paymentTerms }), initial()));
const find = (order: Order): OrderEvent[] => allocate(sourced(order, 'D1'), order);
const pay = (order: Order): OrderEvent[] => capturePayment(money, order);
const fail = (order: Order): OrderEvent[] => failPayment(failure, order);
const send = (order: Order): OrderEvent[] =>
  ship({ ...parcel, carrier: 'DHL', trackingNumber: 'T1', lines: all }, order);
const arrive = (order: Order): OrderEvent[] => deliver({ ...parcel, lines: all }, order);
const stop = (order: Order): OrderEvent[] => cancel({ reason: 'CUSTOMER_REQUEST', now: LATER }, order);
const refunded = (order: Order): OrderEvent[] =>
  succeedRefund({ refundId: R1, providerReference: 'back', occurredAt: LATER }, order);
const refundFailed = (order: Order): OrderEvent[] =>
  failRefund({ refundId: R1, code: 'REFUND_DECLINED', reason: 'account closed' }, order);

const partly = (order: Order): OrderEvent[] =>
  allocate(sourced(order, 'D0', { L1: [{ location: 'MAIN', quantity: 2 }], L2: [] }), order);
const history = (shippedAt?: string): Order =>
  fold(
    recordHistory(
      { draft: draft(), checks: [], credits: [], creditReason: '', ...(shippedAt === undefined ? {} : { shippedAt }) },
      initial(),
    ),
  );

/** Every state an order rests in. */
const states = {
  none: initial(),
  submitted: fold(submit(submitCommand(), initial()).slice(0, 1)),
  confirmed: placed('invoice'),
  backordered: run(placed('prepaid'), partly),
  paymentRequested: run(placed('prepaid'), find),
  paymentFailed: run(placed('prepaid'), find, fail),
  released: run(placed('invoice'), find),
  paidReleased: run(placed('prepaid'), find, pay),
  codReleased: run(placed('cod'), find),
  shipped: run(placed('invoice'), find, send),
  completed: run(placed('invoice'), find, send, arrive),
  cancelled: run(placed('invoice'), stop),
  cancelledUnpaid: run(placed('prepaid'), find, stop),
  refundRequested: run(placed('prepaid'), find, stop, pay),
  refundFailed: run(placed('prepaid'), find, stop, pay, refundFailed),
  refunded: run(placed('prepaid'), find, stop, pay, refunded),
  historyOpen: history(),
  historyDone: history(LATER),
};
type State = keyof typeof states;

const commands = {
  submit: (order: Order) => submit(submitCommand(), order),
  submitOther: (order: Order) => submit(submitCommand({ requestHash: 'other' }), order),
  recordHistory: (order: Order) => recordHistory({ draft: draft(), checks: [], credits: [], creditReason: '' }, order),
  allocate: (order: Order) => allocate({ ...sourced(placed('invoice'), 'D9') }, order),
  allocateAgain: (order: Order) => allocate({ ...sourced(placed('invoice'), 'D1') }, order),
  requestPayment: (order: Order) => requestPayment({ now: LATER }, order),
  capture: pay,
  fail,
  retryPayment: (order: Order) => retryPayment({ now: LATER }, order),
  ship: send,
  deliver: arrive,
  cancel: stop,
  succeedRefund: refunded,
  failRefund: refundFailed,
  retryRefunds,
};

const outcome = (decide: () => OrderEvent[]): string => {
  try {
    return decide()
      .map((event) => event.type)
      .join(' ');
  } catch (error) {
    if (error instanceof Refused) return `! ${error.code}`;
    throw error;
  }
};

// Written by hand, one cell per state and command: '' is "nothing happens", '!' a refusal.
const CREATED = 'OrderSubmitted OrderConfirmed';
const EXPECTED: Record<keyof typeof commands, { otherwise: string } & Partial<Record<State, string>>> = {
  submit: { otherwise: '', none: CREATED },
  submitOther: { otherwise: '! DUPLICATE_EXTERNAL_NUMBER', none: CREATED },
  recordHistory: { otherwise: '', none: CREATED },
  allocate: {
    otherwise: '! LINE_QUANTITY_EXCEEDED',
    none: '! ORDER_NOT_FOUND',
    submitted: '! ORDER_NOT_CONFIRMED',
    confirmed: 'LinesAllocated FulfilmentReleased',
    cancelled: '',
    cancelledUnpaid: '',
    refundRequested: '',
    refundFailed: '',
    refunded: '',
    historyOpen: '! ORDER_IS_HISTORY',
    historyDone: '! ORDER_IS_HISTORY',
  },
  allocateAgain: {
    otherwise: '',
    none: '! ORDER_NOT_FOUND',
    submitted: '! ORDER_NOT_CONFIRMED',
    confirmed: 'LinesAllocated FulfilmentReleased',
    backordered: '! LINE_QUANTITY_EXCEEDED',
    historyOpen: '! ORDER_IS_HISTORY',
    historyDone: '! ORDER_IS_HISTORY',
  },
  requestPayment: { otherwise: '', none: '! ORDER_NOT_FOUND' },
  capture: {
    otherwise: '! PAYMENT_NOT_FOUND',
    none: '! ORDER_NOT_FOUND',
    paymentRequested: 'PaymentCaptured FulfilmentReleased',
    paymentFailed: 'PaymentCaptured FulfilmentReleased',
    cancelledUnpaid: 'PaymentCaptured RefundRequested',
    paidReleased: '',
    refundRequested: '',
    refundFailed: '',
    refunded: '',
  },
  fail: {
    otherwise: '! PAYMENT_NOT_FOUND',
    none: '! ORDER_NOT_FOUND',
    paymentRequested: 'PaymentFailed',
    cancelledUnpaid: 'PaymentFailed',
    paymentFailed: '',
    paidReleased: '',
    refundRequested: '',
    refundFailed: '',
    refunded: '',
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
  },
  cancel: {
    otherwise: 'OrderCancelled',
    none: '! ORDER_NOT_FOUND',
    released: '! ORDER_ALREADY_RELEASED',
    paidReleased: '! ORDER_ALREADY_RELEASED',
    codReleased: '! ORDER_ALREADY_RELEASED',
    shipped: '! ORDER_ALREADY_RELEASED',
    completed: '! ORDER_COMPLETED',
    historyDone: '! ORDER_COMPLETED',
    cancelled: '',
    cancelledUnpaid: '',
    refundRequested: '',
    refundFailed: '',
    refunded: '',
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
    ['historyOpen', 'CONFIRMED', 'ON_INVOICE', 'UNALLOCATED'],
    ['historyDone', 'COMPLETED', 'ON_INVOICE', 'DELIVERED'],
  ] as const)('%s', (state, status, payment, fulfilment) => {
    expect(axes(states[state])).toEqual({ status, payment, fulfilment });
  });

  it('offers actions with the reason why not', () => {
    expect(
      possibleActions(states.paymentFailed, NOW).map(({ action, possible, code }) => [action, possible, code]),
    ).toEqual([
      ['cancel', true, undefined],
      ['retryPayment', true, undefined],
      ['retryRefund', false, 'REFUND_NOT_FAILED'],
    ]);
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
