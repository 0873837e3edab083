import type { Check } from './check.js';

/** What rules about the order as a whole and where it goes may speak of; which areas are served is theirs to say. */
export const orderFacts: Check = ({ channel, seller, priority, currency, totals, lines }) => ({
  findings: [],
  values: {
    'order.channel': channel,
    'order.seller': seller,
    'order.priority': priority,
    'order.currency': currency,
    'order.total': totals.total,
    'order.lines': lines.length,
    'order.units': lines.reduce((sum, line) => sum + line.quantity, 0),
    'order.skus': lines.map((line) => line.sku),
  },
});
