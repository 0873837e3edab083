import {
  addPayment,
  recordPayment,
  requestCapture,
  requestVoid,
  retryPayment,
  withdrawPayment,
} from './decide-payment.js';
import {
  abandonRefund,
  approveRefund,
  rejectRefund,
  requestRefund,
  retryRefunds,
  settleRefund,
} from './decide-refund.js';
import type { OrderEvent } from './events.js';
import type { Order, Payment, Refund } from './order.js';

type Deciders = Readonly<Record<string, () => OrderEvent[]>>;

const lastPayment = (order: Order, fits: (payment: Payment) => boolean): string =>
  (order.payments.findLast(fits) ?? order.payments.at(-1))?.paymentId ?? '-';
const isWaiting = ({ status }: Payment): boolean => status === 'CREATED' || status === 'REQUIRES_ACTION';
const lastRefund = (order: Order, status: Refund['status']): string =>
  (order.refunds.findLast((refund) => refund.status === status) ?? order.refunds.at(-1))?.refundId ?? '-';

/** What a person may do about the money of an order, each decided by what would do it. */
export const moneyDeciders = (order: Order, now: string): Deciders => {
  const paymentId = lastPayment(order, (payment) => payment.authorized > 0);
  const waiting = lastRefund(order, 'REQUESTED');
  const failed = lastRefund(order, 'FAILED');
  return {
    retryPayment: () => retryPayment({ now }, order),
    retryRefund: () => retryRefunds(order),
    addPayment: () => addPayment({ method: 'card', now }, order),
    capturePayment: () => requestCapture({ paymentId }, order),
    recordPayment: () =>
      recordPayment(
        { method: 'bank_transfer', amount: 1, currency: order.currency, reference: '?', occurredAt: now, now },
        order,
      ),
    withdrawPayment: () => withdrawPayment({ paymentId: lastPayment(order, isWaiting), now }, order),
    voidPayment: () => requestVoid({ paymentId, reason: '' }, order),
    requestRefund: () => requestRefund({ amount: 1, reason: '', key: '?', now }, order),
    approveRefund: () => approveRefund({ refundId: waiting, now }, order),
    rejectRefund: () => rejectRefund({ refundId: waiting, reason: '' }, order),
    settleRefund: () => settleRefund({ refundId: failed, reference: '', occurredAt: now }, order),
    abandonRefund: () => abandonRefund({ refundId: failed, reason: '' }, order),
  };
};
