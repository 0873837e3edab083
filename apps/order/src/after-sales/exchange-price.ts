import { type Decimal, parseDecimal } from '../order/money.js';
import type { Order, OrderLine } from '../order/order.js';
import { priceCharges, type RequestedTax, type Tax } from '../order/pricing.js';

/** A line of a replacement with its price, minor units. */
export interface PricedExchangeLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

/** Digits of a rate that is worked out from an amount. */
const RATE_DIGITS = 6;

/** What one unit was really sold for, after all discounts; a fraction of a cent is not asked for. */
export const soldPriceOf = (order: Order, sku: string): number | undefined => {
  const line = order.lines.find((one) => one.sku === sku);
  return line === undefined || line.ordered === 0 ? undefined : Math.floor(line.net / line.ordered);
};

/** The rate of a tax; where only its amount was given, the one it comes to. */
const rateOf = (tax: Tax, line: OrderLine, included: boolean): Decimal => {
  const known = tax.rate === undefined ? null : parseDecimal(tax.rate);
  if (known !== null) return known;
  const taxes = line.taxes.reduce((sum, one) => sum + one.amount, 0);
  const base = included ? line.net - taxes : line.net;
  const units = base <= 0 ? 0n : (BigInt(tax.amount) * 10n ** BigInt(RATE_DIGITS)) / BigInt(base);
  return { units, scale: RATE_DIGITS };
};

/**
 * The taxes a replacement bears: those of the same product when it was sold, else those of the goods it replaces.
 * @param replaced lines that come back
 */
export const exchangeTaxes = (
  order: Order,
  sku: string,
  replaced: readonly string[],
): readonly RequestedTax[] | undefined => {
  const line = order.lines.find((one) => one.sku === sku) ?? order.lines.find((one) => replaced.includes(one.lineId));
  if (line === undefined || line.taxes.length === 0) return undefined;
  return line.taxes.map((tax) => ({ code: tax.code, rate: rateOf(tax, line, order.taxesIncluded) }));
};

/**
 * How much is taken off a replacement, before taxes, so that the customer pays what it costs more than what came back:
 * never more than that is worth, and less by a cent where no discount hits it exactly.
 * @param value what came back is worth, taxes included, minor units
 * @returns `discount` off the goods, and `used`: how much less the customer pays for it
 */
export const exchangeDiscount = (
  lines: readonly PricedExchangeLine[],
  taxesOf: (index: number) => readonly RequestedTax[] | undefined,
  taxesIncluded: boolean,
  value: number,
): { discount: number; used: number } => {
  const sold = lines.map(({ quantity, unitPrice }) => {
    const gross = quantity * unitPrice;
    return { gross, discount: 0, net: gross };
  });
  const goods = sold.reduce((sum, { gross }) => sum + gross, 0);
  const totalWith = (discount: number): number => {
    const priced = priceCharges(sold, taxesOf, { shipping: 0, discount, taxesIncluded });
    // An order that cannot be priced is refused where it is placed, with the field.
    return priced.ok ? priced.priced.totals.total : Number.NaN;
  };
  const full = totalWith(0);
  const owed = Math.max(0, full - value);
  if (Number.isNaN(full) || goods === 0) return { discount: 0, used: 0 };
  let low = 0;
  let high = goods;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (totalWith(middle) >= owed) low = middle;
    else high = middle - 1;
  }
  // Rounding per line may fall a cent short within the step: give what is certain.
  while (low > 0 && totalWith(low) < owed) low -= 1;
  return { discount: low, used: full - totalWith(low) };
};
