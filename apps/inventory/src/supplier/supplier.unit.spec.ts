import { givenFor, spec } from '@orderloom/testing';
import { registerSupplier, sameContact, saveSupplier } from './decide.js';
import { type Supplier, supplier } from './supplier.js';

const given = givenFor(supplier);
const facts = { supplierId: '1', company: 'Exotic Liquids', country: 'GB', contact: 'sealed:v1:supplier:1:AAAA' };
const registered = { type: 'SupplierRegistered', data: facts } as const;
const save = (change: object) => (state: Supplier) => saveSupplier({ ...facts, ...change }, state);

describe('a supplier', () => {
  it('is registered, then changed, and the same data again is nothing', () => {
    spec(supplier).when(save({})).then(registered);
    given(registered).when(save({})).thenNothing();
    given(registered)
      .when(save({ country: 'IE' }))
      .thenTypes('SupplierChanged');
    given(registered)
      .when(save({ contact: 'sealed:v1:supplier:1:BBBB' }))
      .thenTypes('SupplierChanged');
  });

  it('is not registered twice with other data', () => {
    given(registered)
      .when((state) => registerSupplier({ ...facts, company: 'Other' }, state))
      .thenRefused('SUPPLIER_EXISTS');
    given(registered)
      .when((state) => registerSupplier(facts, state))
      .thenNothing();
  });

  it('keeps its contact where only the order of the fields differs', () => {
    expect(sameContact({ phone: '1', city: 'London' }, { city: 'London', phone: '1' })).toBe(true);
    expect(sameContact({ phone: '1' }, { phone: '2' })).toBe(false);
  });
});
