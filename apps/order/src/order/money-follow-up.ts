import { childId, hoursAfter } from './child-ids.js';
import { hasEnded } from './ending.js';
import type { DataOf, OrderEvent, PaymentRequested } from './events.js';
import { isBlocked } from './holds.js';
import { due, net, overpaid } from './money.js';
import type { Order } from './order.js';
import { type PlannedPart, partsToAsk } from './payment-plan.js';
import type { Payment } from './payments.js';
import { type Refund, refundableOf } from './refunds.js';
import { worthOfShipped } from './worth.js';

/** How long a customer has to pay before a request lapses. */
export const PAYMENT_WINDOW_HOURS = 72;

export const paymentIdOf = (order: Order): string => childId(order, 'P', order.payments.length + 1);

/** Who decides on refunds: up to which amount, in minor units, no person has to agree. Absent: never. */
export interface RefundPolicy {
  readonly automaticUpTo?: number;
}

/** A further attempt to collect an amount. */
export const paymentRequest = (
  order: Order,
  what: Pick<PlannedPart, 'method' | 'provider' | 'amount'> &
    Partial<Pick<PlannedPart, 'purpose' | 'account'>> & { part?: number; capture?: 'manual' },
  now: string,
): PaymentRequested => ({
  type: 'PaymentRequested',
  data: {
    paymentId: paymentIdOf(order),
    attempt: order.payments.length + 1,
    provider: what.provider,
    method: what.method,
    amount: what.amount,
    currency: order.currency,
    dueAt: hoursAfter(now, PAYMENT_WINDOW_HOURS),
    ...(what.part === undefined ? {} : { part: what.part }),
    ...(what.purpose === undefined ? {} : { purpose: what.purpose }),
    ...(what.capture === undefined ? {} : { capture: what.capture }),
    ...(what.account === undefined ? {} : { account: what.account }),
  },
});

/** Asks for every part of the plan that is due and was never asked for. */
export const requestParts = (order: Order, when: PlannedPart['due'], now: string): OrderEvent[] => {
  const manual = order.payment !== null && order.payment.capture !== 'at_once';
  return partsToAsk(order, when).map((part, index) => {
    const { data } = paymentRequest(order, part, now);
    const nth = order.payments.length + 1 + index;
    return {
      type: 'PaymentRequested',
      data: {
        ...data,
        paymentId: childId(order, 'P', nth),
        attempt: nth,
        ...(order.payment === null ? {} : { part: part.number }),
        ...(manual ? { capture: 'manual' as const } : {}),
      },
    };
  });
};

/** What a refund needs to be paid without looking anything up. */
export const refundRequest = (
  order: Order,
  payment: Payment,
  refund: { refundId: string; amount: number; reason: string; route?: Refund['route'] },
): DataOf<'RefundRequested'> & { provider: string; method: string } => ({
  refundId: refund.refundId,
  paymentId: payment.paymentId,
  amount: refund.amount,
  currency: order.currency,
  reason: refund.reason,
  provider: payment.provider,
  method: payment.method,
  ...(payment.providerReference === null ? {} : { providerReference: payment.providerReference }),
  ...(payment.account === null ? {} : { account: payment.account }),
  ...(refund.route === undefined || refund.route === null ? {} : { route: refund.route }),
});

/** Whether nobody has to agree to a refund of this amount. */
export const isAutomatic = (amount: number, policy: RefundPolicy | undefined): boolean =>
  policy?.automaticUpTo === undefined || amount <= policy.automaticUpTo;

/**
 * Splits an amount over the payments it can come from, the latest first: money goes back the way it came.
 * @param from only this payment
 */
export const spreadRefund = (order: Order, amount: number, from?: string): { payment: Payment; amount: number }[] => {
  let left = amount;
  const parts: { payment: Payment; amount: number }[] = [];
  for (const payment of order.payments.toReversed()) {
    if (from !== undefined && payment.paymentId !== from) continue;
    const part = Math.min(left, refundableOf(order, payment));
    if (part <= 0) continue;
    left -= part;
    parts.push({ payment, amount: part });
  }
  return parts;
};

/** What was paid too much and nobody has asked back or decided on yet, minor units. */
export const excessOf = (order: Order): number => {
  const dealtWith = order.refunds
    .filter((refund) => refund.status !== 'SUCCEEDED')
    // What is credited only with the refund is not paid too much before.
    .reduce(
      (sum, refund) =>
        sum + refund.amount - (refund.status === 'REQUESTED' || refund.status === 'REJECTED' ? refund.credit : 0),
      0,
    );
  return overpaid(order.ledger) - dealtWith;
};

/** What is paid beyond what is owed goes back, unless that is under way already. */
export const refundOfExcess = (order: Order, policy?: RefundPolicy): OrderEvent[] => {
  if (isBlocked(order, 'REFUND')) return [];
  return spreadRefund(order, Math.max(0, excessOf(order))).map(({ payment, amount }, index) => ({
    type: 'RefundRequested',
    data: {
      ...refundRequest(order, payment, {
        refundId: childId(order, 'R', order.refunds.length + index + 1),
        amount,
        reason: hasEnded(order) ? `ORDER_${order.status}` : 'OVERPAID',
      }),
      ...(isAutomatic(amount, policy) ? {} : { approval: 'required' as const }),
    },
  }));
};

const pending = (payment: Payment): number => payment.capturing.reduce((sum, one) => sum + one.amount, 0);

/** Asks for authorised money, the oldest first. */
export const captureRequests = (order: Order, amount: number): OrderEvent[] => {
  let left = amount;
  return order.payments.flatMap((payment): OrderEvent[] => {
    const part = payment.voiding ? 0 : Math.min(left, payment.authorized - pending(payment));
    if (part <= 0 || payment.providerReference === null) return [];
    left -= part;
    const { paymentId, provider, providerReference } = payment;
    const captureId = `${paymentId}-C${payment.captures.length + payment.capturing.length + 1}`;
    return [
      {
        type: 'PaymentCaptureRequested',
        data: { paymentId, captureId, amount: part, currency: order.currency, provider, providerReference },
      },
    ];
  });
};

/** Takes authorised money for what has left the house, where the order is paid that way. */
export const capturesOfShipped = (order: Order): OrderEvent[] => {
  if (order.payment?.capture !== 'on_shipment' || order.ledger.authorized === 0) return [];
  if (isBlocked(order, 'CAPTURE')) return [];
  const underWay = order.payments.reduce((sum, payment) => sum + pending(payment), 0);
  return captureRequests(order, worthOfShipped(order) - net(order.ledger) - underWay);
};

/** Lets authorised money go that will not be needed any more. */
export const voidsOfUnneeded = (order: Order): OrderEvent[] => {
  if (order.ledger.authorized === 0) return [];
  const owed = hasEnded(order) ? 0 : Math.max(0, due(order.ledger) - net(order.ledger));
  if (owed > 0) return [];
  return order.payments.flatMap((payment): OrderEvent[] => {
    if (payment.authorized === 0 || payment.voiding || payment.providerReference === null) return [];
    const { paymentId, provider, providerReference } = payment;
    const reason = hasEnded(order) ? `ORDER_${order.status}` : 'NOT_NEEDED';
    return [{ type: 'PaymentVoidRequested', data: { paymentId, provider, providerReference, reason } }];
  });
};
