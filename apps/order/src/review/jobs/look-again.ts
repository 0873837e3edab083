import type { Vault } from '@orderloom/platform';
import type { FindProduct } from '../../intake/price-lines.js';
import type { Order } from '../../order/order.js';
import { wanted } from '../../order/quantities.js';
import type { Progress } from '../checks/facts.js';
import type { OrderToReview } from '../order-reviews.js';

const HOUR_MS = 3_600_000;

/** What has become of an order's payment and stock. */
export const progressOf = (order: Order, now: string): Progress => {
  const waiting = order.payments.find(({ status }) => status === 'CREATED' || status === 'REQUIRES_ACTION');
  const overdue =
    waiting?.dueAt === undefined || waiting.dueAt === null ? 0 : Date.parse(now) - Date.parse(waiting.dueAt);
  return {
    paymentFailed: order.payments.at(-1)?.failure?.final === true,
    paymentOverdueHours: overdue <= 0 ? 0 : Math.ceil(overdue / HOUR_MS),
    backordered: order.lines.reduce((sum, line) => sum + line.backordered, 0),
  };
};

/** Orders that were placed before, opened to be looked at again; personal parts are left out once erased. */
export const toReviewAgain = async (
  orders: readonly Order[],
  vault: Vault,
  find: FindProduct,
  now: string,
): Promise<OrderToReview[]> => {
  const opened = await Promise.all(
    orders.map(async (order) => ({
      contact: order.customer === null ? null : await vault.unseal(order.customer),
      address: order.shipTo.address === undefined ? null : await vault.unseal(order.shipTo.address),
    })),
  );
  return orders.map((order, index) => {
    const { contact = null, address = null } = opened[index] ?? {};
    return {
      orderId: order.orderId,
      number: order.number,
      at: order.submittedAt,
      channel: order.channel,
      seller: '',
      ...(order.customerId === null ? {} : { customerId: order.customerId }),
      ...(contact === null ? {} : { contact }),
      ...(address === null ? {} : { address }),
      country: order.shipTo.country,
      priority: order.desk.priority,
      currency: order.currency,
      paymentTerms: order.paymentTerms,
      lines: order.lines.flatMap((line) => (wanted(line) > 0 ? [{ ...line, quantity: wanted(line) }] : [])),
      totals: order.totals,
      find,
      progress: progressOf(order, now),
      ...(order.matchKeys.length === 0 ? {} : { matchKeys: order.matchKeys }),
    };
  });
};
