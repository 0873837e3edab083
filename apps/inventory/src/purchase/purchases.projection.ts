import type { PurchaseEvent } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { deadlineOf, isOpen, type Purchase, purchase, toCome } from './purchase.js';

/** A purchase order as listed: its folded state, and what is asked of many at once. */
export interface PurchaseDocument {
  readonly _id: string;
  readonly purchase: Purchase;
  readonly supplierId: string;
  readonly status: Purchase['status'];
  /** Skus with units to come; empty when none is expected. */
  readonly inbound: readonly string[];
  /** The next deadline that was not told yet; null: none. */
  readonly dueAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Read model `purchases`. */
export const purchasesProjection: ProjectionDefinition<PurchaseDocument> = {
  name: 'purchases',
  version: 1,
  prefixes: ['purchase-'],
  indexes: [
    { key: { createdAt: -1, _id: -1 } },
    { key: { supplierId: 1, createdAt: -1, _id: -1 } },
    { key: { status: 1, createdAt: -1, _id: -1 } },
    { key: { inbound: 1 } },
    { key: { dueAt: 1 }, partialFilterExpression: { dueAt: { $type: 'string' } } },
  ],
  keyOf: (event) => event.streamId.slice('purchase-'.length),
  evolve(doc, event: ProjectedEvent) {
    // The stream holds what this service's deciders made.
    const state = purchase.evolve(doc?.purchase ?? purchase.initial(), event as unknown as PurchaseEvent);
    const deadline = deadlineOf(state);
    const told = deadline !== undefined && state.overdue.includes(`${deadline.what}:${deadline.dueAt}`);
    const open = isOpen(state) ? state.lines.filter((line) => toCome(line) > 0) : [];
    return {
      _id: event.streamId.slice('purchase-'.length),
      purchase: state,
      supplierId: state.supplierId,
      status: state.status,
      inbound: [...new Set(open.map((line) => line.sku))],
      dueAt: deadline === undefined || told ? null : deadline.dueAt,
      createdAt: doc?.createdAt ?? event.time,
      updatedAt: event.time,
    };
  },
};
