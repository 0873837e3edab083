import type { Locale } from '@orderloom/contracts';
import { type Access, openAll, type Vault } from '@orderloom/platform';
import { possibleActions } from '../order/actions.js';
import type { Order } from '../order/order.js';
import { delivery } from '../order/promise.js';
import { axes, money } from '../order/status.js';
import { reviewView } from './review-view.js';

/** Everything about one order as the API shows it. Personal data is opened for the reader; null once erased. */
export interface OrderView extends Record<string, unknown> {
  id: string;
  number: string;
  revision: string;
}

/** Documents by link: name and address of each, null once erased or for those who may see no person. */
const attachments = (vault: Vault, { desk }: Order, access: Access | undefined) =>
  Promise.all(
    desk.attachments.map(async ({ link, ...one }) => {
      const opened = (access?.may('personal:read') ?? true) ? await vault.unseal(link) : null;
      return { ...one, name: opened?.name ?? null, url: opened?.url ?? null };
    }),
  );

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
  delivery: delivery(order),
  priority: order.desk.priority,
  custom: order.desk.custom,
});

/** An order in full, with what may be done with it now. What is sealed in it is opened for the reader, or masked. */
export const orderView = async (
  order: Order,
  revision: bigint,
  context: { vault: Vault; now: string; locale: Locale; access?: Access | undefined },
): Promise<OrderView> => {
  const { vault, access, locale, now } = context;
  const view = {
    ...orderSummary(order, revision),
    customer: order.customer,
    locale: order.locale,
    shipTo: { country: order.shipTo.country, address: order.shipTo.address ?? null },
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
    amendments: order.amendments,
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
    attachments: await attachments(vault, order, access),
    complaints: order.desk.complaints,
    ...(await reviewView(order, vault, { locale, actor: '', now, access })),
    actions: possibleActions(order, now),
  };
  return openAll(vault, view, access);
};
