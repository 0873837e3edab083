import type { Locale } from '@orderloom/contracts';
import type { Vault } from '@orderloom/platform';
import { showAmendments } from '../amend/amendment-view.js';
import { possibleActions } from '../order/actions.js';
import type { Address, Contact } from '../order/events.js';
import type { Order } from '../order/order.js';
import { axes, money } from '../order/status.js';

/** Everything about one order as the API shows it. Personal data is opened for the reader; null once erased. */
export interface OrderView extends Record<string, unknown> {
  id: string;
  number: string;
  revision: string;
}

/** Opens the personal data of an order: null where there is none or it was erased. */
const open = async (vault: Vault, order: Order): Promise<{ customer: Contact | null; address: Address | null }> => {
  const [customer, address] = await Promise.all([
    order.customer === null ? null : vault.unseal(order.customer),
    order.shipTo.address === undefined ? null : vault.unseal(order.shipTo.address),
  ]);
  return { customer, address };
};

/** The part of an order that commands answer with: who it is and where it stands. */
export const orderSummary = (order: Order, revision: bigint): OrderView => ({
  id: order.orderId,
  number: order.number,
  revision: revision.toString(),
  ...axes(order),
  channel: order.channel,
  externalNumber: order.externalNumber,
  mode: order.mode,
  customerId: order.customerId,
  currency: order.currency,
  totals: order.totals,
  paymentTerms: order.paymentTerms,
  submittedAt: order.submittedAt,
});

/** An order in full, with what may be done with it now. */
export const orderView = async (
  order: Order,
  revision: bigint,
  context: { vault: Vault; now: string; locale: Locale },
): Promise<OrderView> => {
  const { customer, address } = await open(context.vault, order);
  return {
    ...orderSummary(order, revision),
    customer,
    locale: order.locale,
    shipTo: { country: order.shipTo.country, address },
    lines: order.lines,
    credits: order.credits,
    taxesIncluded: order.taxesIncluded,
    shippingTaxes: order.shippingTaxes,
    fees: order.fees,
    money: money(order),
    paymentPlan: order.payment,
    payments: order.payments,
    refunds: order.refunds,
    fulfilments: order.fulfilments,
    shipments: order.shipments,
    stops: order.stops,
    amendments: await showAmendments(order, context.vault),
    deliveryWish: order.deliveryWish,
    requiredBy: order.requiredBy,
    completedAt: order.completedAt,
    cancelledAt: order.cancelledAt,
    cancelReason: order.cancelReason,
    importId: order.importId,
    actions: possibleActions(order, context.now),
  };
};
