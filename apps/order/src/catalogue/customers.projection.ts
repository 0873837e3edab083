import { CustomerChangedV1, CustomerErasedV1, CustomerRegisteredV1, topicOf } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';

/** Which customers exist. Nothing about them: this service has no use for it. */
export interface CustomerDocument {
  _id: string;
  erased: boolean;
}

const isCustomer = (event: ProjectedEvent): event is ProjectedEvent<string, { customerId: string }> =>
  event.type === 'CustomerRegistered' || event.type === 'CustomerChanged' || event.type === 'CustomerErased';

/** `customers`: one tiny document per customer, fed from the customer service's topic. */
export const customersProjection: Omit<ProjectionDefinition<CustomerDocument>, 'prefixes'> = {
  name: 'customers',
  version: 1,
  contiguous: false,
  indexes: [],
  keyOf: (event) => (isCustomer(event) ? event.data.customerId : null),
  evolve: (doc, event) => {
    if (!isCustomer(event)) return doc;
    // Erasing is for good: an older change that arrives later does not undo it.
    return { _id: event.data.customerId, erased: doc?.erased === true || event.type === 'CustomerErased' };
  },
};

export const customersSource = {
  topics: [topicOf.customer],
  handles: [CustomerRegisteredV1.type, CustomerChangedV1.type, CustomerErasedV1.type],
};
