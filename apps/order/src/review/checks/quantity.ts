import { type Check, finding, fraction } from './check.js';

/** Orders to have seen before anything counts as usual. */
const ENOUGH = 5;

/**
 * Whether so many units are unusual: by what this customer took of the product before, or by what everybody takes. The
 * factor is how many times the usual it is; 1 where nothing is known. QUANTITY_UNUSUAL from five times on.
 */
export const quantityCheck: Check = ({ lines, usual }) => {
  const findings = [];
  let factor = 1;
  for (const { lineId, sku, quantity } of lines) {
    const known = usual(sku);
    if (known === undefined) continue;
    const own = known.ownOrders >= ENOUGH;
    if (!own && known.orders < ENOUGH) continue;
    // What everybody takes varies: only beyond the largest seen does it count as unusual at all.
    const base = own ? known.ownLargest : Math.max(known.mean, known.largest / 2);
    const times = base > 0 ? fraction(quantity / base) : 1;
    factor = Math.max(factor, times);
    if (times >= 5) {
      const inputs = { lineId, sku, quantity, usual: fraction(base), by: own ? 'customer' : 'product' };
      findings.push(finding('quantity', 'QUANTITY_UNUSUAL', 'warning', inputs));
    }
  }
  return { findings, values: { 'quantity.factor': factor } };
};
