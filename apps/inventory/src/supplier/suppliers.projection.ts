import type { InventoryEventData } from '@orderloom/contracts';
import type { ProjectedEvent, ProjectionDefinition } from '@orderloom/projections';

/** A supplier as listed. The contact stays sealed; it is opened for display only. */
export interface SupplierDocument {
  _id: string;
  company: string;
  country: string | null;
  contact: string | null;
  minimumOrder: { amount: number; currency: string } | null;
  leadTimeDays: number | null;
  revision: number;
  updatedAt: string;
}

const isSupplier = (event: ProjectedEvent): event is ProjectedEvent<string, InventoryEventData['SupplierRegistered']> =>
  event.type === 'SupplierRegistered' || event.type === 'SupplierChanged';

/** Read model `suppliers`. */
export const suppliersProjection: ProjectionDefinition<SupplierDocument> = {
  name: 'suppliers',
  version: 2,
  prefixes: ['supplier-'],
  indexes: [{ key: { company: 1, _id: 1 } }],
  keyOf: (event) => (isSupplier(event) ? event.data.supplierId : null),
  evolve(doc, event) {
    if (!isSupplier(event)) return doc;
    const { supplierId, company, country, contact, minimumOrder, leadTimeDays } = event.data;
    return {
      _id: supplierId,
      company,
      country: country ?? null,
      contact: contact ?? null,
      minimumOrder: minimumOrder ?? null,
      leadTimeDays: leadTimeDays ?? null,
      revision: event.sequence,
      updatedAt: event.time,
    };
  },
};
