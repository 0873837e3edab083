import { Refused } from '@orderloom/contracts';
import { deterministicId, type Repository } from '@orderloom/event-sourcing';
import type { RequestContext, Vault } from '@orderloom/platform';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { OrderRequest, RequestedLine } from '../intake/order-request.js';
import type { SubmitOrder } from '../intake/submit-order.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { exchangeDiscount, exchangeTaxes, soldPriceOf } from './exchange-price.js';
import type { ExchangeLine } from './return.js';

/** The replacement for a return has this id, however often it is placed. */
export const exchangeOrderIdOf = (returnId: string): string => deterministicId('exchange', returnId);

export interface Replacement {
  returnId: string;
  orderId: string;
  lines: readonly ExchangeLine[];
  /** the lines of the order whose goods come back */
  replaced: readonly string[];
  /** what the goods that came back are worth, minor units: so much of the replacement is paid already */
  value: number;
}

/** Places the orders that replace what comes back. */
export class Exchanges {
  constructor(
    private readonly orders: Pick<Repository<Order, OrderEvent>, 'load'>,
    private readonly submit: SubmitOrder,
    private readonly catalogue: Pick<Catalogue, 'findProducts'>,
    private readonly vault: Vault,
  ) {}

  /**
   * Fixes the prices of a replacement: as given, as the same product was sold for, else the catalogue's.
   * @throws Refused VALIDATION_FAILED with a problem per line
   */
  async price(order: Order, lines: readonly ExchangeLine[]): Promise<ExchangeLine[]> {
    const find = await this.catalogue.findProducts(lines.map((line) => line.sku));
    return lines.map((line, index) => {
      const path = `exchange.${index}`;
      const product = find(line.sku);
      const refuse = (field: string, code: 'UNKNOWN_SKU' | 'PRODUCT_DISCONTINUED' | 'PRICE_MISSING'): never => {
        throw new Refused('VALIDATION_FAILED', {}, [{ path: `${path}.${field}`, code, details: { sku: line.sku } }]);
      };
      if (product === undefined) return refuse('sku', 'UNKNOWN_SKU');
      if (product.discontinued) return refuse('sku', 'PRODUCT_DISCONTINUED');
      const sold = soldPriceOf(order, line.sku);
      const listed = product.unitPrice?.currency === order.currency ? product.unitPrice.amount : undefined;
      const unitPrice = line.unitPrice ?? sold ?? listed;
      return unitPrice === undefined ? refuse('unitPrice', 'PRICE_MISSING') : { ...line, unitPrice };
    });
  }

  /**
   * Places the replacement to the same person and place, with the worth of the goods taken off; the customer pays what
   * it costs more. A repeat finds the first one.
   * @returns how much less the customer pays for it
   */
  async place(replacement: Replacement, context: RequestContext): Promise<number> {
    const orderId = exchangeOrderIdOf(replacement.returnId);
    const there = await this.orders.load(orderId);
    if (there.state.status !== 'NONE') return usedOf(there.state);
    const { state: order } = await this.orders.load(replacement.orderId);
    const { request, used } = await this.#request(order, replacement);
    const { state } = await this.submit.submit(request, context, {
      orderId,
      facts: { exchangeFor: { orderId: replacement.orderId, returnId: replacement.returnId, value: used } },
    });
    return usedOf(state);
  }

  async #request(order: Order, replacement: Replacement): Promise<{ request: OrderRequest; used: number }> {
    const { lines, replaced, value } = replacement;
    const [customer, address] = await Promise.all([
      order.customer === null ? null : this.vault.unseal(order.customer),
      order.shipTo.address === undefined ? null : this.vault.unseal(order.shipTo.address),
    ]);
    if (address === null) throw new Refused('PERSONAL_DATA_ERASED', { orderId: order.orderId });
    const priced = lines.map(({ unitPrice = 0, ...line }) => ({ ...line, unitPrice }));
    const taxes = priced.map(({ sku }) => exchangeTaxes(order, sku, replaced));
    const { discount, used } = exchangeDiscount(priced, (index) => taxes[index], order.taxesIncluded, value);
    const requested = priced.map((line, index): RequestedLine => {
      const own = taxes[index];
      return { ...line, ...(own === undefined ? {} : { taxes: [...own] }) };
    });
    const { custom, priority } = order.desk;
    const request: OrderRequest = {
      channel: order.channel,
      ...(order.customerId === null ? {} : { customerId: order.customerId }),
      ...(customer === null ? {} : { customer }),
      lines: requested,
      shipTo: { country: order.shipTo.country, address },
      currency: order.currency,
      shipping: 0,
      charges: { discount, taxesIncluded: order.taxesIncluded },
      paymentTerms: order.paymentTerms,
      locale: order.locale,
      // What the channel requires of its orders holds for their replacements too.
      ...(Object.keys(custom).length === 0 && priority === 'normal' ? {} : { facts: { custom, priority } }),
    };
    return { request, used };
  }
}

/** What was taken off a replacement; older ones say it by their discount alone. */
const usedOf = (replacement: Order): number => replacement.desk.exchangeFor?.value ?? replacement.totals.discount;
