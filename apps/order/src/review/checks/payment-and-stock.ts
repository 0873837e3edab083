import { type Check, finding } from './check.js';

/** What became of an order's payment: PAYMENT_FAILED, PAYMENT_OVERDUE. */
export const paymentCheck: Check = ({ progress, paymentTerms }) => {
  const findings = [];
  const failed = progress?.paymentFailed ?? false;
  const overdue = progress?.paymentOverdueHours ?? 0;
  if (failed) findings.push(finding('payment', 'PAYMENT_FAILED', 'problem'));
  if (overdue > 0) findings.push(finding('payment', 'PAYMENT_OVERDUE', 'problem', { hours: overdue }));
  return {
    findings,
    values: { 'payment.terms': paymentTerms, 'payment.failed': failed, 'payment.overdueHours': overdue },
  };
};

/** Whether stock is short for what was ordered: STOCK_SHORT. */
export const stockCheck: Check = ({ progress }) => {
  const units = progress?.backordered ?? 0;
  return {
    findings: units > 0 ? [finding('stock', 'STOCK_SHORT', 'warning', { units })] : [],
    values: { 'stock.backordered': units },
  };
};
