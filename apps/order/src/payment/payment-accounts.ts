import { type FieldProblem, Refused } from '@orderloom/contracts';
import { giftCardId, plainCode, storeCreditId } from '../balance/balance-ids.js';
import type { FieldReader } from '../intake/field-reader.js';
import type { RefundRoute } from '../order/money-events.js';
import type { Order } from '../order/order.js';
import { about } from '../order/refusals.js';

/** A gift card named by its code, as the id of its balance; undefined when none is named or it cannot be one. */
export const readGiftCard = (reader: FieldReader, name = 'giftCard'): string | undefined => {
  const text = reader.text(name, 40);
  if (text === undefined) return undefined;
  const plain = plainCode(text);
  return plain === null ? reader.problem(name, 'GIFT_CARD_CODE_INVALID') : giftCardId(plain);
};

/**
 * The account that a method of payment uses; undefined for methods that use none.
 * @throws Refused BALANCE_NOT_ALLOWED for store credit of an order without a customer; VALIDATION_FAILED without a code
 */
export const accountFor = (
  method: string,
  giftCard: string | undefined,
  order: Pick<Order, 'customerId' | 'currency' | 'orderId' | 'number'>,
): string | undefined => {
  if (method === 'store_credit') {
    if (order.customerId === null) {
      throw new Refused('BALANCE_NOT_ALLOWED', { orderId: order.orderId, number: order.number });
    }
    return storeCreditId(order.customerId, order.currency);
  }
  if (method !== 'gift_card') return undefined;
  if (giftCard !== undefined) return giftCard;
  const problem: FieldProblem = { path: 'giftCard', code: 'REQUIRED' };
  throw new Refused('VALIDATION_FAILED', {}, [problem]);
};

/** Where a refund goes that is not to go back the way the money came. */
export const routeFor = (
  to: { method: string; giftCard?: string } | undefined,
  order: Order,
): RefundRoute | undefined => {
  if (to === undefined) return undefined;
  if (order.status === 'NONE') throw new Refused('ORDER_NOT_FOUND', about(order));
  const account = accountFor(to.method, to.giftCard, order);
  const provider = to.method === 'store_credit' || to.method === 'gift_card' ? 'balance' : 'manual';
  return { method: to.method, provider, ...(account === undefined ? {} : { account }) };
};
