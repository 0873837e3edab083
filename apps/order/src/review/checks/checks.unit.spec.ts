import { isPhone } from './contact.js';
import type { CheckFacts } from './facts.js';
import { isPostalCode } from './postal-codes.js';
import { FACTS, runChecks } from './run-checks.js';

const line = { lineId: 'L1', sku: 'A', quantity: 2, unitPrice: 1000, gross: 2000, discount: 0 };
const facts = (change: Partial<CheckFacts> = {}): CheckFacts => ({
  orderId: 'O2',
  channel: 'web',
  seller: 'ann',
  customerId: 'C1',
  contact: { name: 'Test Person', email: 'person@example.org', phone: '+49 30 901820' },
  address: { name: 'Test Person', street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
  country: 'DE',
  priority: 'normal',
  currency: 'EUR',
  paymentTerms: 'invoice',
  lines: [line],
  totals: { gross: 2000, discount: 0, net: 2000, shipping: 0, total: 2000 },
  find: (sku) => ({ sku, name: sku, discontinued: false, unitPrice: { amount: 1000, currency: 'EUR' } }),
  similar: [],
  usual: () => undefined,
  customer: {},
  sellerStanding: {},
  owed: 0,
  progress: null,
  thorough: true,
  ...change,
});
const codes = (change: Partial<CheckFacts>): string[] => runChecks(facts(change)).findings.map(({ code }) => code);
const address = facts().address!;

describe('checks', () => {
  it('find nothing about a plain order, and give every value that rules may speak of', () => {
    const { findings, values } = runChecks(facts());
    expect(findings).toEqual([]);
    expect(Object.keys(values).sort()).toEqual(Object.keys(FACTS).sort());
  });

  it.each([
    ['CONTACT_MISSING', { contact: { name: 'Test' }, customerId: undefined }],
    ['EMAIL_IMPLAUSIBLE', { contact: { email: 'person@localhost' } }],
    ['PHONE_IMPLAUSIBLE', { contact: { phone: '12' } }],
    ['ADDRESS_INCOMPLETE', { address: { ...address, street: '' } }],
    ['POSTAL_CODE_IMPLAUSIBLE', { address: { ...address, postalCode: '1011' } }],
    ['ADDRESS_IMPLAUSIBLE', { address: { ...address, street: 'asdf' } }],
    ['AREA_NOT_SERVED', { unserved: { area: 'DE-10', reason: 'no carrier' } }],
    ['PRODUCT_UNKNOWN', { find: () => undefined }],
    ['PRODUCT_DISCONTINUED', { find: (sku: string) => ({ sku, name: sku, discontinued: true }) }],
    ['PRICE_BELOW_CATALOGUE', { lines: [{ ...line, unitPrice: 400, gross: 800 }] }],
    ['DISCOUNT_OVER_LIMIT', { lines: [{ ...line, discount: 400 }], sellerStanding: { discountLimit: 0.1 } }],
    ['QUANTITY_UNUSUAL', { usual: () => ({ orders: 9, mean: 0.3, largest: 0.4, ownOrders: 0, ownLargest: 0 }) }],
    ['CUSTOMER_BLOCKED', { customer: { blocked: 'chargebacks' } }],
    ['CREDIT_EXCEEDED', { customer: { creditLimit: { amount: 2500, currency: 'EUR' } }, owed: 600 }],
    ['POSSIBLE_DUPLICATE', { similar: [{ orderId: 'O1', number: '1', similarity: 0.95, minutes: 3 }] }],
    ['PAYMENT_FAILED', { progress: { paymentFailed: true, paymentOverdueHours: 0, backordered: 0 } }],
    ['PAYMENT_OVERDUE', { progress: { paymentFailed: false, paymentOverdueHours: 5, backordered: 0 } }],
    ['STOCK_SHORT', { progress: { paymentFailed: false, paymentOverdueHours: 0, backordered: 2 } }],
  ] as [string, Partial<CheckFacts>][])('find %s', (code, change) => {
    const { customerId, ...rest } = { ...facts(), ...change };
    expect(runChecks(customerId === undefined ? rest : { ...rest, customerId }).findings.map((f) => f.code)).toEqual([
      code,
    ]);
  });

  it('leave alone who pays before and who is within the limit', () => {
    const customer = { creditLimit: { amount: 100, currency: 'EUR' } };
    expect(codes({ customer, paymentTerms: 'prepaid' })).toEqual([]);
    expect(codes({ customer: { creditLimit: { amount: 2000, currency: 'EUR' } } })).toEqual([]);
  });

  it('say nothing personal', () => {
    const said = JSON.stringify(
      runChecks(facts({ contact: { email: 'x@y', phone: '1' }, address: { ...address, postalCode: '1' } })),
    );
    for (const secret of ['x@y', 'Teststr', 'Test Person', 'Berlin']) expect(said).not.toContain(secret);
  });

  it('know numbers and codes of several countries', () => {
    expect(isPhone('138 0013 8000', 'CN')).toBe(true);
    expect(isPhone('(201) 555-0123', 'US')).toBe(true);
    expect(isPostalCode('SW1A 1AA', 'GB')).toBe(true);
    expect(isPostalCode('100000', 'CN')).toBe(true);
    expect(isPostalCode('10000', 'CN')).toBe(false);
    expect(isPostalCode('anything', 'ZW')).toBe(true);
  });
});
