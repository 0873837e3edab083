import { unpackWoff } from '@orderloom/platform/paper/font';
import type { OrderEvent } from '../order/events.js';
import { draft, LATER, NOW, ORDER_ID, soldLine } from '../order/order.fixtures.js';
import { type Issued, missingPapers, orderAt, type Paper, type Told } from './papers.js';
import { rowsOf } from './print-invoice.js';

const vat = (amount: number) => [{ code: 'VAT', rate: '0.19', amount }];
const line = { ...soldLine(1, 3, 1000, 300), taxes: vat(513) };
const totals = { gross: 3000, discount: 300, net: 2700, shipping: 400, tax: 589, total: 3689 };
const told = (events: readonly OrderEvent[]): Told[] =>
  events.map((event, index) => ({ id: `e${index}`, revision: BigInt(index), event }));
const placed: OrderEvent[] = [
  {
    type: 'OrderSubmitted',
    data: { ...draft({ lines: [line] }), totals, shippingTaxes: vat(76), mode: 'live' },
  },
  { type: 'OrderConfirmed', data: { checks: [], occurredAt: NOW } },
];
const credited: OrderEvent = {
  type: 'OrderCredited',
  data: {
    credits: [],
    amount: 1000,
    currency: 'EUR',
    reason: 'DAMAGED',
    occurredAt: LATER,
    refundId: `${ORDER_ID}-R1`,
  },
};
const issued = (paper: Paper | undefined, number: string): Issued => {
  if (paper === undefined) throw new Error('there is none');
  return { ...paper, series: 'INV-2026', number };
};

describe('the papers of an order', () => {
  const [first] = missingPapers(told(placed), [], NOW, true);
  const invoice = issued(first, 'INV-2026-000001');

  it('begin with an invoice over what is owed, with its taxes', () => {
    expect(first).toMatchObject({ key: ORDER_ID, kind: 'invoice', net: 3100, tax: 589, total: 3689, orderRevision: 1 });
    expect(missingPapers(told(placed), [], NOW, false)).toEqual([]);
    expect(missingPapers(told(placed), [invoice], NOW, true)).toEqual([]);
  });

  it('go on with a credit note per event that takes off what is owed, once', () => {
    const history = told([...placed, credited]);
    const [note] = missingPapers(history, [invoice], LATER, true);
    expect(note).toMatchObject({
      key: `${ORDER_ID}-R1`,
      kind: 'credit_note',
      total: 1000,
      tax: 160,
      net: 840,
      refundId: `${ORDER_ID}-R1`,
      invoiceNumber: 'INV-2026-000001',
    });
    expect(missingPapers(history, [invoice, issued(note, 'CN-2026-000001')], LATER, true)).toEqual([]);
    // What was credited before the invoice is taken off it.
    expect(missingPapers(history, [], LATER, true)).toMatchObject([{ kind: 'invoice', total: 2689 }]);
  });

  it('have rows that add up to what is on them', () => {
    const history = told([...placed, credited]);
    const rows = rowsOf(invoice, orderAt(history, 1), 'en');
    expect(rows).toEqual([
      { what: 'SKU-1 Product 1', quantity: 3, price: 1000, amount: 3000 },
      { what: 'Discount', amount: -300 },
      { what: 'Shipping', amount: 400 },
    ]);
    const late = issued(missingPapers(history, [], LATER, true)[0], 'INV-2026-000002');
    const sum = rowsOf(late, orderAt(history, 2), 'zh-CN').reduce((total, { amount }) => total + amount, 0);
    expect(sum + late.tax).toBe(late.total);
  });

  it('are printed with a font that has to be WOFF', () => {
    expect(() => unpackWoff(Buffer.from('OTTO'))).toThrow('not a WOFF font');
  });
});
