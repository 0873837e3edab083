import { givenFor, spec } from '@orderloom/testing';
import { discontinueProduct, registerMissing, registerProduct, saveProduct } from './decide.js';
import { type Product, product } from './product.js';

const given = givenFor(product);
const when = spec(product).when;
const chai = { sku: 'NW-001', name: 'Chai', reorderLevel: 10, discontinued: false };
const registered = { type: 'ProductRegistered', data: chai } as const;
const save = (change: object) => (state: Product) => saveProduct({ sku: 'NW-001', ...change }, state);

describe('a product', () => {
  it('is registered with what is not said filled in', () => {
    when(save({ name: 'Chai' })).then({ type: 'ProductRegistered', data: { ...chai, reorderLevel: 0 } });
  });

  it('is called by its sku when no name is known', () => {
    when(save({})).thenState((state) => expect(state.facts?.name).toBe('NW-001'));
  });

  it('records nothing when the same data is given again', () => {
    given(registered).when(save(chai)).thenNothing();
    given(registered).when(save({})).thenNothing();
    given(registered)
      .when((state) => registerProduct(chai, state))
      .thenNothing();
  });

  it('keeps what a change leaves out and drops what it sets to null', () => {
    given({ type: 'ProductRegistered', data: { ...chai, category: 'Beverages', unit: '10 boxes' } })
      .when(save({ category: null, name: 'Masala chai' }))
      .then({ type: 'ProductChanged', data: { ...chai, name: 'Masala chai', unit: '10 boxes' } });
  });

  it('sees a changed price', () => {
    given({ type: 'ProductRegistered', data: { ...chai, unitPrice: { amount: 1800, currency: 'USD' } } })
      .when(save({ unitPrice: { amount: 1900, currency: 'USD' } }))
      .thenTypes('ProductChanged');
  });

  it('is not registered twice with other data', () => {
    given(registered)
      .when((state) => registerProduct({ sku: 'NW-001', name: 'Coffee' }, state))
      .thenRefused('PRODUCT_EXISTS', { sku: 'NW-001' });
  });

  it('is discontinued once, and only when it exists', () => {
    const discontinue = (state: Product) => discontinueProduct('NW-001', state);
    given(registered).when(discontinue).thenTypes('ProductChanged');
    given(registered, { type: 'ProductChanged', data: { ...chai, discontinued: true } })
      .when(discontinue)
      .thenNothing();
    when(discontinue).thenRefused('PRODUCT_NOT_FOUND');
  });

  it('that an old order names is created only when it is missing, with where it came from', () => {
    const missing = (state: Product) => registerMissing({ sku: 'NW-001', name: 'Old name' }, state, { orderId: 'o1' });
    given(registered).when(missing).thenNothing();
    when(missing).then({
      type: 'ProductRegistered',
      data: { ...chai, name: 'Old name', reorderLevel: 0, origin: { orderId: 'o1' } },
    });
  });
});
