import type { FulfilmentEvent } from '@orderloom/contracts';
import type { Fulfilment } from './fulfilment.js';

/** A request of the order not to send what it released. */
export interface Stop {
  readonly stopId: string;
  /** The release it is about; this fulfilment order's own id, or that of the release it is a part of. */
  readonly releaseId: string;
  readonly reason: string;
  readonly at: string;
  /** The parcel it goes out with is packed already. */
  readonly tooLate?: boolean;
}

/**
 * Answers a stop once: yes until everything is packed, then all units stay in the house; no afterwards, with the
 * reason. This stream decides, so a handover and a stop cannot both win.
 */
export const stop = (command: Stop, state: Fulfilment): FulfilmentEvent[] => {
  const { facts } = state;
  const { stopId, releaseId, reason, at } = command;
  if (!facts || state.stopIds.includes(stopId)) return [];
  const answer = { fulfilmentId: facts.fulfilmentId, orderId: facts.orderId, stopId, releaseId, occurredAt: at };
  if (command.tooLate === true && state.status !== 'SHIPPED') {
    return [{ type: 'FulfilmentStopRefused', data: { ...answer, code: 'FULFILMENT_ALREADY_PACKED' } }];
  }
  switch (state.status) {
    case 'NONE':
    case 'SPLIT': // its parts answer
      return [];
    case 'CREATED':
    case 'MERGED': // the parcel it was given over to has let it go before
    case 'ACCEPTED':
    case 'PICKING':
    case 'PICKED':
    case 'PACKING': {
      const lines = state.lines.map(({ lineId, quantity, reservationId }) => ({ lineId, quantity, reservationId }));
      return [{ type: 'FulfilmentCancelled', data: { ...answer, reason, lines } }];
    }
    case 'PACKED':
    case 'LABELLED':
      return [{ type: 'FulfilmentStopRefused', data: { ...answer, code: 'FULFILMENT_ALREADY_PACKED' } }];
    case 'SHIPPED':
      return [{ type: 'FulfilmentStopRefused', data: { ...answer, code: 'FULFILMENT_SHIPPED' } }];
    case 'CANCELLED':
      return [{ type: 'FulfilmentStopRefused', data: { ...answer, code: 'FULFILMENT_CANCELLED' } }];
    case 'REJECTED':
      return [{ type: 'FulfilmentStopRefused', data: { ...answer, code: 'FULFILMENT_REJECTED' } }];
    case 'SHORT':
      return [{ type: 'FulfilmentStopRefused', data: { ...answer, code: 'FULFILMENT_SHORT' } }];
    default:
      return state.status satisfies never;
  }
};
