import { Refused } from '@orderloom/contracts';
import type { Vault } from '@orderloom/platform';
import { keyIdOf } from '@orderloom/platform/vault/crypto';
import type { Order } from '../../order/order.js';

/** The key that what people write about an order is sealed under: it goes when the order's personal data goes. */
export const keyOf = async (
  vault: Pick<Vault, 'freshKey'>,
  order: Pick<Order, 'orderId' | 'customerId' | 'customer' | 'shipTo' | 'erasedAt'>,
): Promise<string> => {
  // A key of its own would outlive the erasure.
  if (order.erasedAt !== undefined) throw new Refused('PERSONAL_DATA_ERASED', { orderId: order.orderId });
  if (order.customerId !== null) return `customer:${order.customerId}`;
  const sealed = order.customer ?? order.shipTo.address;
  return sealed === undefined ? vault.freshKey() : keyIdOf(sealed);
};
