import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';
import { type Draft, type DraftEvent, type DraftSummary, evolve, initial } from './draft.js';

/** A draft as lists show it. */
export interface DraftDocument {
  _id: string;
  status: string;
  channel: string;
  customerId: string | null;
  currency: string | null;
  total: number | null;
  lines: DraftSummary['lines'];
  complete: boolean;
  quoted: boolean;
  orderNumber: string | null;
  createdAt: string;
  expiresAt: string | null;
  updatedAt: string;
  revision: number;
  /** what folding goes on from, without the sealed content */
  state: Draft;
}

const documentOf = (state: Draft, event: ProjectedEvent): DraftDocument => ({
  _id: state.draftId,
  status: state.status,
  channel: state.summary.channel,
  customerId: state.summary.customerId ?? null,
  currency: state.summary.currency ?? null,
  total: state.summary.total ?? null,
  lines: state.summary.lines,
  complete: state.summary.problems.length === 0,
  quoted: state.quote !== null,
  orderNumber: state.orderNumber,
  createdAt: state.createdAt,
  expiresAt: state.expiresAt,
  updatedAt: event.time,
  revision: event.sequence,
  state: { ...state, content: null },
});

/** `drafts`: one document per draft. */
export const draftsProjection: ProjectionDefinition<DraftDocument> = {
  name: 'drafts',
  version: 1,
  prefixes: ['draft-'],
  keyOf: (event) => event.streamId.slice('draft-'.length),
  // What this service's deciders made is all that these streams hold.
  evolve: (doc, event) =>
    documentOf(evolve(doc?.state ?? initial(), { type: event.type, data: event.data } as DraftEvent), event),
  indexes: [
    { key: { createdAt: -1, _id: -1 } },
    { key: { status: 1, createdAt: -1, _id: -1 } },
    { key: { customerId: 1, createdAt: -1, _id: -1 } },
    { key: { expiresAt: 1 } },
  ],
};
