import type { FieldProblem, Money } from '@orderloom/contracts';
import type { Check, SoldLine, Totals } from '../order/events.js';
import { discountOf, grossOf, totalsOf } from '../order/money.js';
import type { PaymentPlan } from '../order/money-events.js';
import { type Fee, priceCharges, type Tax } from '../order/pricing.js';
import type { OrderRequest, RequestedLine } from './order-request.js';

/** What this service knows of a product: its local copy of inventory's catalogue. */
export interface ProductCopy {
  sku: string;
  name: string;
  unitPrice?: Money;
  discontinued: boolean;
  /** First and last day it is sold on, YYYY-MM-DD; absent: no such day. */
  sellableFrom?: string;
  sellableUntil?: string;
}

export type FindProduct = (sku: string) => ProductCopy | undefined;

/** An order that can be sold: every line has its price, and the sums are exact. */
export interface PricedOrder {
  currency: string;
  lines: SoldLine[];
  totals: Totals;
  fees?: Fee[];
  shippingTaxes?: Tax[];
  taxesIncluded?: true;
  /** how it is paid where that is more than its terms say */
  payment?: PaymentPlan;
  checks: Check[];
}

/** Rules that differ by where the order comes from. */
export interface PricingRules {
  /** Sell what is unknown, under the name the order gives it; inventory creates it. */
  createMissingProducts?: boolean;
  /** The past may hold what is no longer sold. */
  allowDiscontinued?: boolean;
  /** When it is sold, ISO 8601 UTC: products must be on sale on that day. Absent: not looked at. */
  soldAt?: string;
}

/**
 * Checks an order against the catalogue and fixes its prices: a given unit price wins, else the catalogue's.
 * Pure; collects every problem into `problems`.
 * @returns null when there is a problem
 */
export const priceOrder = (
  request: OrderRequest,
  find: FindProduct,
  problems: FieldProblem[],
  rules: PricingRules = {},
): PricedOrder | null => {
  const before = problems.length;
  const currency = request.currency ?? catalogueCurrency(request.lines, find);
  if (currency === undefined) {
    problems.push({ path: 'currency', code: 'CURRENCY_REQUIRED' });
  }
  const lines: SoldLine[] = [];
  for (let index = 0; index < request.lines.length; index++) {
    const line = request.lines[index];
    if (line === undefined) continue;
    const sold = priceLine(line, index, currency, find(line.sku), problems, rules);
    if (sold !== null) lines.push(sold);
  }
  if (problems.length > before || currency === undefined) return null;
  if (request.charges === undefined && request.lines.every((line) => line.taxes === undefined)) {
    const totals = totalsOf(lines, request.shipping);
    if (totals !== null) return { currency, lines, totals, checks: checksOf(request, currency) };
    problems.push({ path: 'lines', code: 'AMOUNT_TOO_LARGE' });
    return null;
  }
  const charged = priceCharges(lines, (index) => request.lines[index]?.taxes, {
    taxesIncluded: false,
    ...request.charges,
    shipping: request.shipping,
  });
  if (!charged.ok) {
    problems.push({ path: charged.problem.at, code: charged.problem.code });
    return null;
  }
  const taxesIncluded = request.charges?.taxesIncluded === true ? { taxesIncluded: true as const } : {};
  return { currency, ...charged.priced, ...taxesIncluded, checks: checksOf(request, currency) };
};

/** The one currency of the catalogue's prices for these lines; undefined when there is none or more than one. */
const catalogueCurrency = (lines: readonly RequestedLine[], find: FindProduct): string | undefined => {
  let currency: string | undefined;
  for (const line of lines) {
    const found = find(line.sku)?.unitPrice?.currency;
    if (found === undefined) continue;
    if (currency !== undefined && currency !== found) return undefined;
    currency = found;
  }
  return currency;
};

const priceLine = (
  line: RequestedLine,
  index: number,
  currency: string | undefined,
  product: ProductCopy | undefined,
  problems: FieldProblem[],
  rules: PricingRules,
): SoldLine | null => {
  const { sku, quantity } = line;
  const problem = (field: string, code: FieldProblem['code'], details: Record<string, unknown> = {}): null => {
    problems.push({ path: `lines.${index}.${field}`, code, details: { sku, ...details } });
    return null;
  };
  if (product === undefined && rules.createMissingProducts !== true) return problem('sku', 'UNKNOWN_SKU');
  if (product?.discontinued === true && rules.allowDiscontinued !== true) return problem('sku', 'PRODUCT_DISCONTINUED');
  const day = rules.soldAt?.slice(0, 10);
  if (day !== undefined && product !== undefined) {
    const { sellableFrom: from, sellableUntil: until } = product;
    if (from !== undefined && day < from) return problem('sku', 'PRODUCT_NOT_YET_SOLD', { from });
    if (until !== undefined && day > until) return problem('sku', 'PRODUCT_NO_LONGER_SOLD', { until });
  }
  let unitPrice = line.unitPrice;
  if (unitPrice === undefined) {
    const price = product?.unitPrice;
    if (price === undefined) return problem('unitPrice', 'PRICE_MISSING');
    if (currency !== undefined && price.currency !== currency) {
      return problem('unitPrice', 'CURRENCY_MISMATCH', { found: price.currency, expected: currency });
    }
    unitPrice = price.amount;
  }
  const gross = grossOf(quantity, unitPrice);
  if (gross === null) return problem('quantity', 'AMOUNT_TOO_LARGE');
  const discount = line.discountRate === undefined ? (line.discount ?? 0) : discountOf(gross, line.discountRate);
  if (discount < 0 || discount > gross) return problem('discount', 'DISCOUNT_INVALID');
  return {
    lineId: `L${index + 1}`,
    sku,
    name: product?.name ?? line.name ?? sku,
    quantity,
    unitPrice,
    gross,
    discount,
    net: gross - discount,
  };
};

/** What was looked at before the order was confirmed, with what each check saw. */
const checksOf = (request: OrderRequest, currency: string): Check[] => [
  { check: 'products', outcome: 'passed', inputs: { lines: request.lines.length, currency } },
  { check: 'address', outcome: 'passed', inputs: { country: request.shipTo.country } },
  {
    check: 'duplicate',
    outcome: 'passed',
    inputs: request.externalNumber === undefined ? {} : { channel: request.channel, number: request.externalNumber },
  },
];
