import { PAYMENT_METHODS } from '@orderloom/contracts';
import type { PaymentMethod, PaymentPlan } from '../order/money-events.js';
import { readGiftCard } from '../payment/payment-accounts.js';
import type { FieldReader } from './field-reader.js';

const FIELDS = new Set(['parts', 'ask', 'releaseWhen', 'capture']);
const PART_FIELDS = new Set(['method', 'amount', 'purpose', 'due', 'giftCard']);
const MAX_PARTS = 10;
const MAX_AMOUNT = 1_000_000_000_000;

/** How somebody wants to pay, before it is known who collects it. */
export interface RequestedPayment extends Omit<PaymentPlan, 'parts'> {
  parts: (Omit<PaymentPlan['parts'][number], 'provider' | 'method'> & { method: PaymentMethod })[];
}

const dueOf = (method: PaymentMethod): PaymentPlan['parts'][number]['due'] =>
  method === 'cash_on_delivery' ? 'delivery' : method === 'credit_terms' ? 'invoice' : 'release';

const readPart = (part: FieldReader): RequestedPayment['parts'][number] => {
  part.onlyFields(PART_FIELDS);
  const method = part.oneOf('method', PAYMENT_METHODS);
  if (method === undefined && !part.has('method')) part.problem('method', 'REQUIRED');
  const amount = part.integer('amount', 1, MAX_AMOUNT);
  const purpose = part.oneOf('purpose', ['deposit', 'balance']);
  const giftCard = readGiftCard(part);
  if (method === 'gift_card' && !part.has('giftCard')) part.problem('giftCard', 'REQUIRED');
  const due = part.oneOf('due', ['release', 'delivery', 'invoice']) ?? dueOf(method ?? 'card');
  return {
    method: method ?? 'card',
    due,
    ...(amount === undefined ? {} : { amount }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(giftCard === undefined ? {} : { account: giftCard }),
  };
};

/** Reads `payment`: the parts an order is paid in. Undefined where the terms say all. */
export const readPayment = (reader: FieldReader): RequestedPayment | undefined => {
  const payment = reader.object('payment');
  if (payment === undefined) return undefined;
  payment.onlyFields(FIELDS);
  const parts = payment.list('parts', MAX_PARTS)?.map(readPart) ?? [];
  if (parts.length === 0) payment.problem('parts', 'REQUIRED');
  return {
    parts,
    ask: payment.oneOf('ask', ['ordered', 'allocated']) ?? 'allocated',
    releaseWhen: payment.oneOf('releaseWhen', ['authorized', 'captured']) ?? 'captured',
    capture: payment.oneOf('capture', ['at_once', 'on_shipment', 'by_hand']) ?? 'at_once',
  };
};
