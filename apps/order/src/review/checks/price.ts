import { type Check, finding, fraction } from './check.js';

/**
 * Prices against the catalogue and discounts against what the seller may give: PRICE_BELOW_CATALOGUE,
 * DISCOUNT_OVER_LIMIT. Rates are fractions: 0.2 is 20 % off.
 */
export const priceCheck: Check = ({ lines, totals, currency, find, seller, sellerStanding }) => {
  const findings = [];
  let below = 0;
  let highest = 0;
  for (const { lineId, sku, unitPrice, gross, discount } of lines) {
    const price = find(sku)?.unitPrice;
    if (price !== undefined && price.currency === currency && price.amount > 0 && unitPrice < price.amount) {
      const off = fraction(1 - unitPrice / price.amount);
      below = Math.max(below, off);
      const inputs = { lineId, sku, unitPrice, catalogue: price.amount, off };
      findings.push(finding('price', 'PRICE_BELOW_CATALOGUE', 'info', inputs));
    }
    if (gross > 0) highest = Math.max(highest, discount / gross);
  }
  const rate = totals.gross > 0 ? fraction(totals.discount / totals.gross) : 0;
  const limit = sellerStanding.discountLimit;
  const over = limit !== undefined && highest > limit;
  if (over) {
    findings.push(finding('price', 'DISCOUNT_OVER_LIMIT', 'problem', { seller, rate: fraction(highest), limit }));
  }
  return {
    findings,
    values: {
      'price.belowCatalogue': below,
      'discount.rate': rate,
      'discount.highest': fraction(highest),
      'discount.overSellerLimit': over,
    },
  };
};
