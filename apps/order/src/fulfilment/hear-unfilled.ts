import { type EventOf, FulfilmentRejectedV1, FulfilmentShortV1, ShipmentActionTakenV1 } from '@orderloom/contracts';
import { type Unfill, unfill } from '../order/decide-unfilled.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';

/** Facts of logistics after which units need stock again. */
export type UnfilledFact =
  | EventOf<typeof FulfilmentRejectedV1>
  | EventOf<typeof FulfilmentShortV1>
  | EventOf<typeof ShipmentActionTakenV1>;

export const UNFILLED_TYPES: readonly string[] = [
  FulfilmentRejectedV1.type,
  FulfilmentShortV1.type,
  ShipmentActionTakenV1.type,
];

const unfillOf = (event: UnfilledFact): Unfill | undefined => {
  const { fulfilmentId, occurredAt, lines } = event.data;
  const base = { fulfilmentId, location: event.data.location ?? 'unknown', lines, occurredAt };
  switch (event.type) {
    case 'orderloom.logistics.FulfilmentRejected.v1':
      return { ...base, reason: 'REJECTED' };
    case 'orderloom.logistics.FulfilmentShort.v1':
      return { ...base, reason: 'SHORT' };
    case 'orderloom.logistics.ShipmentActionTaken.v1':
      return event.data.action === 'RESEND'
        ? { ...base, reason: 'RESEND', shipmentId: event.data.shipmentId }
        : undefined;
    default:
      return event satisfies never;
  }
};

/** What such a fact means for the order. */
export const hearUnfilled = (event: UnfilledFact, order: Order): OrderEvent[] => {
  const command = unfillOf(event);
  return command === undefined ? [] : unfill(command, order);
};
