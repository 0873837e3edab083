import { type Access, personalFor, type Vault } from '@orderloom/platform';
import type { Amendment } from '../order/amendments.js';
import type { Address } from '../order/events.js';
import type { Order } from '../order/order.js';

const show = async (
  amendment: Amendment,
  vault: Vault,
  access: Access | undefined,
): Promise<Record<string, unknown>> => {
  const { shipTo, ...changes } = amendment.changes;
  const address: Address | null = shipTo?.address === undefined ? null : await vault.unseal(shipTo.address);
  return {
    ...amendment,
    changes: {
      ...changes,
      ...(shipTo === undefined ? {} : { shipTo: { country: shipTo.country, address: personalFor(access, address) } }),
    },
  };
};

/** The changes of an order as readers see them, oldest first; addresses opened for the reader, null once erased. */
export const showAmendments = (
  order: Pick<Order, 'amendments'>,
  vault: Vault,
  access: Access | undefined,
): Promise<Record<string, unknown>[]> =>
  Promise.all(order.amendments.map((amendment) => show(amendment, vault, access)));
