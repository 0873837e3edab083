import { Refused, type SupplierContact, type SupplierEvent } from '@orderloom/contracts';
import type { Supplier, SupplierFacts } from './supplier.js';

/**
 * Registers a supplier or changes it; the same data again is no event. A contact that did not change must be
 * given as the recorded sealed text, because sealing the same data twice gives two texts.
 */
export const saveSupplier = (facts: SupplierFacts, state: Supplier): SupplierEvent[] => {
  const had = state.facts;
  if (had && sameFacts(had, facts)) return [];
  return [{ type: had ? 'SupplierChanged' : 'SupplierRegistered', data: facts }];
};

const sameFacts = (a: SupplierFacts, b: SupplierFacts): boolean =>
  a.company === b.company &&
  a.country === b.country &&
  a.contact === b.contact &&
  a.leadTimeDays === b.leadTimeDays &&
  a.minimumOrder?.amount === b.minimumOrder?.amount &&
  a.minimumOrder?.currency === b.minimumOrder?.currency;

/** @throws Refused SUPPLIER_EXISTS when it exists with other data */
export const registerSupplier = (facts: SupplierFacts, state: Supplier): SupplierEvent[] => {
  const events = saveSupplier(facts, state);
  if (state.facts && events.length > 0) throw new Refused('SUPPLIER_EXISTS', { supplierId: facts.supplierId });
  return events;
};

/** True when two contacts say the same. */
export const sameContact = (a: SupplierContact, b: SupplierContact): boolean => {
  const text = (contact: SupplierContact): string =>
    JSON.stringify(
      Object.entries(contact)
        .filter(([, value]) => value !== undefined)
        .sort(),
    );
  return text(a) === text(b);
};
