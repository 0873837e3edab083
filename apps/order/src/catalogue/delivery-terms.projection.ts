import { type DeliveryTerms, DeliveryTermsPublishedV1, topicOf } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';

/** Local copy of what delivery from a location takes: what a promise is computed from while an order is placed. */
export interface TermsDocument {
  _id: string;
  terms: DeliveryTerms;
}

/** The location whose terms hold before stock was looked for. */
export const TERMS_OF = 'main';

const isTerms = (event: ProjectedEvent): event is ProjectedEvent<string, DeliveryTerms> =>
  event.type === 'DeliveryTermsPublished';

/** `delivery_terms`: one document per location, fed from logistics' topic. */
export const termsProjection: Omit<ProjectionDefinition<TermsDocument>, 'prefixes'> = {
  name: 'delivery_terms',
  version: 1,
  contiguous: false,
  indexes: [],
  keyOf: (event) => (isTerms(event) ? event.data.location : null),
  evolve: (doc, event) => (isTerms(event) ? { _id: event.data.location, terms: event.data } : doc),
};

export const termsSource = { topics: [topicOf.logistics], handles: [DeliveryTermsPublishedV1.type] };
