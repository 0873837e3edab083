import { addressCheck } from './address.js';
import { areaCheck } from './area.js';
import type { Check, Checked } from './check.js';
import { contactCheck } from './contact.js';
import { customerCheck } from './customer.js';
import { duplicateCheck } from './duplicate.js';
import type { CheckFacts } from './facts.js';
import { goodsCheck } from './goods.js';
import { orderFacts } from './order-facts.js';
import { paymentCheck, stockCheck } from './payment-and-stock.js';
import { priceCheck } from './price.js';
import { quantityCheck } from './quantity.js';

/** Every check, in the order in which findings are listed. */
const CHECKS: readonly Check[] = [
  orderFacts,
  contactCheck,
  addressCheck,
  areaCheck,
  goodsCheck,
  priceCheck,
  quantityCheck,
  customerCheck,
  duplicateCheck,
  paymentCheck,
  stockCheck,
];

/** Runs every check over an order. Pure: what they look at comes in with the facts. */
export const runChecks = (facts: CheckFacts): Checked => {
  const findings: Checked['findings'] = [];
  const values: Checked['values'] = {};
  for (const check of CHECKS) {
    const result = check(facts);
    for (const found of result.findings) findings.push(found);
    for (const name in result.values) values[name] = result.values[name] ?? null;
  }
  return { findings, values };
};

/** Names of the values rules may speak of, with what they are. */
export const FACTS = {
  'order.channel': 'text',
  'order.seller': 'text',
  'order.priority': 'text',
  'order.currency': 'text',
  'order.total': 'number',
  'order.lines': 'number',
  'order.units': 'number',
  'order.skus': 'list',
  'contact.problems': 'number',
  'address.problems': 'number',
  'address.country': 'text',
  'address.postalArea': 'text',
  'area.served': 'boolean',
  'goods.problems': 'number',
  'price.belowCatalogue': 'number',
  'discount.rate': 'number',
  'discount.highest': 'number',
  'discount.overSellerLimit': 'boolean',
  'quantity.factor': 'number',
  'customer.known': 'boolean',
  'customer.blocked': 'boolean',
  'customer.class': 'text',
  'credit.exceededBy': 'number',
  'duplicate.similarity': 'number',
  'duplicate.minutes': 'number',
  'duplicate.orders': 'list',
  'payment.terms': 'text',
  'payment.failed': 'boolean',
  'payment.overdueHours': 'number',
  'stock.backordered': 'number',
} as const;
