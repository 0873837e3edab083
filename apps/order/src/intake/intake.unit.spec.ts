import { type FieldProblem, Refused } from '@orderloom/contracts';
import { countryCodeOf } from '@orderloom/platform/countries';
import { orderIdOf, readableNumber, requestHashOf } from './order-id.js';
import { parseOrder } from './parse-order.js';
import { type ProductCopy, priceOrder } from './price-lines.js';

const body = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  customerId: 'ALFKI',
  customer: { name: 'Test Person', email: 'test@example.com' },
  lines: [{ sku: 'NW-001', quantity: 2 }],
  shipTo: { name: 'Test Person', street: 'Main Street 1', city: 'Berlin', postalCode: '10115', country: 'de' },
  ...change,
});

const problemsOf = (sent: unknown): [string, string][] => {
  try {
    parseOrder(sent);
    return [];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return (error.fields ?? []).map(({ path, code }) => [path, code]);
  }
};

describe('reading an order', () => {
  it('takes a plain order and fills in the defaults', () => {
    expect(parseOrder(body())).toEqual({
      channel: 'api',
      customerId: 'ALFKI',
      customer: { name: 'Test Person', email: 'test@example.com' },
      lines: [{ sku: 'NW-001', quantity: 2 }],
      shipTo: {
        country: 'DE',
        address: { name: 'Test Person', street: 'Main Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
      },
      shipping: 0,
      paymentTerms: 'prepaid',
    });
  });

  it.each<[string, unknown, [string, string][]]>([
    [
      'no object',
      [],
      [
        ['', 'NOT_AN_OBJECT'],
        ['lines', 'ORDER_EMPTY'],
        ['shipTo', 'REQUIRED'],
        ['customer', 'CUSTOMER_REQUIRED'],
      ],
    ],
    ['no lines', body({ lines: [] }), [['lines', 'ORDER_EMPTY']]],
    ['lines of another kind', body({ lines: 'x' }), [['lines', 'NOT_A_LIST']]],
    ['a line that is none', body({ lines: [null] }), [['lines.0', 'NOT_AN_OBJECT']]],
    [
      'too many lines',
      body({ lines: Array.from({ length: 1001 }, () => ({ sku: 'a', quantity: 1 })) }),
      [['lines', 'TOO_MANY']],
    ],
    [
      'a line without anything',
      body({ lines: [{}] }),
      [
        ['lines.0.sku', 'REQUIRED'],
        ['lines.0.quantity', 'REQUIRED'],
      ],
    ],
    ['a quantity of zero', body({ lines: [{ sku: 'a', quantity: 0 }] }), [['lines.0.quantity', 'QUANTITY_INVALID']]],
    ['half a unit', body({ lines: [{ sku: 'a', quantity: 1.5 }] }), [['lines.0.quantity', 'QUANTITY_INVALID']]],
    ['a quantity in words', body({ lines: [{ sku: 'a', quantity: '2' }] }), [['lines.0.quantity', 'QUANTITY_INVALID']]],
    ['far too much', body({ lines: [{ sku: 'a', quantity: 1e12 }] }), [['lines.0.quantity', 'TOO_BIG']]],
    [
      'a negative price',
      body({ lines: [{ sku: 'a', quantity: 1, unitPrice: -1 }] }),
      [['lines.0.unitPrice', 'PRICE_INVALID']],
    ],
    [
      'a price with cents as a fraction',
      body({ lines: [{ sku: 'a', quantity: 1, unitPrice: 1.5 }] }),
      [['lines.0.unitPrice', 'PRICE_INVALID']],
    ],
    [
      'a rate above one',
      body({ lines: [{ sku: 'a', quantity: 1, discountRate: 15 }] }),
      [['lines.0.discountRate', 'DISCOUNT_INVALID']],
    ],
    [
      'two discounts',
      body({ lines: [{ sku: 'a', quantity: 1, discount: 1, discountRate: 0.1 }] }),
      [['lines.0.discountRate', 'DISCOUNT_GIVEN_TWICE']],
    ],
    ['a misspelt field', body({ lines: [{ sku: 'a', quantity: 1, qty: 2 }] }), [['lines.0.qty', 'UNKNOWN_FIELD']]],
    [
      'an incomplete address',
      body({ shipTo: { country: 'DE', city: 'Berlin' } }),
      [
        ['shipTo.name', 'ADDRESS_INCOMPLETE'],
        ['shipTo.street', 'ADDRESS_INCOMPLETE'],
      ],
    ],
    [
      'no country at all',
      body({ shipTo: { name: 'a', street: 'b', city: 'c' } }),
      [['shipTo.country', 'ADDRESS_INCOMPLETE']],
    ],
    [
      'an unknown country',
      body({ shipTo: { name: 'a', street: 'b', city: 'c', country: 'Atlantis' } }),
      [['shipTo.country', 'NOT_A_COUNTRY']],
    ],
    ['no customer', body({ customerId: undefined, customer: undefined }), [['customer', 'CUSTOMER_REQUIRED']]],
    [
      'a customer without any way to reach them',
      body({ customerId: undefined, customer: { company: 'x' } }),
      [['customer', 'CUSTOMER_REQUIRED']],
    ],
    ['an e-mail address as customer id', body({ customerId: 'a@example.com' }), [['customerId', 'PATTERN_MISMATCH']]],
    ['a bad e-mail address', body({ customer: { email: 'nobody' } }), [['customer.email', 'NOT_AN_EMAIL']]],
    ['a bad currency', body({ currency: 'euro' }), [['currency', 'NOT_A_CURRENCY']]],
    ['unknown terms', body({ paymentTerms: 'barter' }), [['paymentTerms', 'NOT_ONE_OF']]],
    ['a bad date', body({ requiredBy: 'tomorrow' }), [['requiredBy', 'NOT_A_TIME']]],
    ['a date that is none', body({ requiredBy: '2026-13-45' }), [['requiredBy', 'NOT_A_TIME']]],
    ['a control character in a number', body({ externalNumber: 'a\u0000b' }), [['externalNumber', 'PATTERN_MISMATCH']]],
    ['a number where text belongs', body({ channel: 7 }), [['channel', 'NOT_A_STRING']]],
    ['an endless note', body({ deliveryWish: { note: 'x'.repeat(2001) } }), [['deliveryWish.note', 'TOO_LONG']]],
  ])('refuses %s', (_name, sent, expected) => {
    expect(problemsOf(sent)).toEqual(expected);
  });

  it('survives prototype tricks', () => {
    expect(problemsOf(JSON.parse('{"__proto__":{"lines":[]},"lines":[{"sku":"a","quantity":1}]}'))).toContainEqual([
      'shipTo',
      'REQUIRED',
    ]);
  });
});

describe('countries', () => {
  it.each([
    ['de', 'DE'],
    ['USA', 'US'],
    ['UK', 'GB'],
    ['Germany', 'DE'],
    ['德国', 'DE'],
    ['中国', 'CN'],
    ['EIRE', 'IE'],
    ['Venezuela', 'VE'],
    ['Deutschland', 'DE'],
  ])('%s is %s', (text, code) => expect(countryCodeOf(text)).toBe(code));
  it('does not guess', () => expect(countryCodeOf('Unspecified')).toBeUndefined());
});

describe('ids', () => {
  const request = parseOrder(body({ channel: 'shop', externalNumber: '42' }));
  it('is made of channel and external number, whatever the key says', () => {
    expect(orderIdOf(request, 'a')).toBe(orderIdOf(request, 'b'));
    expect(orderIdOf(request)).not.toBe(orderIdOf({ ...request, channel: 'web' }));
  });
  it('is made of the key where there is no number, else random', () => {
    expect(orderIdOf({ channel: 'shop' }, 'a')).toBe(orderIdOf({ channel: 'web' }, 'a'));
    expect(orderIdOf({ channel: 'shop' })).not.toBe(orderIdOf({ channel: 'shop' }));
  });
  it('gives a readable number', () => {
    expect(readableNumber('ffffffff-ffff-4fff-bfff-ffffffffffff')).toBe('ZZZZZ-ZZZZZ');
    expect(readableNumber('00000000-0000-4000-8000-000000000000')).toBe('00000-00000');
  });
  it('tells requests apart by what is ordered, not by who or where', () => {
    const other = parseOrder(body({ channel: 'shop', externalNumber: '42', customer: { name: 'Another' } }));
    expect(requestHashOf(other)).toBe(requestHashOf(request));
    expect(requestHashOf({ ...request, shipping: 1 })).not.toBe(requestHashOf(request));
  });
});

describe('pricing', () => {
  const products = new Map<string, ProductCopy>([
    ['A', { sku: 'A', name: 'Apple', unitPrice: { amount: 250, currency: 'EUR' }, discontinued: false }],
    ['B', { sku: 'B', name: 'Berry', unitPrice: { amount: 99, currency: 'USD' }, discontinued: false }],
    ['OLD', { sku: 'OLD', name: 'Old', unitPrice: { amount: 1, currency: 'EUR' }, discontinued: true }],
    [
      'SOON',
      {
        sku: 'SOON',
        name: 'Soon',
        unitPrice: { amount: 1, currency: 'EUR' },
        discontinued: false,
        sellableFrom: '2026-03-01',
        sellableUntil: '2026-03-31',
      },
    ],
    ['FREE', { sku: 'FREE', name: 'No price', discontinued: false }],
  ]);
  const price = (lines: unknown, change: Record<string, unknown> = {}, rules = {}) => {
    const problems: FieldProblem[] = [];
    const priced = priceOrder(parseOrder(body({ lines, ...change })), (sku) => products.get(sku), problems, rules);
    return { priced, problems: problems.map(({ path, code }) => [path, code]) };
  };

  it('takes prices and currency from the catalogue', () => {
    expect(price([{ sku: 'A', quantity: 3, discountRate: 0.15 }], { shipping: 100 }).priced).toMatchObject({
      currency: 'EUR',
      lines: [{ lineId: 'L1', name: 'Apple', unitPrice: 250, gross: 750, discount: 112, net: 638 }],
      totals: { gross: 750, discount: 112, net: 638, shipping: 100, total: 738 },
    });
  });

  it('lets a given price win', () => {
    expect(price([{ sku: 'A', quantity: 1, unitPrice: 0 }]).priced?.totals.total).toBe(0);
  });

  it('finds every problem at once', () => {
    const lines = [
      { sku: 'NONE', quantity: 1 },
      { sku: 'OLD', quantity: 1 },
      { sku: 'FREE', quantity: 1 },
      { sku: 'B', quantity: 1 },
      { sku: 'A', quantity: 1, discount: 251 },
    ];
    expect(price(lines, { currency: 'EUR' }).problems).toEqual([
      ['lines.0.sku', 'UNKNOWN_SKU'],
      ['lines.1.sku', 'PRODUCT_DISCONTINUED'],
      ['lines.2.unitPrice', 'PRICE_MISSING'],
      ['lines.3.unitPrice', 'CURRENCY_MISMATCH'],
      ['lines.4.discount', 'DISCOUNT_INVALID'],
    ]);
  });

  it('asks for the currency when the catalogue has two', () => {
    expect(
      price([
        { sku: 'A', quantity: 1 },
        { sku: 'B', quantity: 1 },
      ]).problems,
    ).toEqual([['currency', 'CURRENCY_REQUIRED']]);
  });

  it('sells the unknown where it may be created', () => {
    const { priced } = price(
      [{ sku: 'NEW', quantity: 1, unitPrice: 5 }],
      { currency: 'EUR' },
      { createMissingProducts: true },
    );
    expect(priced?.lines[0]).toMatchObject({ sku: 'NEW', name: 'NEW', net: 5 });
  });

  it('sells a product on the days it is sold on, the first and the last included', () => {
    const on = (soldAt?: string) =>
      price([{ sku: 'SOON', quantity: 1 }], {}, soldAt === undefined ? {} : { soldAt }).problems;
    expect(on('2026-02-28T23:59:59.000Z')).toEqual([['lines.0.sku', 'PRODUCT_NOT_YET_SOLD']]);
    expect(on('2026-03-01T00:00:00.000Z')).toEqual([]);
    expect(on('2026-03-31T23:59:59.000Z')).toEqual([]);
    expect(on('2026-04-01T00:00:00.000Z')).toEqual([['lines.0.sku', 'PRODUCT_NO_LONGER_SOLD']]);
    expect(on()).toEqual([]);
  });

  it('refuses sums that cannot be counted exactly', () => {
    expect(price([{ sku: 'A', quantity: 1e9, unitPrice: 1e12 }], { currency: 'EUR' }).problems).toEqual([
      ['lines.0.quantity', 'AMOUNT_TOO_LARGE'],
    ]);
  });
});
