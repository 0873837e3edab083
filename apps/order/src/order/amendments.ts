import type { Amendment, AmendmentStatus } from './amendment-state.js';
import type { AmendmentEvent, SoldLine, Totals } from './events.js';
import type { Order, OrderLine } from './order-state.js';

export type { AmendmentChanges, AmendmentEffect, AmendmentNeed } from '@orderloom/contracts';
export type * from './amendment-state.js';

const OPEN: readonly AmendmentStatus[] = [
  'PROPOSED',
  'PRICED',
  'AWAITING_APPROVAL',
  'AWAITING_CUSTOMER',
  'AWAITING_PAYMENT',
];

/** Whether it can still be applied. */
export const isOpen = ({ status }: Pick<Amendment, 'status'>): boolean => OPEN.includes(status);

/** Until when the first of the open amendments has to be decided; null when none is open. */
export const amendmentsUntil = (order: Pick<Order, 'amendments'>): string | null =>
  order.amendments
    .filter(isOpen)
    .reduce<string | null>((first, { expiresAt }) => (first === null || expiresAt < first ? expiresAt : first), null);

/** What it waits for: approval first, then the customer, then the money. */
const waitingFor = ({
  needs,
  approved,
  accepted,
}: Pick<Amendment, 'needs' | 'approved' | 'accepted'>): AmendmentStatus => {
  const needed = new Set(needs.map(({ need }) => need));
  if (needed.has('APPROVAL') && !approved) return 'AWAITING_APPROVAL';
  if (needed.has('CUSTOMER') && !accepted) return 'AWAITING_CUSTOMER';
  return needed.has('PAYMENT') ? 'AWAITING_PAYMENT' : 'PRICED';
};

const change = (order: Order, amendmentId: string, how: (amendment: Amendment) => Amendment): Order => ({
  ...order,
  amendments: order.amendments.map((one) => (one.amendmentId === amendmentId ? how(one) : one)),
});

const close = (order: Order, amendmentId: string, status: AmendmentStatus, by: string, code: string): Order =>
  change(order, amendmentId, (one) => ({ ...one, status, closed: { by, code } }));

/** An order that is over takes no change any more. */
export const closeAmendments = (order: Pick<Order, 'amendments'>): readonly Amendment[] =>
  order.amendments.some(isOpen)
    ? order.amendments.map((one) =>
        isOpen(one) ? { ...one, status: 'DECLINED', closed: { by: 'ORDER', code: 'AMENDMENT_NOTHING_LEFT' } } : one,
      )
    : order.amendments;

/** A line as it is sold. */
export const asSold = (line: OrderLine): SoldLine => ({
  lineId: line.lineId,
  sku: line.sku,
  name: line.name,
  quantity: line.ordered,
  unitPrice: line.unitPrice,
  gross: line.gross,
  discount: line.discount,
  net: line.net,
  ...(line.orderDiscount === 0 ? {} : { orderDiscount: line.orderDiscount }),
  ...(line.taxes.length === 0 ? {} : { taxes: [...line.taxes] }),
});

/** A line with new prices and quantities sold; what happened to its units stays. */
const soldAgain = (line: OrderLine, sold: SoldLine): OrderLine => ({
  ...line,
  unitPrice: sold.unitPrice,
  gross: sold.gross,
  discount: sold.discount,
  net: sold.net,
  orderDiscount: sold.orderDiscount ?? 0,
  taxes: sold.taxes ?? [],
  ordered: sold.quantity,
});

const newLine = (sold: SoldLine): OrderLine =>
  soldAgain(
    {
      lineId: sold.lineId,
      sku: sold.sku,
      name: sold.name,
      unitPrice: 0,
      gross: 0,
      discount: 0,
      net: 0,
      orderDiscount: 0,
      taxes: [],
      ordered: 0,
      cancelled: 0,
      allocated: 0,
      backordered: 0,
      released: 0,
      shipped: 0,
      delivered: 0,
      returnRequested: 0,
      returned: 0,
      restocked: 0,
      scrapped: 0,
    },
    sold,
  );

type Applied = Extract<AmendmentEvent, { type: 'AmendmentApplied' }>['data'];

const apply = (order: Order, d: Applied): Order => {
  const sold = new Map(d.lines.map((line) => [line.lineId, line]));
  const known = new Set(order.lines.map(({ lineId }) => lineId));
  const totals: Totals = d.totals;
  return {
    ...order,
    totals,
    ledger: { ...order.ledger, sold: order.ledger.sold + d.sold },
    lines: [
      ...order.lines.map((line) => {
        const again = sold.get(line.lineId);
        return again === undefined ? line : soldAgain(line, again);
      }),
      ...d.lines.filter(({ lineId }) => !known.has(lineId)).map(newLine),
    ],
    shipTo: d.shipTo ?? order.shipTo,
    deliveryWish: d.deliveryWish ?? order.deliveryWish,
    requiredBy: d.requiredBy ?? order.requiredBy,
    paymentTerms: d.paymentTerms ?? order.paymentTerms,
  };
};

/** Folds what happens to the changes of an order, and to the order when one is applied. */
export const evolveAmendment = (order: Order, event: AmendmentEvent): Order => {
  const { amendmentId } = event.data;
  switch (event.type) {
    case 'AmendmentProposed': {
      const { number, requestedBy, reason, note, changes, expiresAt, occurredAt } = event.data;
      const proposed: Amendment = {
        amendmentId,
        number,
        status: 'PROPOSED',
        requestedBy,
        reason,
        note: note ?? null,
        changes,
        effect: null,
        needs: [],
        approved: false,
        accepted: false,
        paymentId: null,
        dropped: [],
        closed: null,
        proposedAt: occurredAt,
        expiresAt,
      };
      return { ...order, amendments: [...order.amendments, proposed] };
    }
    case 'AmendmentPriced': {
      const { effect, needs } = event.data;
      return change(order, amendmentId, (one) => ({ ...one, effect, needs, status: waitingFor({ ...one, needs }) }));
    }
    case 'AmendmentRebased': {
      const { changes, dropped, effect, needs } = event.data;
      return change(order, amendmentId, (one) => {
        // Who agreed has agreed to more than is left; money that was asked for stays asked for.
        const next = { ...one, changes, effect, needs, dropped: [...one.dropped, ...dropped] };
        return { ...next, status: waitingFor(next) };
      });
    }
    case 'AmendmentApproved':
      return change(order, amendmentId, (one) => ({
        ...one,
        approved: true,
        status: waitingFor({ ...one, approved: true }),
      }));
    case 'AmendmentAccepted':
      return change(order, amendmentId, (one) => ({
        ...one,
        accepted: true,
        status: waitingFor({ ...one, accepted: true }),
      }));
    case 'AmendmentPaymentAwaited':
      return change(order, amendmentId, (one) => ({ ...one, paymentId: event.data.paymentId }));
    case 'AmendmentApplied':
      return change(apply(order, event.data), amendmentId, (one) => ({ ...one, status: 'APPLIED' }));
    case 'AmendmentDeclined':
      return close(order, amendmentId, 'DECLINED', event.data.by, event.data.code);
    case 'AmendmentExpired':
      return change(order, amendmentId, (one) => ({ ...one, status: 'EXPIRED' }));
    case 'AmendmentWithdrawn':
      return change(order, amendmentId, (one) => ({ ...one, status: 'WITHDRAWN' }));
    default:
      event satisfies never;
      return order;
  }
};
