import type { EventOf, orderEvents, returnEvents } from '@orderloom/contracts';
import type { NoticeFacts, NoticeKind } from '../templates/templates.js';
import type { Asked, LiveOrder } from './messages.js';

type OrderPublicEvent = EventOf<(typeof orderEvents)[number]> | EventOf<(typeof returnEvents)[number]>;

/** What is told, and on which of several occasions where there can be more than one. */
export interface Noticed {
  readonly kind: NoticeKind;
  readonly occasion?: string;
  readonly more: Pick<
    NoticeFacts,
    | 'carrier'
    | 'trackingNumber'
    | 'reason'
    | 'changed'
    | 'amount'
    | 'url'
    | 'reference'
    | 'returnTo'
    | 'label'
    | 'goodsBack'
    | 'resolution'
  > &
    Partial<Pick<NoticeFacts, 'total'>>;
  /** Units of the parcel it is about; absent: it is about the whole order. */
  readonly parcel?: readonly { readonly lineId: string; readonly quantity: number }[];
  /** What the customer is asked; its words and link are sealed. */
  readonly asked?: Asked;
}

/** What a customer is told because of an event; undefined: nothing. */
export function noticeOf(event: OrderPublicEvent): Noticed | undefined {
  switch (event.type) {
    case 'orderloom.order.OrderConfirmed.v1':
      return { kind: 'confirmed', more: {} };
    case 'orderloom.order.LinesShipped.v1': {
      const { shipmentId, lines, carrier, trackingNumber } = event.data;
      return {
        kind: 'shipped',
        // Each parcel of an order is told of, with its own number and content.
        ...(shipmentId === undefined ? {} : { occasion: shipmentId }),
        parcel: lines,
        more: { ...(carrier ? { carrier } : {}), ...(trackingNumber ? { trackingNumber } : {}) },
      };
    }
    case 'orderloom.order.OrderCompleted.v1':
      return { kind: 'delivered', more: {} };
    case 'orderloom.order.OrderCancelled.v1':
      return {
        kind: event.data.rejected === undefined ? 'cancelled' : 'rejected',
        ...again(event.data),
        more: { reason: event.data.reason },
      };
    case 'orderloom.order.OrderExpired.v1':
      return { kind: 'expired', ...again(event.data), more: {} };
    case 'orderloom.order.OrderReopened.v1':
      return { kind: 'reopened', occasion: String(event.data.epoch), more: { changed: left(event.data.wanted) } };
    case 'orderloom.order.LinesCancelled.v1': {
      const { amendmentId, cancellationId, wanted } = event.data;
      // What an amendment takes off is told with the amendment.
      if (amendmentId !== undefined) return undefined;
      return { kind: 'units-cancelled', occasion: cancellationId, more: { changed: left(wanted) } };
    }
    case 'orderloom.order.AmendmentApplied.v1': {
      const { amendmentId, wanted, totals } = event.data;
      return { kind: 'changed', occasion: amendmentId, more: { changed: left(wanted), total: totals.total } };
    }
    case 'orderloom.order.AmendmentPriced.v1':
    case 'orderloom.order.AmendmentApproved.v1': {
      const { amendmentId, needs } = event.data;
      const next = needs[0]?.need;
      return next === 'CUSTOMER' ? { kind: 'change-consent', occasion: amendmentId, more: {} } : undefined;
    }
    case 'orderloom.order.AmendmentDeclined.v1':
      // What customers have declined themselves they need not be told.
      if (event.data.by === 'CUSTOMER') return undefined;
      return { kind: 'change-declined', occasion: event.data.amendmentId, more: { reason: event.data.code } };
    case 'orderloom.order.AmendmentExpired.v1':
      return { kind: 'change-declined', occasion: event.data.amendmentId, more: {} };
    case 'orderloom.order.RefundRequested.v1': {
      const { refundId, amount, approval } = event.data;
      const kind = approval === 'required' ? 'refund-waiting' : 'refund-approved';
      return { kind, occasion: refundId, more: { amount } };
    }
    case 'orderloom.order.RefundApproved.v1':
      return { kind: 'refund-approved', occasion: event.data.refundId, more: { amount: event.data.amount } };
    case 'orderloom.order.RefundRejected.v1': {
      const { refundId, amount, reason } = event.data;
      return { kind: 'refund-rejected', occasion: refundId, more: { amount, reason } };
    }
    case 'orderloom.order.RefundSucceeded.v1':
      return { kind: 'refunded', occasion: event.data.refundId, more: { amount: event.data.amount } };
    case 'orderloom.order.PaymentActionRequired.v1': {
      const { paymentId, action } = event.data;
      const { url, reference } = action;
      return {
        kind: 'payment-due',
        occasion: paymentId,
        more: { ...(url === undefined ? {} : { url }), ...(reference === undefined ? {} : { reference }) },
      };
    }
    case 'orderloom.order.PaymentFailed.v1':
      return event.data.final ? { kind: 'payment-failed', more: { reason: event.data.code } } : undefined;
    case 'orderloom.order.ReturnRequested.v1': {
      const { returnId, lines } = event.data;
      const changed = lines.map(({ name, quantity }) => ({ name, quantity }));
      return { kind: 'return-requested', occasion: returnId, more: { changed } };
    }
    case 'orderloom.order.ReturnApproved.v1': {
      const { returnId, label } = event.data;
      // A return without a label is one whose goods stay with the customer.
      if (label === undefined) return { kind: 'return-approved', occasion: returnId, more: { goodsBack: false } };
      const returnTo = label.address === '' ? {} : { returnTo: label.address };
      const link = label.url === undefined ? {} : { label: label.url };
      return { kind: 'return-approved', occasion: returnId, more: { goodsBack: true, ...returnTo, ...link } };
    }
    case 'orderloom.order.ReturnDeclined.v1': {
      const { returnId, reason } = event.data;
      return { kind: 'return-declined', occasion: returnId, more: { reason } };
    }
    case 'orderloom.order.ReturnReceived.v1': {
      const { returnId, receiptId, lines } = event.data;
      // Saying that nothing more will come is no arrival.
      if (lines.length === 0) return undefined;
      return { kind: 'return-received', occasion: `${returnId}:${receiptId}`, more: {} };
    }
    case 'orderloom.order.ReturnSentBack.v1': {
      const { returnId, sendingId, lines, carrier, trackingNumber } = event.data;
      const more = { ...(carrier ? { carrier } : {}), ...(trackingNumber ? { trackingNumber } : {}) };
      return {
        kind: 'return-sent-back',
        occasion: `${returnId}:${sendingId}`,
        more: { ...more, changed: left(lines) },
      };
    }
    case 'orderloom.order.ReturnResolved.v1': {
      const { returnId, resolution, amount } = event.data;
      return { kind: 'return-resolved', occasion: returnId, more: { resolution, amount } };
    }
    case 'orderloom.order.HoldResolved.v1': {
      const { holdId, shipTo } = event.data;
      // The address itself is not repeated: the message may go to whoever should not have it.
      return shipTo === undefined ? undefined : { kind: 'address-corrected', occasion: holdId, more: {} };
    }
    case 'orderloom.order.CustomerAsked.v1': {
      const { questionId, question: code, answers, content } = event.data;
      const asked = { code, answers: answers.map(({ answer }) => answer), content };
      return { kind: 'question', occasion: questionId, more: {}, asked };
    }
    default:
      return undefined;
  }
}

/** How an order's lines, and what they come to, are from this event on; undefined: as before. */
export function changeOf(event: OrderPublicEvent): (Pick<LiveOrder, 'lines'> & Partial<LiveOrder>) | undefined {
  switch (event.type) {
    case 'orderloom.order.AmendmentApplied.v1':
      return { lines: wantedOf(event.data.wanted), total: event.data.totals.total };
    case 'orderloom.order.LinesCancelled.v1':
    case 'orderloom.order.OrderReopened.v1':
      return { lines: wantedOf(event.data.wanted) };
    default:
      return undefined;
  }
}

const wantedOf = (wanted: readonly LiveOrder['lines'][number][]): LiveOrder['lines'] =>
  wanted.map(({ lineId, name, quantity }) => ({ ...(lineId === undefined ? {} : { lineId }), name, quantity }));

/** An order that was taken up again can end once more. */
const again = ({ epoch }: { readonly epoch?: number | undefined }) =>
  epoch === undefined ? {} : { occasion: String(epoch) };

/** The lines of which anything is left. */
const left = (wanted: readonly { readonly name: string; readonly quantity: number }[]) =>
  wanted.filter(({ quantity }) => quantity > 0).map(({ name, quantity }) => ({ name, quantity }));

/** The types that `noticeOf` may answer to, and the one that introduces an order. */
export const noticeTypes = [
  'orderloom.order.OrderSubmitted.v1',
  'orderloom.order.OrderConfirmed.v1',
  'orderloom.order.LinesShipped.v1',
  'orderloom.order.OrderCompleted.v1',
  'orderloom.order.OrderCancelled.v1',
  'orderloom.order.PaymentFailed.v1',
  'orderloom.order.OrderExpired.v1',
  'orderloom.order.OrderReopened.v1',
  'orderloom.order.LinesCancelled.v1',
  'orderloom.order.AmendmentPriced.v1',
  'orderloom.order.AmendmentApproved.v1',
  'orderloom.order.AmendmentApplied.v1',
  'orderloom.order.AmendmentDeclined.v1',
  'orderloom.order.AmendmentExpired.v1',
  'orderloom.order.RefundRequested.v1',
  'orderloom.order.RefundApproved.v1',
  'orderloom.order.RefundRejected.v1',
  'orderloom.order.RefundSucceeded.v1',
  'orderloom.order.PaymentActionRequired.v1',
  'orderloom.order.HoldResolved.v1',
  'orderloom.order.CustomerAsked.v1',
  'orderloom.order.ReturnRequested.v1',
  'orderloom.order.ReturnApproved.v1',
  'orderloom.order.ReturnDeclined.v1',
  'orderloom.order.ReturnReceived.v1',
  'orderloom.order.ReturnResolved.v1',
  'orderloom.order.ReturnSentBack.v1',
] as const satisfies readonly OrderPublicEvent['type'][];

/** The order an event is about; events of returns name it, those of orders are its own. */
export const orderOf = (event: { readonly subject: string; readonly data: unknown }): string => {
  const { data } = event;
  const named = typeof data === 'object' && data !== null && 'orderId' in data ? data.orderId : undefined;
  return event.subject.startsWith('return-') && typeof named === 'string'
    ? named
    : event.subject.slice('order-'.length);
};
