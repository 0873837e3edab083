import { Refused } from '@orderloom/contracts';
import { deterministicId, type Repository } from '@orderloom/event-sourcing';
import type { RequestContext, Vault } from '@orderloom/platform';
import type { Catalogue } from '../catalogue/catalogue.js';
import { spreadTotal } from '../channels/spread-total.js';
import type { OrderRequest, RequestedLine } from '../intake/order-request.js';
import type { SubmitOrder } from '../intake/submit-order.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import type { ExchangeLine } from './return.js';

/** The replacement for a return has this id, however often it is placed. */
export const exchangeOrderIdOf = (returnId: string): string => deterministicId('exchange', returnId);

export interface Replacement {
  returnId: string;
  orderId: string;
  lines: readonly ExchangeLine[];
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
      const sold = order.lines.find((one) => one.sku === line.sku)?.unitPrice;
      const listed = product.unitPrice?.currency === order.currency ? product.unitPrice.amount : undefined;
      const unitPrice = line.unitPrice ?? sold ?? listed;
      return unitPrice === undefined ? refuse('unitPrice', 'PRICE_MISSING') : { ...line, unitPrice };
    });
  }

  /**
   * Places the replacement to the same person and place, with the worth of the goods taken off; the customer pays what
   * it costs more. A repeat finds the first one.
   * @returns what was taken off
   */
  async place(replacement: Replacement, context: RequestContext): Promise<number> {
    const orderId = exchangeOrderIdOf(replacement.returnId);
    const there = await this.orders.load(orderId);
    if (there.state.status !== 'NONE') return there.state.totals.discount;
    const { state: order } = await this.orders.load(replacement.orderId);
    const { state } = await this.submit.submit(await this.#request(order, replacement), context, {
      orderId,
      facts: { exchangeFor: { orderId: replacement.orderId, returnId: replacement.returnId } },
    });
    return state.totals.discount;
  }

  async #request(order: Order, { lines, value }: Replacement): Promise<OrderRequest> {
    const [customer, address] = await Promise.all([
      order.customer === null ? null : this.vault.unseal(order.customer),
      order.shipTo.address === undefined ? null : this.vault.unseal(order.shipTo.address),
    ]);
    if (address === null) throw new Refused('PERSONAL_DATA_ERASED', { orderId: order.orderId });
    const priced: RequestedLine[] = lines.map(({ sku, quantity, unitPrice }) => ({
      sku,
      quantity,
      ...(unitPrice === undefined ? {} : { unitPrice }),
    }));
    const goods = priced.reduce((sum, line) => sum + line.quantity * (line.unitPrice ?? 0), 0);
    spreadTotal({ shipping: 0, lines: priced }, Math.max(0, goods - value), 'refuse', []);
    const { custom, priority } = order.desk;
    return {
      channel: order.channel,
      ...(order.customerId === null ? {} : { customerId: order.customerId }),
      ...(customer === null ? {} : { customer }),
      lines: priced,
      shipTo: { country: order.shipTo.country, address },
      currency: order.currency,
      shipping: 0,
      paymentTerms: order.paymentTerms,
      locale: order.locale,
      // What the channel requires of its orders holds for their replacements too.
      ...(Object.keys(custom).length === 0 && priority === 'normal' ? {} : { facts: { custom, priority } }),
    };
  }
}
