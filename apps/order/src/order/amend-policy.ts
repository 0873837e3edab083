import type { AmendmentChanges, AmendmentEffect, AmendmentNeed } from './amendments.js';
import type { Order } from './order.js';

/** Who has to agree to which changes, as data. Percentages are of the price as sold. */
export interface AmendmentPolicy {
  /** A price may be changed by at most this much. */
  readonly priceLimitPercent: number;
  /** A price cut beyond this needs approval. */
  readonly approvePriceCutAbovePercent: number;
  /** A refund beyond this, minor units of the order's currency, needs approval; null: none does. */
  readonly approveRefundAbove: number | null;
  /** Paying later than agreed needs approval. */
  readonly approveLaterPayment: boolean;
  /** When the customer has to agree to what the seller asks for. */
  readonly consent: 'always' | 'whenWorse' | 'never';
  /** Money that is missing for a change of a paid order is collected before the change is made. */
  readonly collectFirst: boolean;
  readonly expiresAfterHours: number;
  /** Amendments of one order that may be open at once. */
  readonly mostOpen: number;
}

export const DEFAULT_AMENDMENT_POLICY: AmendmentPolicy = {
  priceLimitPercent: 50,
  approvePriceCutAbovePercent: 10,
  approveRefundAbove: null,
  approveLaterPayment: true,
  consent: 'whenWorse',
  collectFirst: true,
  expiresAfterHours: 72,
  mostOpen: 10,
};

/** What the rules look at. */
export interface AmendmentCase {
  order: Order;
  after: Order;
  changes: AmendmentChanges;
  effect: AmendmentEffect;
  requestedBy: 'CUSTOMER' | 'STAFF';
}

/** Everything that has to happen before a change is applied, each with the rule that asks for it. */
export const needsOf = (policy: AmendmentPolicy, one: AmendmentCase): AmendmentNeed[] => [
  ...approvals(policy, one),
  ...consents(policy, one),
  ...payments(policy, one),
];

const approvals = (policy: AmendmentPolicy, { order, changes, effect }: AmendmentCase): AmendmentNeed[] => {
  const needs: AmendmentNeed[] = [];
  for (const { lineId, from, unitPrice } of changes.lines ?? []) {
    const cut = from.unitPrice === 0 ? 0 : ((from.unitPrice - unitPrice) * 100) / from.unitPrice;
    if (cut > policy.approvePriceCutAbovePercent) {
      const inputs = { lineId, from: from.unitPrice, to: unitPrice, limitPercent: policy.approvePriceCutAbovePercent };
      needs.push({ need: 'APPROVAL', why: 'PRICE_CUT', inputs });
    }
  }
  if (policy.approveRefundAbove !== null && effect.refund > policy.approveRefundAbove) {
    needs.push({
      need: 'APPROVAL',
      why: 'REFUND',
      inputs: { refund: effect.refund, limit: policy.approveRefundAbove },
    });
  }
  const { paymentTerms } = changes;
  if (
    policy.approveLaterPayment &&
    order.paymentTerms === 'prepaid' &&
    paymentTerms !== undefined &&
    paymentTerms !== 'prepaid'
  ) {
    needs.push({ need: 'APPROVAL', why: 'LATER_PAYMENT', inputs: { from: order.paymentTerms, to: paymentTerms } });
  }
  return needs;
};

const consents = (
  { consent }: AmendmentPolicy,
  { order, changes, effect, requestedBy }: AmendmentCase,
): AmendmentNeed[] => {
  if (requestedBy === 'CUSTOMER' || consent === 'never') return [];
  const worse = [
    ...(effect.dueAfter > effect.dueBefore ? ['COSTS_MORE'] : []),
    ...(effect.lines.some((line) => line.quantityAfter < line.quantityBefore) ? ['DELIVERS_LESS'] : []),
    ...(changes.paymentTerms === 'prepaid' && order.paymentTerms !== 'prepaid' ? ['PAYS_EARLIER'] : []),
  ];
  const why = worse[0] ?? (consent === 'always' ? 'CHANGED_BY_SELLER' : undefined);
  if (why === undefined) return [];
  return [{ need: 'CUSTOMER', why, inputs: { dueBefore: effect.dueBefore, dueAfter: effect.dueAfter } }];
};

const payments = ({ collectFirst }: AmendmentPolicy, { order, after, effect }: AmendmentCase): AmendmentNeed[] => {
  // An order nobody has paid for yet is asked for its new sum when its time comes.
  if (!collectFirst || after.paymentTerms !== 'prepaid' || order.ledger.captured === 0) return [];
  if (effect.extraPayment === 0) return [];
  return [{ need: 'PAYMENT', why: 'EXTRA_PAYMENT', inputs: { amount: effect.extraPayment } }];
};
