import { apportion, type Decimal, divideHalfUp, type LineAmounts } from './money.js';

/** A tax as it was fixed when sold. */
export interface Tax {
  /** e.g. `VAT`, `GST` */
  code: string;
  /** fraction, as a decimal text: `0.19`; absent where only the amount was given */
  rate?: string;
  /** minor units */
  amount: number;
}

/** Something charged beside lines and shipping, e.g. gift wrapping or a surcharge for the way of payment. */
export interface Fee {
  code: string;
  name: string;
  /** minor units, before taxes that come on top */
  amount: number;
  taxes?: Tax[];
}

/** A tax as asked for: by its rate, or as the amount the seller's own system has worked out. */
export interface RequestedTax {
  code: string;
  rate?: Decimal;
  amount?: number;
}

/** Prices of one line after all discounts, with its taxes. */
export interface PricedLine extends LineAmounts {
  /** part of `discount` that came from the discount on the whole order */
  orderDiscount?: number;
  taxes?: Tax[];
}

/** Sums of an order; those that are optional are there when the order has any. */
export interface PricedTotals {
  gross: number;
  discount: number;
  net: number;
  shipping: number;
  total: number;
  orderDiscount?: number;
  fees?: number;
  /** all taxes, whether they are within the prices or come on top */
  tax?: number;
}

/** What an order charges and takes off beside its lines. Minor units. */
export interface OrderCharges {
  shipping: number;
  /** off the whole order */
  discount?: number;
  discountRate?: Decimal;
  fees?: readonly (Omit<Fee, 'taxes'> & { taxes?: readonly RequestedTax[] })[];
  shippingTaxes?: readonly RequestedTax[];
  /** whether prices hold their taxes already (gross prices) or taxes come on top (net prices) */
  taxesIncluded: boolean;
}

/** What cannot be: said by the caller with the path of the field. */
export type PricingProblem =
  | { at: 'discount'; code: 'DISCOUNT_INVALID' }
  | { at: 'lines'; code: 'AMOUNT_TOO_LARGE' }
  | { at: `lines.${number}.taxes` | 'shippingTaxes' | `fees.${number}.taxes`; code: 'TAX_INVALID' };

const decimalText = ({ units, scale }: Decimal): string => {
  if (scale === 0) return units.toString();
  const digits = units.toString().padStart(scale + 1, '0');
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
};

/**
 * The taxes on an amount, each rounded half up once. Taxes within the amount are taken out of it together, so that they
 * never add up to more than their common share: 100.00 with 19 % in it holds 15.97.
 * @returns null when a tax is below zero, or those within the amount exceed it
 */
export const taxesOn = (amount: number, requested: readonly RequestedTax[], included: boolean): Tax[] | null => {
  const scale = requested.reduce((most, { rate }) => Math.max(most, rate?.scale ?? 0), 0);
  const unit = 10n ** BigInt(scale);
  const rates = requested.map(({ rate }) => (rate === undefined ? 0n : rate.units * 10n ** BigInt(scale - rate.scale)));
  const sum = rates.reduce((total, rate) => total + rate, 0n);
  let byRate: number[];
  if (included) {
    const together = Number(divideHalfUp(BigInt(amount) * sum, unit + sum));
    byRate = apportion(together, rates.map(Number));
  } else {
    byRate = rates.map((rate) => Number(divideHalfUp(BigInt(amount) * rate, unit)));
  }
  const taxes = requested.map(({ code, rate, amount: given }, index): Tax => {
    const own = given ?? byRate[index] ?? 0;
    return { code, ...(rate === undefined ? {} : { rate: decimalText(rate) }), amount: own };
  });
  const total = sumOf(taxes);
  return taxes.some((tax) => tax.amount < 0) || (included && total > amount) ? null : taxes;
};

/** The sum of taxes, minor units. */
export const sumOf = (taxes: readonly Tax[] | undefined): number =>
  taxes === undefined ? 0 : taxes.reduce((sum, tax) => sum + tax.amount, 0);

/** How much is taken off the whole order, or null when it is more than there is. */
const orderDiscountOf = (net: number, charges: OrderCharges): number | null => {
  const { discount, discountRate } = charges;
  const off =
    discountRate === undefined
      ? (discount ?? 0)
      : net -
        Number(
          divideHalfUp(
            BigInt(net) * (10n ** BigInt(discountRate.scale) - discountRate.units),
            10n ** BigInt(discountRate.scale),
          ),
        );
  return off < 0 || off > net ? null : off;
};

/** An order with everything that is charged for it. */
export interface Priced<L> {
  lines: (L & PricedLine)[];
  totals: PricedTotals;
  fees?: Fee[];
  shippingTaxes?: Tax[];
}

/**
 * Works out what an order costs: the order's discount is spread over the lines in proportion to their nets, taxes are
 * laid on what is left of each, and every sum is exact.
 * @param taxesOf what is asked for of a line, by its index
 */
export const priceCharges = <L extends LineAmounts>(
  sold: readonly L[],
  taxesOf: (index: number) => readonly RequestedTax[] | undefined,
  charges: OrderCharges,
): { ok: true; priced: Priced<L> } | { ok: false; problem: PricingProblem } => {
  const nets = sold.reduce((sum, line) => sum + line.net, 0);
  const off = orderDiscountOf(nets, charges);
  if (off === null) return { ok: false, problem: { at: 'discount', code: 'DISCOUNT_INVALID' } };
  const parts = apportion(
    off,
    sold.map((line) => line.net),
  );
  const lines: (L & PricedLine)[] = [];
  for (const [index, line] of sold.entries()) {
    const part = parts[index] ?? 0;
    const requested = taxesOf(index);
    const priced: L & PricedLine = { ...line };
    if (part > 0) {
      priced.discount += part;
      priced.net -= part;
      priced.orderDiscount = part;
    }
    if (requested !== undefined) {
      const taxes = taxesOn(priced.net, requested, charges.taxesIncluded);
      if (taxes === null) return { ok: false, problem: { at: `lines.${index}.taxes`, code: 'TAX_INVALID' } };
      priced.taxes = taxes;
    }
    lines.push(priced);
  }
  const fees: Fee[] = [];
  for (const [index, { taxes: requested, ...fee }] of (charges.fees ?? []).entries()) {
    const taxes = requested === undefined ? undefined : taxesOn(fee.amount, requested, charges.taxesIncluded);
    if (taxes === null) return { ok: false, problem: { at: `fees.${index}.taxes`, code: 'TAX_INVALID' } };
    fees.push({ ...fee, ...(taxes === undefined ? {} : { taxes }) });
  }
  const shippingTaxes =
    charges.shippingTaxes === undefined
      ? undefined
      : taxesOn(charges.shipping, charges.shippingTaxes, charges.taxesIncluded);
  if (shippingTaxes === null) return { ok: false, problem: { at: 'shippingTaxes', code: 'TAX_INVALID' } };
  const totals = sumsOf(lines, fees, shippingTaxes, charges, off);
  if (totals === null) return { ok: false, problem: { at: 'lines', code: 'AMOUNT_TOO_LARGE' } };
  return {
    ok: true,
    priced: {
      lines,
      totals,
      ...(fees.length === 0 ? {} : { fees }),
      ...(shippingTaxes === undefined ? {} : { shippingTaxes }),
    },
  };
};

const sumsOf = (
  lines: readonly PricedLine[],
  fees: readonly Fee[],
  shippingTaxes: readonly Tax[] | undefined,
  charges: OrderCharges,
  orderDiscount: number,
): PricedTotals | null => {
  const taxed = shippingTaxes !== undefined || [...lines, ...fees].some((one) => one.taxes !== undefined);
  const gross = lines.reduce((sum, line) => sum + line.gross, 0);
  const discount = lines.reduce((sum, line) => sum + line.discount, 0);
  const tax = [...lines, ...fees].reduce((sum, one) => sum + sumOf(one.taxes), sumOf(shippingTaxes));
  const feeSum = fees.reduce((sum, fee) => sum + fee.amount, 0);
  const net = gross - discount;
  const total = net + charges.shipping + feeSum + (charges.taxesIncluded ? 0 : tax);
  if (!Number.isSafeInteger(gross) || !Number.isSafeInteger(total)) return null;
  return {
    gross,
    discount,
    net,
    shipping: charges.shipping,
    total,
    ...(orderDiscount === 0 ? {} : { orderDiscount }),
    ...(fees.length === 0 ? {} : { fees: feeSum }),
    ...(taxed ? { tax } : {}),
  };
};
