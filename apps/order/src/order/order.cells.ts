import { Refused } from '@orderloom/contracts';
import { allocate } from './decide-allocate.js';
import { cancel, cancelLines } from './decide-cancel.js';
import { expire, reject, reopen } from './decide-end.js';
import { capturePayment, failPayment, requestPayment, retryPayment } from './decide-payment.js';
import { failRefund, retryRefunds, succeedRefund } from './decide-refund.js';
import { deliver, ship } from './decide-ship.js';
import { answerStop, requestStop } from './decide-stop.js';
import { recordHistory, submit } from './decide-submit.js';
import type { OrderEvent, PaymentTerms } from './events.js';
import { draft, fold, LATER, ORDER_ID, sourced, submitCommand } from './order.fixtures.js';
import { initial, type Order } from './order.js';

/** Every state an order rests in and every command there is, for the specs and the table made from them. */

export const P1 = `${ORDER_ID}-P1`;
export const F1 = `${ORDER_ID}-F1`;
export const R1 = `${ORDER_ID}-R1`;
export const TOTAL = 4400;
const MUCH_LATER = '2026-04-01T00:00:00.000Z';
export const parcel = { shipmentId: 'S1', fulfilmentId: F1, now: LATER, occurredAt: LATER };
export const all = [
  { lineId: 'L1', quantity: 3 },
  { lineId: 'L2', quantity: 2 },
];
export const money = {
  paymentId: P1,
  amount: TOTAL,
  currency: 'EUR',
  providerReference: 'ref',
  occurredAt: LATER,
  now: LATER,
};
export const failure = { paymentId: P1, code: 'PAYMENT_DECLINED', reason: 'card stolen', retriable: false, now: LATER };

export const run = (order: Order, ...commands: ((order: Order) => OrderEvent[])[]): Order =>
  commands.reduce((state, command) => fold(command(state), state), order);
export const placed = (paymentTerms: PaymentTerms): Order => fold(submit(submitCommand({ paymentTerms }), initial()));
export const find = (order: Order): OrderEvent[] => allocate(sourced(order, 'D1'), order);
export const pay = (order: Order): OrderEvent[] => capturePayment(money, order);
export const fail = (order: Order): OrderEvent[] => failPayment(failure, order);
export const send = (order: Order): OrderEvent[] =>
  ship({ ...parcel, carrier: 'DHL', trackingNumber: 'T1', lines: all }, order);
export const arrive = (order: Order): OrderEvent[] => deliver({ ...parcel, lines: all }, order);
export const stop = (order: Order): OrderEvent[] => cancel({ reason: 'CUSTOMER_REQUEST', now: LATER }, order);
export const refunded = (order: Order): OrderEvent[] =>
  succeedRefund({ refundId: R1, providerReference: 'back', occurredAt: LATER }, order);
export const refundFailed = (order: Order): OrderEvent[] =>
  failRefund({ refundId: R1, code: 'REFUND_DECLINED', reason: 'account closed' }, order);

export const partly = (order: Order): OrderEvent[] =>
  allocate(sourced(order, 'D0', { L1: [{ location: 'MAIN', quantity: 2 }], L2: [] }), order);
const F1_LINES = [
  { lineId: 'L1', quantity: 3, reservationId: 'D1:L1:MAIN' },
  { lineId: 'L2', quantity: 2, reservationId: 'D1:L2:MAIN' },
];
const turnDown = (order: Order): OrderEvent[] => reject({ reason: 'NOT_SOLD_HERE', now: LATER }, order);
export const lapse = (order: Order): OrderEvent[] => expire({ overdueAt: MUCH_LATER, now: MUCH_LATER }, order);
export const takeUp = (order: Order): OrderEvent[] => reopen({ reason: 'CUSTOMER_REQUEST', now: LATER }, order);
export const askToStop = (order: Order): OrderEvent[] =>
  requestStop({ stopId: 'stop-1', reason: 'CUSTOMER_REQUEST', now: LATER }, order);
const stopAnswer = { stopId: 'stop-1', fulfilmentId: F1, partId: F1, occurredAt: LATER, now: LATER };
export const stopped = (order: Order): OrderEvent[] =>
  answerStop({ ...stopAnswer, outcome: 'STOPPED', lines: F1_LINES }, order);
export const stopRefused = (order: Order): OrderEvent[] =>
  answerStop({ ...stopAnswer, outcome: 'REFUSED', code: 'FULFILMENT_ALREADY_PACKED', lines: [] }, order);
export const takeOneOff = (order: Order): OrderEvent[] =>
  cancelLines(
    { cancellationId: 'x1', reason: 'CUSTOMER_REQUEST', lines: [{ lineId: 'L1', quantity: 1 }], now: LATER },
    order,
  );
export const takeLineOff = (order: Order): OrderEvent[] =>
  cancelLines({ cancellationId: 'x2', reason: 'CUSTOMER_REQUEST', lines: [{ lineId: 'L2' }], now: LATER }, order);

export const history = (shippedAt?: string): Order =>
  fold(
    recordHistory(
      { draft: draft(), checks: [], credits: [], creditReason: '', ...(shippedAt === undefined ? {} : { shippedAt }) },
      initial(),
    ),
  );

/** Every state an order rests in. */
export const states = {
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
  oneUnitLess: run(placed('invoice'), takeOneOff),
  paymentRequestedOneUnitLess: run(placed('prepaid'), find, takeOneOff),
  rejected: run(placed('invoice'), turnDown),
  expired: run(placed('prepaid'), find, lapse),
  reopened: run(placed('invoice'), stop, takeUp),
  stopAsked: run(placed('invoice'), find, askToStop),
  paidStopAsked: run(placed('prepaid'), find, pay, askToStop),
  stopRefused: run(placed('invoice'), find, askToStop, stopRefused),
  historyOpen: history(),
  historyDone: history(LATER),
};
export type State = keyof typeof states;

/** Every command, with inputs that fit the states. */
export const commands = {
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
  cancelOneUnit: takeOneOff,
  cancelLine: takeLineOff,
  reject: turnDown,
  expire: lapse,
  reopen: takeUp,
  requestStop: askToStop,
  stopped,
  stopRefused,
  succeedRefund: refunded,
  failRefund: refundFailed,
  retryRefunds,
};

/** What a command does in a state: the events by name, '' nothing, '! CODE' a refusal. */
export const outcome = (decide: () => readonly OrderEvent[]): string => {
  try {
    return decide()
      .map((event) => event.type)
      .join(' ');
  } catch (error) {
    if (error instanceof Refused) return `! ${error.code}`;
    throw error;
  }
};
