import { ORDER_HEADERS, type OrderRow } from './order-columns.js';
import { type ReadOptions, type RowProblem, readOrder } from './read-order.js';

const read = (rows: OrderRow[], options: Partial<ReadOptions> = {}) => {
  const problems: RowProblem[] = [];
  const order = readOrder(
    rows.map((values, index) => ({ row: index + 2, values })),
    { mode: 'history', currency: 'USD', ...options },
    problems,
  );
  return { order, problems: problems.map(({ row, code, details }) => [row, code, details['column'] ?? null]) };
};

const northwind: OrderRow = {
  number: '10248',
  customerId: 'VINET',
  orderedAt: '1996-07-04T00:00:00.000Z',
  requiredAt: '1996-08-01T00:00:00.000Z',
  shippedAt: '1996-07-16T00:00:00.000Z',
  carrier: '3',
  shipping: 3238,
  shipName: 'Recipient',
  shipStreet: 'Street 1',
  shipCity: 'Reims',
  shipPostalCode: '51100',
  shipCountry: 'France',
  sku: 'NW-011',
  quantity: 14,
  unitPrice: 1200,
  discount: '0.15',
};

describe('reading an order of a file', () => {
  it('reads a sample order with its own dates', () => {
    const { order } = read([northwind, { ...northwind, sku: 'NW-042', quantity: 10, unitPrice: 980, discount: '0.0' }]);
    expect(order).toMatchObject({
      orderedAt: '1996-07-04T00:00:00.000Z',
      shippedAt: '1996-07-16T00:00:00.000Z',
      carrier: '3',
      credits: [],
      lineRows: [2, 3],
      request: {
        channel: 'import',
        externalNumber: '10248',
        customerId: 'VINET',
        currency: 'USD',
        shipping: 3238,
        paymentTerms: 'invoice',
        requiredBy: '1996-08-01T00:00:00.000Z',
        shipTo: { country: 'FR', address: { name: 'Recipient', city: 'Reims', postalCode: '51100', country: 'FR' } },
        lines: [
          { sku: 'NW-011', quantity: 14, unitPrice: 1200, discountRate: { units: 15n, scale: 2 } },
          { sku: 'NW-042', quantity: 10, unitPrice: 980 },
        ],
      },
    });
    expect(order?.request.lines[1]).not.toHaveProperty('discountRate');
  });

  it('reads a retail export: guest, country only, credits', () => {
    const row: OrderRow = {
      number: 'C536379',
      sku: 'D',
      name: 'Discount',
      quantity: -1,
      orderedAt: '2010-12-13T09:41:00.000Z',
      unitPrice: 2750,
      shipCountry: 'Unspecified',
    };
    const { order, problems } = read([
      row,
      { ...row, sku: 'B', quantity: 1, unitPrice: -1106206 },
      { ...row, sku: 'X', quantity: 2, unitPrice: 100 },
    ]);
    expect(problems).toEqual([]);
    expect(order?.request).not.toHaveProperty('customerId');
    expect(order).toMatchObject({
      orderedAt: '2010-12-13T09:41:00.000Z',
      credits: [
        { sku: 'D', name: 'Discount', quantity: 1, unitPrice: 2750, amount: 2750 },
        { sku: 'B', quantity: 1, unitPrice: 1106206, amount: 1106206 },
      ],
      request: { lines: [{ sku: 'X', quantity: 2 }], shipTo: { country: 'Unspecified' } },
    });
  });

  it.each<[string, Partial<OrderRow>, string]>([
    ['nothing ordered', { quantity: 0 }, 'CSV_VALUE_INVALID'],
    ['two minus signs', { quantity: -1, unitPrice: -1 }, 'QUANTITY_INVALID'],
    ['a credit without a price', { quantity: -1, unitPrice: undefined }, 'PRICE_MISSING'],
    ['too much off', { discount: '15' }, 'DISCOUNT_INVALID'],
    ['no date', { orderedAt: undefined }, 'CSV_VALUE_MISSING'],
    ['a bad currency', { currency: 'dollars' }, 'NOT_A_CURRENCY'],
    ['a negative freight', { shipping: -1 }, 'CSV_VALUE_INVALID'],
    ['unknown terms', { paymentTerms: 'barter' }, 'CSV_VALUE_INVALID'],
    ['an e-mail address as customer id', { customerId: 'a@example.com' }, 'CSV_VALUE_INVALID'],
  ])('reports %s', (_name, change, code) => {
    expect(read([{ ...northwind, ...change }]).problems.map(([, found]) => found)).toEqual([code]);
  });

  it('asks for a currency when neither file nor caller names one', () => {
    const problems: RowProblem[] = [];
    expect(readOrder([{ row: 2, values: northwind }], { mode: 'history' }, problems)).toBeNull();
    expect(problems).toMatchObject([{ row: 2, code: 'CURRENCY_REQUIRED' }]);
  });

  it('reports an order whose rows name two customers', () => {
    expect(read([northwind, { ...northwind, customerId: 'ALFKI' }]).problems).toEqual([
      [3, 'CSV_GROUP_INCONSISTENT', 'customerId'],
    ]);
  });

  it('takes no credits for orders that are to be placed', () => {
    expect(read([{ ...northwind, quantity: -1 }], { mode: 'live' }).problems).toEqual([[2, 'QUANTITY_INVALID', null]]);
  });

  it('recognises each header for one column only', () => {
    const all = Object.values(ORDER_HEADERS).flatMap((names) =>
      names.map((name) => name.toLowerCase().replaceAll(/[\s_.-]/g, '')),
    );
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });
});
