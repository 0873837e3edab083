import type { EventOf, orderEvents } from '@orderloom/contracts';
import type { NoticeFacts, NoticeKind } from '../templates/templates.js';

type OrderPublicEvent = EventOf<(typeof orderEvents)[number]>;

/** What a customer is told because of an event; undefined: nothing. */
export function noticeOf(
  event: OrderPublicEvent,
): { kind: NoticeKind; more: Pick<NoticeFacts, 'carrier' | 'trackingNumber' | 'reason'> } | undefined {
  switch (event.type) {
    case 'orderloom.order.OrderConfirmed.v1':
      return { kind: 'confirmed', more: {} };
    case 'orderloom.order.LinesShipped.v1': {
      const { carrier, trackingNumber } = event.data;
      return {
        kind: 'shipped',
        more: { ...(carrier ? { carrier } : {}), ...(trackingNumber ? { trackingNumber } : {}) },
      };
    }
    case 'orderloom.order.OrderCompleted.v1':
      return { kind: 'delivered', more: {} };
    case 'orderloom.order.OrderCancelled.v1':
      return { kind: 'cancelled', more: { reason: event.data.reason } };
    case 'orderloom.order.PaymentFailed.v1':
      return event.data.final ? { kind: 'payment-failed', more: { reason: event.data.code } } : undefined;
    default:
      return undefined;
  }
}

/** The types that `noticeOf` may answer to, and the one that introduces an order. */
export const noticeTypes = [
  'orderloom.order.OrderSubmitted.v1',
  'orderloom.order.OrderConfirmed.v1',
  'orderloom.order.LinesShipped.v1',
  'orderloom.order.OrderCompleted.v1',
  'orderloom.order.OrderCancelled.v1',
  'orderloom.order.PaymentFailed.v1',
] as const satisfies readonly OrderPublicEvent['type'][];
