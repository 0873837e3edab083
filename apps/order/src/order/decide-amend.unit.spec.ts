import { Refused } from '@orderloom/contracts';
import { type AmendmentPolicy, DEFAULT_AMENDMENT_POLICY } from './amend-policy.js';
import { isOpen } from './amendments.js';
import {
  acceptAmendment,
  approveAmendment,
  declineAmendment,
  expireAmendments,
  proposeAmendment,
  type RequestedChanges,
  withdrawAmendment,
} from './decide-amend.js';
import { cancelLines } from './decide-cancel.js';
import { capturePayment, failPayment } from './decide-payment.js';
import { ship } from './decide-ship.js';
import type { OrderEvent } from './events.js';
import { due } from './money.js';
import { outcome, parcel, run, states } from './order.cells.js';
import { fold, LATER, ORDER_ID } from './order.fixtures.js';
import type { Order } from './order.js';
import { axes } from './status.js';

const P2 = `${ORDER_ID}-P2`;
const EXPIRED = '2026-03-20T00:00:00.000Z';

interface Asked {
  id?: string;
  by?: 'CUSTOMER' | 'STAFF';
  policy?: Partial<AmendmentPolicy>;
}
const ask =
  (changes: RequestedChanges, { id = 'A1', by = 'CUSTOMER', policy = {} }: Asked = {}) =>
  (order: Order): OrderEvent[] =>
    proposeAmendment(
      { amendmentId: id, requestedBy: by, reason: 'R', changes, now: LATER },
      { ...DEFAULT_AMENDMENT_POLICY, ...policy },
      order,
    );
const decided = { amendmentId: 'A1', now: LATER };
const approve = (order: Order): OrderEvent[] => approveAmendment(decided, order);
const accept = (order: Order): OrderEvent[] => acceptAmendment(decided, order);
const decline = (order: Order): OrderEvent[] => declineAmendment({ ...decided, by: 'CUSTOMER' }, order);
const withdraw = (order: Order): OrderEvent[] => withdrawAmendment(decided, order);
const lapse = (order: Order): OrderEvent[] => expireAmendments({ now: EXPIRED }, order);
const payExtra =
  (amount: number) =>
  (order: Order): OrderEvent[] =>
    capturePayment(
      { paymentId: P2, amount, currency: 'EUR', providerReference: 'r', occurredAt: LATER, now: LATER },
      order,
    );

const types = (events: readonly OrderEvent[]): string[] => events.map(({ type }) => type);
const MORE: RequestedChanges = { lines: [{ lineId: 'L1', quantity: 5 }] };
const ADD = { sku: 'SKU-9', name: 'Product 9', quantity: 2, unitPrice: 700, discount: 0 };

describe('a change nobody has to agree to', () => {
  it('is applied in the same append: more units at the price of the line', () => {
    const order = run(states.confirmed, ask(MORE));
    expect(types(ask(MORE)(states.confirmed))).toEqual(['AmendmentProposed', 'AmendmentPriced', 'AmendmentApplied']);
    expect(order.lines[0]).toMatchObject({ ordered: 5, gross: 5000, net: 5000, unitPrice: 1000 });
    expect(order.totals).toMatchObject({ gross: 6100, discount: 100, net: 6000, shipping: 400, total: 6400 });
    expect(due(order.ledger)).toBe(6400);
    expect(order.amendments[0]).toMatchObject({ status: 'APPLIED', effect: { dueBefore: 4400, dueAfter: 6400 } });
    expect(ask(MORE)(order)).toEqual([]);
  });

  it('takes units off as a cancellation: stock without an owner is returned first', () => {
    const events = ask({ lines: [{ lineId: 'L1', quantity: 1 }] })(states.paymentRequested);
    expect(types(events)).toEqual([
      'AmendmentProposed',
      'AmendmentPriced',
      'AllocationsReturned',
      'LinesCancelled',
      'AmendmentApplied',
    ]);
    expect(events.at(-1)).toMatchObject({ data: { lines: [], sold: 0 } });
    expect(due(fold(events, states.paymentRequested).ledger)).toBe(2400);
  });

  it('adds lines with numbers of their own, keeps discounts in proportion and replaces the address', () => {
    const order = run(
      states.confirmed,
      ask({ lines: [{ lineId: 'L2', quantity: 4 }], added: [ADD], shipTo: { country: 'FR' } }),
    );
    expect(order.lines[1]).toMatchObject({ ordered: 4, gross: 2200, discount: 200, net: 2000 });
    expect(order.lines[2]).toMatchObject({ lineId: 'L3', sku: 'SKU-9', ordered: 2, net: 1400, cancelled: 0 });
    expect(order.shipTo).toEqual({ country: 'FR' });
    expect(order.ledger.sold).toBe(order.totals.total);
  });

  it('changes an order that is on its way only as far as it has not left', () => {
    const half = { lineId: 'L1', quantity: 3 };
    const shipped = run(states.released, (o) => ship({ ...parcel, lines: [half] }, o));
    expect(outcome(() => ask({ lines: [{ lineId: 'L1', quantity: 2 }] })(shipped))).toBe('! LINE_ALREADY_RELEASED');
    expect(outcome(() => ask({ lines: [{ lineId: 'L2', unitPrice: 500 }] })(shipped))).toBe('! LINE_ALREADY_RELEASED');
    expect(outcome(() => ask({ shipTo: { country: 'FR' } })(shipped))).toBe('! ORDER_ALREADY_RELEASED');
    expect(outcome(() => ask({ paymentTerms: 'cod' })(shipped))).toBe('! AMENDMENT_TERMS_FIXED');
    const order = run(shipped, ask({ added: [ADD], shipTo: { country: 'FR' } }));
    expect(axes(order)).toMatchObject({ fulfilment: 'PARTIALLY_SHIPPED' });
    expect(order.lines[2]).toMatchObject({ ordered: 2, allocated: 0 });
  });

  it('asks for the rest when the first payment has come and nothing is collected beforehand', () => {
    const order = run(states.paymentRequested, ask(MORE));
    expect(axes(order).payment).toBe('REQUESTED');
    expect(due(order.ledger)).toBe(6400);
  });
});

describe('what has to happen before', () => {
  it('an approval for a price cut beyond the limit, refused altogether beyond another', () => {
    const cut = ask({ lines: [{ lineId: 'L1', unitPrice: 800 }] });
    const waiting = run(states.confirmed, cut);
    expect(waiting.amendments[0]).toMatchObject({ status: 'AWAITING_APPROVAL', needs: [{ why: 'PRICE_CUT' }] });
    expect(waiting.lines).toEqual(states.confirmed.lines);
    expect(outcome(() => accept(waiting))).toBe('! AMENDMENT_STEP_INVALID');
    const order = run(waiting, approve);
    expect(order.lines[0]).toMatchObject({ unitPrice: 800, net: 2400 });
    expect(approve(order)).toEqual([]);
    expect(outcome(() => ask({ lines: [{ lineId: 'L1', unitPrice: 400 }] })(states.confirmed))).toBe(
      '! AMENDMENT_PRICE_OUT_OF_LIMIT',
    );
  });

  it('the customer for what the seller makes worse, after the approval', () => {
    const dearer = ask(
      {
        lines: [
          { lineId: 'L1', unitPrice: 1100 },
          { lineId: 'L2', unitPrice: 400 },
        ],
      },
      { by: 'STAFF' },
    );
    const first = run(states.confirmed, dearer);
    expect(first.amendments[0]?.status).toBe('AWAITING_APPROVAL');
    const second = run(first, approve);
    expect(second.amendments[0]).toMatchObject({ status: 'AWAITING_CUSTOMER' });
    expect(run(second, accept).amendments[0]?.status).toBe('APPLIED');
    expect(run(second, decline).amendments[0]).toMatchObject({ status: 'DECLINED', closed: { by: 'CUSTOMER' } });
    expect(outcome(() => accept(run(second, decline)))).toBe('! AMENDMENT_CLOSED');
  });

  it('the money that is missing for an order that is paid', () => {
    const paid = states.paidReleased;
    const waiting = run(paid, ask({ added: [ADD] }));
    expect(waiting.amendments[0]).toMatchObject({ status: 'AWAITING_PAYMENT', paymentId: P2 });
    expect(waiting.payments[1]).toMatchObject({ amount: 1400, status: 'CREATED' });
    expect(axes(waiting).payment).toBe('PAID');
    const order = run(waiting, payExtra(1400));
    expect(order.amendments[0]?.status).toBe('APPLIED');
    expect(order.refunds).toEqual([]);
    expect(order.lines).toHaveLength(3);
    expect(payExtra(1400)(order)).toEqual([]);
  });

  it('money that comes for a change that was withdrawn goes back', () => {
    const order = run(states.paidReleased, ask({ added: [ADD] }), withdraw, payExtra(1400));
    expect(order.refunds).toMatchObject([{ paymentId: P2, amount: 1400 }]);
    expect(order.lines).toHaveLength(2);
  });

  it('a payment that fails ends the change, not the order', () => {
    const order = run(states.paidReleased, ask({ added: [ADD] }), (o) =>
      failPayment({ paymentId: P2, code: 'PAYMENT_DECLINED', reason: '', retriable: false, now: LATER }, o),
    );
    expect(order.amendments[0]).toMatchObject({ status: 'DECLINED', closed: { by: 'PAYMENT' } });
    expect(order.status).toBe('CONFIRMED');
  });

  it('pays back what a paid order no longer costs', () => {
    const added = run(states.paidReleased, ask({ added: [ADD] }), payExtra(1400));
    const order = run(added, ask({ lines: [{ lineId: 'L3', quantity: 1 }] }, { id: 'A2' }));
    expect(order.amendments[1]).toMatchObject({ status: 'APPLIED', effect: { refund: 700, extraPayment: 0 } });
    expect(order.refunds).toMatchObject([{ paymentId: P2, amount: 700, reason: 'OVERPAID' }]);
  });

  it('an approval for goods before the money', () => {
    const later = ask({ paymentTerms: 'invoice' });
    expect(run(states.paymentRequested, later).amendments[0]).toMatchObject({ needs: [{ why: 'LATER_PAYMENT' }] });
    expect(types(approve(run(states.paymentRequested, later)))).toContain('FulfilmentReleased');
  });
});

describe('several at once', () => {
  const cut = (id: string) =>
    ask(
      {
        lines: [
          { lineId: 'L1', unitPrice: 800 },
          { lineId: 'L2', quantity: 1 },
        ],
      },
      { id },
    );

  it('keeps of a change what another has not touched, and declines one of which nothing is left', () => {
    const both = run(
      states.confirmed,
      cut('A1'),
      ask({ lines: [{ lineId: 'L1', unitPrice: 850 }], deliveryWish: { note: 'x' } }, { id: 'A2' }),
      ask({ lines: [{ lineId: 'L1', unitPrice: 700 }] }, { id: 'A3' }),
    );
    expect(both.amendments.map(({ status }) => status)).toEqual([
      'AWAITING_APPROVAL',
      'AWAITING_APPROVAL',
      'AWAITING_APPROVAL',
    ]);
    const order = run(both, approve);
    expect(order.amendments).toMatchObject([
      { status: 'APPLIED' },
      { status: 'AWAITING_APPROVAL', dropped: [{ path: 'lines.L1', code: 'AMENDMENT_LINE_CHANGED' }] },
      { status: 'DECLINED', closed: { code: 'AMENDMENT_NOTHING_LEFT' } },
    ]);
    expect(order.amendments[1]?.changes).toEqual({ deliveryWish: { note: 'x' } });
  });

  it('applies what is left when lines were cancelled meanwhile', () => {
    const order = run(
      states.confirmed,
      cut('A1'),
      (o) => cancelLines({ cancellationId: 'c', reason: 'R', lines: [{ lineId: 'L1', quantity: 1 }], now: LATER }, o),
      approve,
    );
    expect(order.amendments[0]).toMatchObject({ status: 'APPLIED', dropped: [{ path: 'lines.L1' }] });
    expect(order.lines.map(({ ordered, cancelled }) => ordered - cancelled)).toEqual([2, 1]);
  });

  it('refuses more than may be open', () => {
    const policy = { mostOpen: 1 };
    const one = run(states.confirmed, ask({ lines: [{ lineId: 'L1', unitPrice: 800 }] }, { policy }));
    expect(outcome(() => ask({ deliveryWish: { note: 'x' } }, { id: 'A2', policy })(one))).toBe('! AMENDMENT_TOO_MANY');
  });
});

describe('every change in every state', () => {
  const CUT: RequestedChanges = { lines: [{ lineId: 'L1', unitPrice: 800 }] };
  const waiting = run(states.confirmed, ask(CUT));
  const all: Record<string, Order> = {
    AWAITING_APPROVAL: waiting,
    AWAITING_CUSTOMER: run(states.confirmed, ask(MORE, { by: 'STAFF' })),
    AWAITING_PAYMENT: run(states.paidReleased, ask({ added: [ADD] })),
    APPLIED: run(waiting, approve),
    DECLINED: run(waiting, decline),
    EXPIRED: run(waiting, lapse),
    WITHDRAWN: run(waiting, withdraw),
    'of a cancelled order': run(waiting, (o) =>
      cancelLines({ cancellationId: 'c', reason: 'R', lines: [{ lineId: 'L1' }, { lineId: 'L2' }], now: LATER }, o),
    ),
  };
  const closed = '! AMENDMENT_CLOSED';
  const wrong = '! AMENDMENT_STEP_INVALID';
  const expected: Record<string, Record<string, string>> = {
    AWAITING_APPROVAL: { approve: 'AmendmentApproved AmendmentApplied', accept: wrong },
    AWAITING_CUSTOMER: { approve: wrong, accept: 'AmendmentAccepted AmendmentApplied' },
    AWAITING_PAYMENT: { approve: wrong, accept: wrong },
    APPLIED: { approve: '', accept: closed, decline: closed, withdraw: closed, lapse: '' },
    DECLINED: { approve: closed, accept: closed, decline: '', withdraw: closed, lapse: '' },
    EXPIRED: { approve: closed, accept: closed, decline: closed, withdraw: closed, lapse: '' },
    WITHDRAWN: { approve: closed, accept: closed, decline: closed, withdraw: '', lapse: '' },
    'of a cancelled order': { approve: closed, accept: closed, decline: '', withdraw: closed, lapse: '' },
  };
  const open = { decline: 'AmendmentDeclined', withdraw: 'AmendmentWithdrawn', lapse: 'AmendmentExpired' };
  for (const [state, order] of Object.entries(all)) {
    for (const [name, decide] of Object.entries({ approve, accept, decline, withdraw, lapse })) {
      it(`${name} when ${state}`, () => {
        const cell = expected[state]?.[name] ?? open[name as keyof typeof open];
        expect(outcome(() => decide(order))).toBe(cell);
        expect(isOpen(order.amendments[0]!)).toBe(state.startsWith('AWAITING'));
      });
    }
  }

  it.each([
    ['none', '! ORDER_NOT_FOUND'],
    ['cancelled', '! ORDER_CANCELLED'],
    ['rejected', '! ORDER_CANCELLED'],
    ['expired', '! ORDER_EXPIRED'],
    ['completed', '! ORDER_COMPLETED'],
    ['historyOpen', '! ORDER_IS_HISTORY'],
    ['submitted', 'AmendmentProposed AmendmentPriced AmendmentApplied'],
    ['backordered', 'AmendmentProposed AmendmentPriced AmendmentApplied'],
    ['paymentRequested', 'AmendmentProposed AmendmentPriced AmendmentApplied'],
    ['paymentFailed', 'AmendmentProposed AmendmentPriced AmendmentApplied'],
    ['released', 'AmendmentProposed AmendmentPriced AmendmentApplied'],
    ['shipped', 'AmendmentProposed AmendmentPriced AmendmentApplied'],
    ['paidReleased', 'AmendmentProposed AmendmentPriced AmendmentPaymentAwaited PaymentRequested'],
  ] as const)('asked of an order that is %s', (state, cell) => {
    expect(outcome(() => ask(MORE)(states[state]))).toBe(cell);
  });

  it.each([
    [{}, 'AMENDMENT_EMPTY'],
    [{ lines: [{ lineId: 'L1', quantity: 3 }] }, 'AMENDMENT_EMPTY'],
    [{ lines: [{ lineId: 'L9', quantity: 3 }] }, 'LINE_NOT_FOUND'],
    [
      {
        lines: [
          { lineId: 'L1', quantity: 0 },
          { lineId: 'L2', quantity: 0 },
        ],
      },
      'AMENDMENT_LEAVES_NOTHING',
    ],
  ] as [RequestedChanges, string][])('%j is refused', (changes, code) => {
    expect(() => ask(changes)(states.confirmed)).toThrow(Refused);
    expect(outcome(() => ask(changes)(states.confirmed))).toBe(`! ${code}`);
  });
});
