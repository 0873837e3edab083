import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { evolve, initial, type Return, type ReturnEvent } from './return.js';
import { ownerOf } from './return-view.js';

/** A return as lists show it. */
export interface ReturnDocument {
  _id: string;
  number: string;
  orderId: string;
  orderNumber: string;
  channel: string;
  customerId: string | null;
  kind: string;
  status: string;
  wish: string;
  goodsBack: boolean;
  advance: boolean;
  owner: string | null;
  currency: string;
  amount: number;
  units: number;
  received: number;
  skus: string[];
  requestedAt: string;
  dueAt: string | null;
  closedAt: string | null;
  outcome: string | null;
  updatedAt: string;
  revision: number;
  /** what folding goes on from */
  state: Return;
}

const documentOf = (state: Return, event: ProjectedEvent): ReturnDocument => ({
  _id: state.returnId,
  number: state.number,
  orderId: state.orderId,
  orderNumber: state.orderNumber,
  channel: state.channel,
  customerId: state.customerId,
  kind: state.kind,
  status: state.status,
  wish: state.wish,
  goodsBack: state.goodsBack,
  advance: state.advance,
  owner: ownerOf(state),
  currency: state.currency,
  amount: state.resolution?.amount ?? state.lines.reduce((sum, line) => sum + line.amount, 0),
  units: state.lines.reduce((sum, line) => sum + line.quantity, 0),
  received: state.lines.reduce((sum, line) => sum + line.received, 0),
  skus: [...new Set(state.lines.map((line) => line.sku))],
  requestedAt: state.requestedAt,
  dueAt: state.dueAt,
  closedAt: state.closedAt,
  outcome: state.outcome ?? state.declined?.reason ?? null,
  updatedAt: event.time,
  revision: event.sequence,
  // The customer's words lie in the stream only: erasing them needs no second place.
  state: { ...state, comment: null },
});

/** `returns`: one document per return. */
export const returnsProjection: ProjectionDefinition<ReturnDocument> = {
  name: 'returns',
  version: 2,
  prefixes: ['return-'],
  keyOf: (event) => event.streamId.slice('return-'.length),
  // What this service's deciders made is all that these streams hold.
  evolve: (doc, event) =>
    documentOf(evolve(doc?.state ?? initial(), { type: event.type, data: event.data } as ReturnEvent), event),
  indexes: [
    { key: { requestedAt: -1, _id: -1 } },
    { key: { status: 1, requestedAt: -1, _id: -1 } },
    { key: { orderId: 1, requestedAt: -1, _id: -1 } },
    { key: { customerId: 1, requestedAt: -1, _id: -1 } },
    { key: { dueAt: 1 } },
  ],
};
