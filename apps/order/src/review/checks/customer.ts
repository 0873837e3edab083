import { type Check, finding } from './check.js';

/** What the company decided about the customer: CUSTOMER_BLOCKED, CREDIT_EXCEEDED. Amounts in minor units. */
export const customerCheck: Check = ({ customer, customerId, owed, totals, currency, paymentTerms }) => {
  const findings = [];
  const { blocked, creditLimit } = customer;
  if (blocked !== undefined) findings.push(finding('customer', 'CUSTOMER_BLOCKED', 'problem', { reason: blocked }));
  let over = 0;
  if (creditLimit !== undefined && creditLimit.currency === currency && paymentTerms !== 'prepaid') {
    over = Math.max(0, owed + totals.total - creditLimit.amount);
    if (over > 0) {
      const inputs = { owed, total: totals.total, limit: creditLimit.amount, currency };
      findings.push(finding('customer', 'CREDIT_EXCEEDED', 'problem', inputs));
    }
  }
  return {
    findings,
    values: {
      'customer.known': customerId !== undefined,
      'customer.blocked': blocked !== undefined,
      'customer.class': customer.class ?? null,
      'credit.exceededBy': over,
    },
  };
};
