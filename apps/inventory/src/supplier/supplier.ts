import type { InventoryEventData, SupplierEvent } from '@orderloom/contracts';

/** A supplier as recorded; the contact is sealed. */
export type SupplierFacts = InventoryEventData['SupplierRegistered'];

/** State of a `supplier-` stream. */
export interface Supplier {
  readonly facts?: SupplierFacts;
}

/** The aggregate of one supplier. */
export const supplier = {
  prefix: 'supplier',
  initial: (): Supplier => ({}),
  evolve(state: Supplier, event: SupplierEvent): Supplier {
    switch (event.type) {
      case 'SupplierRegistered':
      case 'SupplierChanged':
        return { facts: event.data };
      default:
        return unknown(event, state);
    }
  },
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
