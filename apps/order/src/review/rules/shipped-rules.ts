import type { Rule, RuleAction, RuleHistory } from './rule.js';

interface Shipped {
  ruleId: string;
  name: string;
  priority: number;
  conditions: Record<string, unknown>;
  action: RuleAction;
  /** applies from the first start on: says nothing until somebody is blocked or given a limit */
  applies?: true;
  triggers?: Rule['triggers'];
}

const is = (fact: string, operator: string, value: unknown) => ({ fact, operator, value });

/**
 * Rules that come with the product. Those that only speak of standings apply at once; the others are drafts to look at,
 * to try on the past (`back-test`) and to publish. Meanwhile what they would find is recorded with the order.
 */
const SHIPPED: readonly Shipped[] = [
  {
    ruleId: 'customer-blocked',
    name: 'Nothing is sold to a blocked customer without somebody looking at it',
    priority: 900,
    conditions: { all: [is('customer.blocked', 'equal', true)] },
    action: { do: 'hold', type: 'FRAUD', reason: 'CUSTOMER_BLOCKED', ownerRole: 'reviewer' },
    applies: true,
  },
  {
    ruleId: 'area-not-served',
    name: 'What goes to an area that is not served waits for another address or a carrier',
    priority: 850,
    conditions: { all: [is('area.served', 'equal', false)] },
    action: { do: 'hold', type: 'ADDRESS', reason: 'AREA_NOT_SERVED', ownerRole: 'reviewer' },
    applies: true,
  },
  {
    ruleId: 'credit-exceeded',
    name: 'Beyond the credit limit finance decides',
    priority: 800,
    conditions: { all: [is('credit.exceededBy', 'greaterThan', 0)] },
    action: { do: 'hold', type: 'CREDIT', reason: 'CREDIT_EXCEEDED', ownerRole: 'finance' },
    applies: true,
  },
  {
    ruleId: 'seller-discount',
    name: 'More discount than the seller may give is approved',
    priority: 700,
    conditions: { all: [is('discount.overSellerLimit', 'equal', true)] },
    action: { do: 'hold', type: 'PRICE', reason: 'DISCOUNT_OVER_LIMIT', ownerRole: 'reviewer' },
    applies: true,
  },
  {
    ruleId: 'duplicate',
    name: 'An order like another one of the same customer within a day is looked at',
    priority: 600,
    conditions: { all: [is('duplicate.similarity', 'greaterThanInclusive', 0.9)] },
    action: { do: 'hold', type: 'DUPLICATE', reason: 'POSSIBLE_DUPLICATE', ownerRole: 'reviewer' },
  },
  {
    ruleId: 'address',
    name: 'An address that cannot be right is cleared up first',
    priority: 550,
    conditions: { all: [is('address.problems', 'greaterThan', 0)] },
    action: { do: 'hold', type: 'ADDRESS', reason: 'ADDRESS_IMPLAUSIBLE', ownerRole: 'reviewer' },
  },
  {
    ruleId: 'contact',
    name: 'A customer who cannot be reached is looked at',
    priority: 540,
    conditions: { all: [is('contact.problems', 'greaterThan', 0)] },
    action: { do: 'hold', type: 'CS_REVIEW', reason: 'CONTACT_IMPLAUSIBLE', ownerRole: 'reviewer' },
  },
  {
    ruleId: 'quantity',
    name: 'Ten times the usual quantity is confirmed by somebody',
    priority: 500,
    conditions: { all: [is('quantity.factor', 'greaterThanInclusive', 10)] },
    action: { do: 'hold', type: 'CS_REVIEW', reason: 'QUANTITY_UNUSUAL', ownerRole: 'reviewer' },
  },
  {
    ruleId: 'price',
    name: 'A price far below the catalogue is looked at',
    priority: 450,
    conditions: {
      any: [is('price.belowCatalogue', 'greaterThan', 0.5), is('discount.highest', 'greaterThan', 0.5)],
    },
    action: { do: 'hold', type: 'PRICE', reason: 'PRICE_BELOW_CATALOGUE', ownerRole: 'reviewer' },
  },
  {
    ruleId: 'high-amount',
    name: 'Large orders are approved by a sales lead and by finance',
    priority: 400,
    conditions: { all: [is('order.total', 'greaterThan', 1_000_000)] },
    action: {
      do: 'hold',
      type: 'FINANCE_REVIEW',
      reason: 'HIGH_AMOUNT',
      levels: [{ role: 'reviewer', hours: 8, escalateTo: 'admin' }, { role: 'finance' }],
      fourEyes: true,
    },
  },
  {
    ruleId: 'waiting-time',
    name: 'Every order waits ten minutes for second thoughts, then goes on by itself',
    priority: 10,
    conditions: { all: [is('order.lines', 'greaterThan', 0)] },
    action: {
      do: 'hold',
      type: 'CUSTOM',
      reason: 'WAITING_TIME',
      ownerRole: 'reviewer',
      minutes: 10,
      atDeadline: 'RELEASE',
    },
  },
  {
    ruleId: 'payment-problem',
    name: 'Payments that failed or are overdue are followed up',
    priority: 300,
    conditions: { any: [is('payment.failed', 'equal', true), is('payment.overdueHours', 'greaterThan', 0)] },
    action: {
      do: 'hold',
      type: 'FINANCE_REVIEW',
      blocks: ['RELEASE'],
      reason: 'PAYMENT_PROBLEM',
      ownerRole: 'finance',
    },
    triggers: ['sweep'],
  },
];

/** The shipped rules as they are before anybody has changed one. */
export const shippedRules = (): ReadonlyMap<string, RuleHistory> =>
  new Map(
    SHIPPED.map(({ applies, triggers = ['submit', 'amend'], ...rule }) => [
      rule.ruleId,
      {
        ruleId: rule.ruleId,
        versions: [{ ...rule, version: 1, triggers }],
        published: applies === true ? 1 : null,
        changedAt: null,
        shipped: true,
      },
    ]),
  );
