import { unpackWoff } from '@orderloom/platform/paper/font';
import type { OrderEvent } from '../order/events.js';
import { draft, LATER, NOW, ORDER_ID, soldLine } from '../order/order.fixtures.js';
import { contentOf } from './paper-content.js';
import { type Issued, missingPapers, type Paper, type Told } from './papers.js';

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
    const { rows, taxes } = contentOf(invoice, history, 'en');
    expect(taxes).toEqual(vat(589));
    expect(rows).toEqual([
      { what: 'SKU-1 Product 1', quantity: 3, price: 1000, amount: 3000 },
      { what: 'Discount', amount: -300 },
      { what: 'Shipping', amount: 400 },
    ]);
    const late = issued(missingPapers(history, [], LATER, true)[0], 'INV-2026-000002');
    const sum = contentOf(late, history, 'zh-CN').rows.reduce((total, { amount }) => total + amount, 0);
    expect(sum + late.tax).toBe(late.total);
  });

  it('bear the taxes of what they are about, and name it', () => {
    const book = { ...soldLine(2, 2, 1500), taxes: [{ code: 'VAT', rate: '0.07', amount: 210 }] };
    const both = { gross: 6000, discount: 300, net: 5700, shipping: 400, tax: 799, total: 6899 };
    const [submitted, confirmed] = placed;
    if (submitted?.type !== 'OrderSubmitted' || confirmed === undefined) throw new Error('not placed');
    const returned = (amount: number, lines: readonly (readonly [string, string, number])[]): OrderEvent => ({
      type: 'OrderCredited',
      data: {
        credits: lines.map(([lineId, sku, part]) => ({
          creditId: `R-${lineId}`,
          sku,
          name: sku === 'SHIPPING' ? 'Shipping' : 'Product 2',
          quantity: 1,
          unitPrice: part,
          amount: part,
        })),
        amount,
        currency: 'EUR',
        reason: 'RETURN R',
        occurredAt: LATER,
      },
    });
    const history = told([
      { type: 'OrderSubmitted', data: { ...submitted.data, lines: [line, book], totals: both } },
      confirmed,
      returned(1605, [['L2', 'SKU-2', 1605]]),
      returned(2081, [
        ['L2', 'SKU-2', 1605],
        ['shipping', 'SHIPPING', 476],
      ]),
      returned(1000, []),
      {
        type: 'OrderCancelled',
        data: {
          reason: 'X',
          lines: [{ lineId: 'L1', quantity: 3, amount: 2700, tax: 513 }],
          amount: 2213,
          currency: 'EUR',
          occurredAt: LATER,
        },
      },
    ]);
    const first = issued(missingPapers(history.slice(0, 2), [], NOW, true)[0], 'INV-1');
    expect(first).toMatchObject({ total: 6899, tax: 799 });
    expect(contentOf(first, history, 'en').taxes).toEqual([
      { code: 'VAT', rate: '0.19', amount: 589 },
      { code: 'VAT', rate: '0.07', amount: 210 },
    ]);
    const notes = missingPapers(history, [first], LATER, true).map((paper, n) => issued(paper, `CN-${n + 1}`));
    expect(notes.map(({ net, tax, total }) => [net, tax, total])).toEqual([
      [1500, 105, 1605],
      [1900, 181, 2081],
      [840, 160, 1000],
      [1860, 353, 2213],
    ]);
    expect(notes.reduce((sum, { tax }) => sum + tax, 0)).toBe(first.tax);
    const contents = notes.map((note) => contentOf(note, history, 'en'));
    expect(contents[1]).toEqual({
      rows: [
        { what: 'SKU-2 Product 2', quantity: 1, amount: 1500 },
        { what: 'Shipping', amount: 400 },
      ],
      taxes: [
        { code: 'VAT', rate: '0.19', amount: 76 },
        { code: 'VAT', rate: '0.07', amount: 105 },
      ],
    });
    expect(contents[3]?.rows[0]).toEqual({ what: 'SKU-1 Product 1', quantity: 3, amount: 2700 });
    for (const [n, { rows }] of contents.entries()) {
      expect(rows.reduce((sum, { amount }) => sum + amount, 0)).toBe(notes[n]?.net);
    }
  });

  it('tell their taxes together where they were not told apart when issued', () => {
    const old = { ...invoice, tax: 500, net: 3189 };
    expect(contentOf(old, told(placed), 'en').taxes).toEqual([]);
  });

  it('are printed with a font that has to be WOFF', () => {
    expect(() => unpackWoff(Buffer.from('OTTO'))).toThrow('not a WOFF font');
  });
});
