import { due, net, outstanding } from './money.js';
import type { PaymentPart } from './money-events.js';
import type { Order } from './order.js';
import { expected } from './payments.js';

/** Who collects payments when an order does not say. */
export const DEFAULT_PROVIDER = 'simulated';

/** A part of the plan with its amount as things stand, minor units. */
export interface PlannedPart extends Omit<PaymentPart, 'amount'> {
  /** from 1 */
  readonly number: number;
  readonly amount: number;
}

/**
 * The payments an order is to be paid with, as much as is owed now: parts with an amount come first, in their order,
 * and the part without one takes what they leave. An order without a plan is paid at once by card.
 */
export const plannedParts = (order: Order): PlannedPart[] => {
  let left = Math.max(0, due(order.ledger));
  if (order.payment === null) {
    return order.paymentTerms === 'prepaid'
      ? [{ number: 1, method: 'card', provider: DEFAULT_PROVIDER, due: 'release', amount: left }]
      : [];
  }
  const take = (amount: number): number => {
    const taken = Math.min(left, amount);
    left -= taken;
    return taken;
  };
  const fixed = order.payment.parts.map(({ amount }) => (amount === undefined ? null : take(amount)));
  // What was agreed later, e.g. for more goods, is owed by the part without an amount, or else by the last one.
  const open = order.payment.parts.findIndex(({ amount }) => amount === undefined);
  const rest = open === -1 ? order.payment.parts.length - 1 : open;
  return order.payment.parts.map(({ amount: _amount, ...part }, index) => ({
    ...part,
    number: index + 1,
    amount: (fixed[index] ?? 0) + (index === rest ? left : 0),
  }));
};

const sumOf = (parts: readonly PlannedPart[], when: PaymentPart['due']): number =>
  parts.filter((part) => part.due === when).reduce((sum, part) => sum + part.amount, 0);

/** What has to be there before goods are released, minor units. */
export const dueBeforeRelease = (order: Order): number => sumOf(plannedParts(order), 'release');

/** What may still be owed when the order is complete, because an invoice says so. */
export const dueByInvoice = (order: Order): number =>
  order.paymentTerms === 'invoice' ? due(order.ledger) : sumOf(plannedParts(order), 'invoice');

/** What there is to rely on: money that came, and what is set aside where the order is content with that. */
const secured = (order: Order): number =>
  net(order.ledger) + (order.payment?.releaseWhen === 'authorized' ? order.ledger.authorized : 0);

/** Whether the terms' rule for handing the goods to a warehouse is met. */
export const isSecured = (order: Order): boolean => secured(order) >= dueBeforeRelease(order);

/** Whether what has to be paid before an order is complete is paid. */
export const isSettled = (order: Order): boolean =>
  order.paymentTerms === 'invoice' || outstanding(order.ledger) <= dueByInvoice(order);

/** Whether the carrier collects what is open when the last parcel is handed over. */
export const collectsAtDoor = (order: Order): boolean =>
  order.paymentTerms === 'cod' || (order.payment?.parts.some((part) => part.method === 'cash_on_delivery') ?? false);

/** What is owed and neither there nor asked for, minor units. */
export const unasked = (order: Order): number =>
  Math.max(0, outstanding(order.ledger) - order.payments.reduce((sum, payment) => sum + expected(payment), 0));

/** Everything of a due date that is neither there nor asked for. */
const missing = (order: Order, when: PaymentPart['due']): number => {
  const atTheDoor = plannedParts(order).find((part) => part.method === 'cash_on_delivery')?.amount ?? 0;
  const needed = when === 'release' ? dueBeforeRelease(order) : due(order.ledger) - dueByInvoice(order) - atTheDoor;
  const coming = order.payments.reduce((sum, payment) => sum + expected(payment), 0);
  return needed - net(order.ledger) - coming;
};

/**
 * What is due by now and has to be asked for: parts that nobody was asked for since the order was (re)opened; and where
 * all that was asked for came and more is owed by now, the rest. What failed waits for a person.
 */
export const partsToAsk = (order: Order, when: PaymentPart['due']): PlannedPart[] => {
  let left = missing(order, when);
  if (left <= 0) return [];
  const parts = plannedParts(order).filter(
    (part) => part.due === when && part.amount > 0 && part.method !== 'cash_on_delivery',
  );
  const since = order.payments.slice(order.paymentsFrom);
  const latest = (part: PlannedPart) =>
    since.findLast((payment) => order.payment === null || payment.part === part.number);
  const fresh = parts.filter((part) => latest(part) === undefined);
  if (fresh.length === 0) {
    const rest = parts.at(-1);
    const paid = parts.every((part) => latest(part)?.status === 'CAPTURED');
    return rest === undefined || !paid ? [] : [{ ...rest, amount: left }];
  }
  return fresh.flatMap((part) => {
    const amount = Math.min(part.amount, left);
    left -= amount;
    return amount > 0 ? [{ ...part, amount }] : [];
  });
};
