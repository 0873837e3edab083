import type { Locale } from '@orderloom/contracts';
import { type Access, personalFor, type Vault } from '@orderloom/platform';
import { showAmendments } from '../amend/amendment-view.js';
import { possibleActions } from '../order/actions.js';
import type { Address, Contact } from '../order/events.js';
import type { Order } from '../order/order.js';
import { axes, money } from '../order/status.js';
import { reviewView } from './review-view.js';

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

/** Documents and complaints with their sealed words opened. */
const openDesk = async (vault: Vault, { desk }: Order) => ({
  attachments: await Promise.all(
    desk.attachments.map(async ({ link, ...one }) => ({ ...one, ...(await vault.unseal(link)) })),
  ),
  complaints: await Promise.all(
    desk.complaints.map(async (one) => ({
      ...one,
      text: one.text === null ? null : await vault.unseal(one.text),
      note: one.note === null ? null : await vault.unseal(one.note),
    })),
  ),
});

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
  tags: order.tags,
  priority: order.desk.priority,
  custom: order.desk.custom,
});

/** An order in full, with what may be done with it now. */
export const orderView = async (
  order: Order,
  revision: bigint,
  context: { vault: Vault; now: string; locale: Locale; access?: Access | undefined },
): Promise<OrderView> => {
  const { customer, address } = await open(context.vault, order);
  return {
    ...orderSummary(order, revision),
    customer: personalFor(context.access, customer),
    locale: order.locale,
    shipTo: { country: order.shipTo.country, address: personalFor(context.access, address) },
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
    amendments: await showAmendments(order, context.vault, context.access),
    deliveryWish: order.deliveryWish,
    requiredBy: order.requiredBy,
    completedAt: order.completedAt,
    cancelledAt: order.cancelledAt,
    cancelReason: order.cancelReason,
    importId: order.importId,
    takenBy: order.desk.takenBy,
    source: order.desk.source,
    exchangeFor: order.desk.exchangeFor,
    channelNews: order.desk.channelNews,
    returns: order.desk.returns,
    ...(await openDesk(context.vault, order)),
    ...(await reviewView(order, context.vault, { locale: context.locale, actor: '', now: context.now })),
    actions: possibleActions(order, context.now),
  };
};
