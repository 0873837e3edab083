import { type FieldProblem, isRefused } from '@orderloom/contracts';
import fc from 'fast-check';
import { parseOrder } from '../intake/parse-order.js';
import type { Adapter } from './adapter.js';
import { parseAdapter } from './parse-adapter.js';
import { ordersIn, readMessage } from './read-payload.js';
import { jushuitanOrder, shopifyOrder, wangdiantongTrade } from './samples.fixtures.js';
import { shippedAdapters } from './shipped/index.js';
import { spreadTotal } from './spread-total.js';

const adapter = (name: string): Adapter => {
  const found = shippedAdapters[name];
  if (found === undefined) throw new Error(name);
  return found;
};

const read = (name: string, payload: unknown) => {
  const problems: FieldProblem[] = [];
  const message = readMessage(adapter(name), payload, {}, problems);
  return { ...message, problems, request: parseOrder(message.body) };
};

const problemsOf = (run: () => unknown): string[] => {
  try {
    run();
  } catch (error) {
    if (isRefused(error)) return (error.fields ?? []).map(({ path, code }) => `${path} ${code}`);
    throw error;
  }
  return [];
};

describe('shipped adapters', () => {
  it('are valid by the rules for everybody’s', () => {
    for (const shipped of Object.values(shippedAdapters)) {
      expect(parseAdapter(JSON.parse(JSON.stringify(shipped)))).toEqual(shipped);
    }
  });

  it('read an order of Shopify', () => {
    const { request, states, orderedAt, problems } = read('shopify', shopifyOrder());
    expect(problems).toEqual([]);
    expect([...states]).toEqual(['PAID']);
    expect(orderedAt).toBe('2026-03-01T09:00:00.000Z');
    expect(request).toMatchObject({
      externalNumber: '#1001',
      currency: 'EUR',
      shipping: 490,
      customer: { name: 'Test Person', email: 'buyer@example.org' },
      shipTo: { country: 'DE' },
      facts: { tags: ['gift', 'repeat'] },
      lines: [
        { sku: 'SKU-1', quantity: 2, unitPrice: 2000, discount: 440 },
        { sku: 'SKU-2', quantity: 1, unitPrice: 500 },
      ],
    });
  });

  it('carry what Shopify adds on top with shipping, and see what it says of an order', () => {
    expect(read('shopify', shopifyOrder({ total_price: '52.00' })).request.shipping).toBe(490 + 650);
    const states = (change: object) => [...read('shopify', shopifyOrder(change as Record<string, unknown>)).states];
    expect(states({ financial_status: 'pending' })).toEqual(['WAIT']);
    expect(states({ cancelled_at: '2026-03-02T10:00:00Z', financial_status: 'refunded' })).toEqual(['CANCELLED']);
    expect(states({ fulfillment_status: 'fulfilled' })).toEqual(['PAID', 'SHIPPED']);
  });

  it('see an order of Shopify that is paid at the door', () => {
    const webhook = shopifyOrder({
      admin_graphql_api_id: 'gid://shopify/Order/5123456789012',
      financial_status: 'pending',
      payment_gateway_names: ['Cash on Delivery (COD)'],
      taxes_included: true,
      current_total_price: '45.50',
      total_tax: '7.26',
      tax_lines: [{ price: '7.26', rate: 0.19, title: 'VAT' }],
      total_price_set: { shop_money: { amount: '45.50', currency_code: 'EUR' } },
    });
    const { request, states, problems } = read('shopify', webhook);
    expect(problems).toEqual([]);
    expect(request.paymentTerms).toBe('cod');
    expect([...states].sort()).toEqual(['OPEN', 'WAIT']);
    const bank = shopifyOrder({ financial_status: 'pending', payment_gateway_names: ['Bank Deposit'] });
    expect(read('shopify', bank)).toMatchObject({ request: { paymentTerms: 'prepaid' } });
    expect([...read('shopify', bank).states]).toEqual(['WAIT']);
  });

  it('read an order of 聚水潭: Beijing time, yuan, refunded lines left out, the rebate spread', () => {
    const payload = { code: 0, data: { page_index: 1, orders: [jushuitanOrder()] } };
    const { list, orders } = ordersIn(adapter('jushuitan'), payload);
    expect({ list, count: orders.length }).toEqual({ list: true, count: 1 });
    const { request, states, orderedAt } = read('jushuitan', orders[0]);
    expect(orderedAt).toBe('2026-03-01T10:00:00.000Z');
    expect([...states]).toEqual(['PAID']);
    // 60 + 40 + 10 delivery − 10 rebate = 100.
    expect(request).toMatchObject({
      externalNumber: 'JST-2001',
      currency: 'CNY',
      shipping: 1000,
      paymentTerms: 'prepaid',
      shipTo: { country: 'CN', address: { street: '测试路 1 号', region: '上海' } },
      deliveryWish: { note: '请放门口' },
      lines: [
        { sku: 'SKU-1', quantity: 3, unitPrice: 2000, discount: 600 },
        { sku: 'SKU-2', quantity: 1, unitPrice: 4000, discount: 400 },
      ],
    });
    expect([...read('jushuitan', jushuitanOrder({ status: 'Sent', shop_status: 'TRADE_FINISHED' })).states]).toEqual([
      'SHIPPED',
      'DELIVERED',
    ]);
    expect(read('jushuitan', jushuitanOrder({ is_cod: true })).request.paymentTerms).toBe('cod');
  });

  it('read a trade of 旺店通', () => {
    const { orders } = ordersIn(adapter('wangdiantong'), { trade_list: [wangdiantongTrade()] });
    const { request, states } = read('wangdiantong', orders[0]);
    expect([...states].sort()).toEqual(['OPEN', 'PAID']);
    expect(request).toMatchObject({
      externalNumber: 'WDT-3001',
      shipping: 800,
      lines: [
        { sku: 'SKU-1', quantity: 2, unitPrice: 1990, discount: 180 },
        { sku: 'SKU-2', quantity: 1, unitPrice: 500, discount: 50 },
      ],
    });
    const closed = read('wangdiantong', wangdiantongTrade({ trade_status: 90, delivery_term: 2 }));
    expect(closed.request.paymentTerms).toBe('cod');
    expect(closed.states.has('CANCELLED')).toBe(true);
  });
});

describe('reading a message', () => {
  const own: Adapter = {
    title: 'x',
    amounts: 'major',
    fields: { externalNumber: 'no', currency: { value: 'JPY' }, shipping: { sum: ['fees.*.amount'] } },
    lines: { path: 'goods', fields: { sku: 'code', quantity: 'n', unitPrice: 'price' } },
    states: [],
  };

  it('keeps to the digits of the currency and adds decimals exactly', () => {
    const { body } = readMessage(own, { no: 7, fees: [{ amount: '100' }, { amount: 20 }], goods: [] }, {}, []);
    expect(body).toMatchObject({ externalNumber: '7', shipping: 120 });
    const euro = { ...own, fields: { ...own.fields, currency: { value: 'EUR' } } };
    expect(readMessage(euro, { fees: [{ amount: '0.10' }, { amount: '0.2' }] }, {}, []).body['shipping']).toBe(30);
  });

  it('uses our names of products where the channel has its own', () => {
    const goods = [{ code: 'their', n: '2.0', price: '5' }];
    const { body } = readMessage(own, { goods }, { skus: { their: 'OURS' } }, []);
    expect(body['lines']).toEqual([{ sku: 'OURS', quantity: 2, unitPrice: 5 }]);
  });

  it('survives whatever it is sent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (payload) => {
        for (const one of [own, ...Object.values(shippedAdapters)]) {
          for (const order of ordersIn(one, payload).orders) {
            const { body } = readMessage(one, order, {}, []);
            problemsOf(() => parseOrder(body));
          }
        }
      }),
    );
  });
});

describe('a total beside priced lines', () => {
  it('is kept to the cent, with no line below zero', () => {
    const line = fc.record({ quantity: fc.integer({ min: 1, max: 9 }), unitPrice: fc.integer({ min: 0, max: 9999 }) });
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.nat(5000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (lines, shipping, part) => {
          const goods = lines.reduce((sum, one) => sum + one.quantity * one.unitPrice, 0);
          const total = shipping + Math.round(goods * part);
          const body = { shipping, lines: lines.map((one) => ({ ...one })) as Record<string, number>[] };
          const problems: FieldProblem[] = [];
          spreadTotal(body, total, 'refuse', problems);
          expect(problems).toEqual([]);
          const nets = body.lines.map(
            (one) => (one['quantity'] ?? 0) * (one['unitPrice'] ?? 0) - (one['discount'] ?? 0),
          );
          expect(nets.every((net) => net >= 0)).toBe(true);
          expect(nets.reduce((sum, net) => sum + net, shipping)).toBe(total);
        },
      ),
    );
  });

  it('is refused where it cannot be', () => {
    const problems: FieldProblem[] = [];
    spreadTotal({ shipping: 0, lines: [{ quantity: 1, unitPrice: 100 }] }, 200, 'refuse', problems);
    spreadTotal({ shipping: 500, lines: [{ quantity: 1, unitPrice: 100 }] }, 100, 'refuse', problems);
    expect(problems.map(({ code }) => code)).toEqual(['CHANNEL_TOTAL_MISMATCH', 'CHANNEL_TOTAL_MISMATCH']);
  });
});

describe('an adapter of one’s own', () => {
  it('is refused with every problem', () => {
    expect(
      problemsOf(() =>
        parseAdapter({
          amounts: 'cents',
          fields: { nothing: 'a', currency: { from: 'x' }, shipping: {}, 'custom.a': { value: 1 } },
          lines: { path: 'items', fields: { sku: 5 } },
          states: [{ path: 'status', map: { paid: 'YES' } }, {}],
          more: 1,
        }),
      ),
    ).toEqual([
      'more UNKNOWN_FIELD',
      'title REQUIRED',
      'amounts NOT_ONE_OF',
      'fields.nothing NOT_ONE_OF',
      'fields.currency.from NOT_A_LIST',
      'fields.shipping.from REQUIRED',
      'fields.externalNumber REQUIRED',
      'lines.fields.sku INVALID',
      'lines.fields.sku REQUIRED',
      'lines.fields.quantity REQUIRED',
      'states.0.map.paid NOT_ONE_OF',
      'states.1.path REQUIRED',
      'states.1.map REQUIRED',
    ]);
  });
});
