import { Refused, type Sealed, type ShipTo } from '@orderloom/contracts';
import { KeyErased, type SealRequest, type Vault } from '@orderloom/platform';
import { keyIdOf as keyIdOfSealed } from '@orderloom/platform/vault/crypto';
import type { Address, Contact } from '../order/events.js';

/** The personal parts of an order, readable only with the customer's key. */
export interface SealedParts {
  customer?: Sealed<Contact>;
  shipTo: ShipTo;
}

/** What is to be sealed for one order. */
export interface PersonalParts {
  customerId?: string;
  customer?: Contact;
  shipTo: { country: string; address?: Address };
}

/** The key that what people write about an order lies under: its customer's, or the order's own where nobody is named. */
export const keyIdOf = (order: { orderId: string; customerId?: string }): string =>
  order.customerId === undefined ? `order:${order.orderId}` : `customer:${order.customerId}`;

/** The key that what people write about an order lies under, by what the order keeps sealed already. */
export const keyOfWords = ({
  orderId,
  customerId,
  customer,
  shipTo,
}: {
  orderId: string;
  customerId?: string | undefined;
  customer?: Sealed<Contact> | null;
  shipTo: ShipTo;
}): string => {
  const sealed = customer ?? shipTo.address;
  if (customerId === undefined && sealed !== undefined) return keyIdOfSealed(sealed);
  return keyIdOf({ orderId, ...(customerId === undefined ? {} : { customerId }) });
};

/** The key an order's personal data lies under: its customer's, or one of its own where nobody is named. */
const keyFor = (vault: Vault, { customerId }: PersonalParts): string | Promise<string> =>
  customerId === undefined ? vault.freshKey() : `customer:${customerId}`;

/**
 * Seals the personal data of many orders in one go; keys that are missing are made in one batch.
 * @throws Refused CUSTOMER_ERASED when a customer's key was destroyed
 */
export const sealOrders = async (vault: Vault, orders: readonly PersonalParts[]): Promise<SealedParts[]> => {
  const requests: SealRequest[] = [];
  for (const order of orders) {
    if (order.customer === undefined && order.shipTo.address === undefined) continue;
    const keyId = await keyFor(vault, order);
    if (order.customer !== undefined) requests.push({ keyId, value: order.customer });
    if (order.shipTo.address !== undefined) requests.push({ keyId, value: order.shipTo.address });
  }
  let sealed: Sealed<unknown>[];
  try {
    sealed = requests.length === 0 ? [] : await vault.sealMany(requests);
  } catch (error) {
    if (error instanceof KeyErased) {
      throw new Refused('CUSTOMER_ERASED', { customerId: error.keyId.replace(/^customer:/, '') });
    }
    throw error;
  }
  let next = 0;
  return orders.map((order) => {
    const parts: SealedParts = { shipTo: { country: order.shipTo.country } };
    // Taken out in the order they were put in above.
    if (order.customer !== undefined) parts.customer = sealed[next++] as Sealed<Contact>;
    if (order.shipTo.address !== undefined) parts.shipTo.address = sealed[next++] as Sealed<Address>;
    return parts;
  });
};
