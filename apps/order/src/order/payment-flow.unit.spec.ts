import { Refused } from '@orderloom/contracts';
import fc from 'fast-check';
import { allocate } from './decide-allocate.js';
import { cancel } from './decide-cancel.js';
import {
  addPayment,
  authorizePayment,
  capturePayment,
  failCapture,
  failPayment,
  recordPayment,
  requestCapture,
  requestVoid,
  requireAction,
  retryPayment,
  voidPayment,
  withdrawPayment,
} from './decide-payment.js';
import {
  abandonRefund,
  approveRefund,
  failRefund,
  rejectRefund,
  requestRefund,
  retryRefund,
  retryRefunds,
  settleRefund,
  submitRefund,
  succeedRefund,
} from './decide-refund.js';
import { deliver, ship } from './decide-ship.js';
import { submit } from './decide-submit.js';
import type { OrderEvent } from './events.js';
import { due, net } from './money.js';
import type { PaymentPlan } from './money-events.js';
import { fold, LATER, NOW, ORDER_ID, sourced, submitCommand } from './order.fixtures.js';
import { initial, type Order } from './order.js';
import { PAYMENT_TRANSITIONS } from './payments.js';
import { REFUND_TRANSITIONS } from './refunds.js';
import { paymentStatus } from './status.js';

const TOTAL = 4400;
const P = (n: number): string => `${ORDER_ID}-P${n}`;
const R = (n: number): string => `${ORDER_ID}-R${n}`;
const plan = (change: Partial<PaymentPlan> = {}): PaymentPlan => ({
  parts: [{ method: 'card', provider: 'simulated', due: 'release' }],
  ask: 'allocated',
  releaseWhen: 'captured',
  capture: 'at_once',
  ...change,
});

type Step = (order: Order) => OrderEvent[];
const run = (order: Order, ...steps: Step[]): Order => steps.reduce((state, step) => fold(step(state), state), order);
const types = (events: readonly OrderEvent[]): string[] => events.map(({ type }) => type);
const found: Step = (order) => allocate(sourced(order, 'D1'), order);
const placed = (payment?: PaymentPlan): Order =>
  run(initial(), (order) =>
    submit(submitCommand({ paymentTerms: 'prepaid', ...(payment === undefined ? {} : { payment }) }), order),
  );
const money = { currency: 'EUR', providerReference: 'pr', occurredAt: LATER, now: LATER };
const captured =
  (n: number, amount: number, captureId?: string): Step =>
  (order) =>
    capturePayment({ paymentId: P(n), amount, ...money, ...(captureId === undefined ? {} : { captureId }) }, order);
const authorized =
  (n: number, amount: number): Step =>
  (order) =>
    authorizePayment({ paymentId: P(n), amount, ...money }, order);
const parcel = (id: string, lines: { lineId: string; quantity: number }[]) => ({
  shipmentId: id,
  fulfilmentId: `${ORDER_ID}-F1`,
  lines,
  occurredAt: LATER,
  now: LATER,
});
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
  return 'not refused';
};

describe('several payments for one order', () => {
  const split = plan({
    parts: [
      { method: 'gift_card', provider: 'balance', account: 'G1', amount: 1000, due: 'release' },
      { method: 'alipay', provider: 'simulated', due: 'release' },
    ],
  });

  it('asks for every part and releases when all of it is there', () => {
    const asked = found(placed(split));
    expect(asked.slice(1)).toMatchObject([
      { data: { paymentId: P(1), method: 'gift_card', account: 'G1', amount: 1000, part: 1 } },
      { data: { paymentId: P(2), method: 'alipay', amount: 3400, part: 2 } },
    ]);
    const order = run(fold(asked, placed(split)), captured(1, 1000));
    expect([paymentStatus(order), order.fulfilments]).toEqual(['REQUESTED', []]);
    expect(types(captured(2, 3400)(order))).toEqual(['PaymentCaptured', 'FulfilmentReleased']);
  });

  it('asks only for what failed, and takes it in another way too', () => {
    const order = run(placed(split), found, captured(1, 1000), (o) =>
      failPayment({ paymentId: P(2), code: 'X', reason: 'x', retriable: false, now: LATER }, o),
    );
    expect(retryPayment({ now: LATER }, order)).toMatchObject([{ data: { paymentId: P(3), amount: 3400, part: 2 } }]);
    const card = run(order, (o) => addPayment({ method: 'card', now: LATER }, o));
    expect(card.payments.at(-1)).toMatchObject({ method: 'card', amount: 3400 });
    expect(addPayment({ method: 'card', now: LATER }, card)).toEqual([]);
    expect(refusal(() => addPayment({ method: 'card', amount: 3401, now: LATER }, order))).toBe('PAYMENT_EXCEEDS_DUE');
    const back = run(card, (o) => withdrawPayment({ paymentId: P(3), now: LATER }, o));
    expect(back.payments.at(-1)).toMatchObject({ status: 'FAILED', failure: { code: 'PAYMENT_WITHDRAWN' } });
    expect(refusal(() => withdrawPayment({ paymentId: P(1), now: LATER }, order))).toBe('PAYMENT_ALREADY_CAPTURED');
  });

  it('asks when the order is placed where that is agreed', () => {
    const events = submit(submitCommand({ paymentTerms: 'prepaid', payment: plan({ ask: 'ordered' }) }), initial());
    expect(types(events)).toEqual(['OrderSubmitted', 'OrderConfirmed', 'PaymentRequested']);
    const order = run(fold(events), captured(1, TOTAL));
    expect(types(found(order))).toEqual(['LinesAllocated', 'FulfilmentReleased']);
  });

  it('releases on the deposit and completes on the balance', () => {
    const deposit = plan({
      parts: [
        { method: 'card', provider: 'simulated', amount: 1400, purpose: 'deposit', due: 'release' },
        { method: 'bank_transfer', provider: 'manual', purpose: 'balance', due: 'delivery' },
      ],
    });
    const asked = run(placed(deposit), found);
    expect(asked.payments).toMatchObject([{ amount: 1400, purpose: 'deposit' }]);
    const events = captured(1, 1400)(asked);
    expect(types(events)).toEqual(['PaymentCaptured', 'FulfilmentReleased', 'PaymentRequested']);
    const released = fold(events, asked);
    expect(released.payments[1]).toMatchObject({ amount: 3000, purpose: 'balance', provider: 'manual' });
    const all = [
      { lineId: 'L1', quantity: 3 },
      { lineId: 'L2', quantity: 2 },
    ];
    const delivered = run(released, (o) => deliver(parcel('S1', all), o));
    expect([delivered.status, paymentStatus(delivered)]).toEqual(['CONFIRMED', 'REQUESTED']);
    const part = { method: 'bank_transfer', currency: 'EUR', occurredAt: LATER, now: LATER };
    const half = run(delivered, (o) => recordPayment({ ...part, amount: 1000, reference: 'T1' }, o));
    expect([half.status, half.payments[1]?.status]).toEqual(['CONFIRMED', 'PARTIALLY_CAPTURED']);
    expect(recordPayment({ ...part, amount: 1000, reference: 'T1' }, half)).toEqual([]);
    const rest = recordPayment({ ...part, amount: 2000, reference: 'T2' }, half);
    expect(types(rest)).toEqual(['PaymentCaptured', 'OrderCompleted']);
  });

  it('collects the rest at the door, and leaves what an invoice says', () => {
    const door = plan({
      parts: [
        { method: 'card', provider: 'simulated', amount: 400, due: 'release' },
        { method: 'cash_on_delivery', provider: 'carrier', amount: 1000, due: 'delivery' },
        { method: 'credit_terms', provider: 'manual', due: 'invoice' },
      ],
    });
    const all = [
      { lineId: 'L1', quantity: 3 },
      { lineId: 'L2', quantity: 2 },
    ];
    const order = run(placed(door), found, captured(1, 400), (o) => deliver(parcel('S1', all), o));
    expect(order).toMatchObject({ status: 'COMPLETED', ledger: { captured: 1400 } });
    expect(order.payments.at(-1)).toMatchObject({ provider: 'carrier', method: 'cod', amount: 1000 });
  });

  it('gives back what came too much', () => {
    const order = run(placed(), found);
    const money = { method: 'bank_transfer', currency: 'EUR', occurredAt: LATER, now: LATER };
    const events = recordPayment({ ...money, amount: TOTAL + 50, reference: 'T' }, order);
    expect(types(events)).toEqual(['PaymentRequested', 'PaymentCaptured', 'RefundRequested', 'FulfilmentReleased']);
    expect(events[2]).toMatchObject({ data: { amount: 50, reason: 'OVERPAID' } });
    expect(refusal(() => recordPayment({ ...money, currency: 'USD', amount: 1, reference: 'T' }, order))).toBe(
      'PAYMENT_CURRENCY_MISMATCH',
    );
  });
});

describe('money that is set aside first', () => {
  const later = plan({ releaseWhen: 'authorized', capture: 'on_shipment' });

  it('releases on the authorisation and takes what is shipped', () => {
    const asked = run(placed(later), found);
    expect(asked.payments[0]).toMatchObject({ manualCapture: true });
    const order = run(asked, authorized(1, TOTAL));
    expect([paymentStatus(order), order.ledger.authorized, order.fulfilments.length]).toEqual(['AUTHORIZED', TOTAL, 1]);
    const one = ship(parcel('S1', [{ lineId: 'L1', quantity: 1 }]), order);
    // One of three units at 10.00 and the shipping charge of 4.00.
    expect(one[1]).toMatchObject({ type: 'PaymentCaptureRequested', data: { captureId: `${P(1)}-C1`, amount: 1400 } });
    const partly = run(fold(one, order), captured(1, 1400, `${P(1)}-C1`));
    expect(partly).toMatchObject({
      payments: [{ status: 'PARTIALLY_CAPTURED', authorized: 3000, captured: 1400 }],
      ledger: { authorized: 3000, captured: 1400 },
    });
    const rest = ship(
      parcel('S2', [
        { lineId: 'L1', quantity: 2 },
        { lineId: 'L2', quantity: 2 },
      ]),
      partly,
    );
    expect(rest[1]).toMatchObject({ data: { captureId: `${P(1)}-C2`, amount: 3000 } });
    const done = run(fold(rest, partly), captured(1, 3000, `${P(1)}-C2`));
    expect([done.payments[0]?.status, done.ledger]).toEqual([
      'CAPTURED',
      expect.objectContaining({ authorized: 0, captured: TOTAL }),
    ]);
  });

  it('lets it go when the order is cancelled, when asked to, and when it lapses', () => {
    const order = run(placed({ ...later, releaseWhen: 'captured', capture: 'by_hand' }), found, authorized(1, TOTAL));
    expect(order.fulfilments).toEqual([]);
    const events = cancel({ reason: 'R', now: LATER }, order);
    expect(types(events)).toEqual(['OrderCancelled', 'PaymentVoidRequested']);
    const gone = run(fold(events, order), (o) => voidPayment({ paymentId: P(1), reason: 'x', occurredAt: LATER }, o));
    expect([gone.payments[0]?.status, gone.ledger.authorized]).toEqual(['VOIDED', 0]);
    expect(types(requestVoid({ paymentId: P(1), reason: 'x' }, order))).toEqual(['PaymentVoidRequested']);
    expect(refusal(() => requestVoid({ paymentId: P(1), reason: 'x' }, run(placed(), found)))).toBe(
      'PAYMENT_NOT_AUTHORIZED',
    );
  });

  it('is taken by hand, in parts, and again under its old id when the provider said no', () => {
    const order = run(placed({ ...later, releaseWhen: 'captured', capture: 'by_hand' }), found, authorized(1, TOTAL));
    const asked = run(order, (o) => requestCapture({ paymentId: P(1), amount: 1000 }, o));
    const refused = run(asked, (o) =>
      failCapture({ paymentId: P(1), captureId: `${P(1)}-C1`, code: 'X', reason: 'x' }, o),
    );
    const again = requestCapture({ paymentId: P(1) }, refused);
    expect(again).toMatchObject([{ data: { captureId: `${P(1)}-C1`, amount: 1000 } }]);
    const taken = run(fold(again, refused), captured(1, 1000, `${P(1)}-C1`));
    expect(requestCapture({ paymentId: P(1) }, taken)).toMatchObject([{ data: { amount: 3400 } }]);
    expect(refusal(() => requestCapture({ paymentId: P(1), amount: 3401 }, taken))).toBe('PAYMENT_EXCEEDS_DUE');
  });
});

describe('reports that come late, twice or in another order', () => {
  const action: Step = (o) =>
    requireAction({ paymentId: P(1), action: { kind: 'redirect', url: 'https://pay.example/1' } }, o);
  const failed: Step = (o) =>
    failPayment({ paymentId: P(1), code: 'PAYMENT_EXPIRED', reason: 'x', retriable: false, now: LATER }, o);

  it('end where the money is', () => {
    const asked = run(placed(plan({ releaseWhen: 'authorized', capture: 'by_hand' })), found);
    const steps = [action, authorized(1, TOTAL), captured(1, TOTAL), failed];
    fc.assert(
      fc.property(fc.shuffledSubarray([...steps, ...steps, ...steps], { minLength: 12, maxLength: 12 }), (sequence) => {
        const order = run(asked, ...sequence);
        expect(order).toMatchObject({
          payments: [{ status: 'CAPTURED', captured: TOTAL }],
          ledger: { captured: TOTAL, refunded: 0 },
        });
        expect(order.ledger.authorized).toBe(0);
        expect(order.fulfilments).toHaveLength(1);
      }),
    );
  });

  it('asks once what the customer has to do', () => {
    const order = run(run(placed(), found), action);
    expect(order.payments[0]).toMatchObject({ status: 'REQUIRES_ACTION', action: { kind: 'redirect' } });
    expect(action(order)).toEqual([]);
    expect(run(order, failed).payments[0]?.status).toBe('EXPIRED');
  });
});

describe('giving money back', () => {
  const paid = run(placed(), found, captured(1, TOTAL));
  const asked = (change: object = {}) => ({ amount: 500, reason: 'DAMAGED', key: 'K1', now: LATER, ...change });

  it('credits and asks at once up to the limit, once per key', () => {
    const events = requestRefund(asked(), paid);
    expect(events).toMatchObject([
      { type: 'RefundRequested', data: { amount: 500, credit: 500, provider: 'simulated', providerReference: 'pr' } },
      { type: 'OrderCredited', data: { amount: 500, refundId: R(1) } },
    ]);
    const order = fold(events, paid);
    expect([order.refunds[0]?.status, due(order.ledger), paymentStatus(order)]).toEqual([
      'APPROVED',
      TOTAL - 500,
      'REFUND_PENDING',
    ]);
    expect(requestRefund(asked(), order)).toEqual([]);
    expect(refusal(() => requestRefund(asked({ key: 'K2', amount: TOTAL - 499 }), order))).toBe(
      'REFUND_EXCEEDS_CAPTURED',
    );
  });

  it('waits for approval above the limit; what is refused stays', () => {
    const waiting = fold(requestRefund(asked({ refunds: { automaticUpTo: 499 } }), paid), paid);
    expect([waiting.refunds[0]?.status, due(waiting.ledger), paymentStatus(waiting)]).toEqual([
      'REQUESTED',
      TOTAL,
      'PAID',
    ]);
    const approved = run(waiting, (o) => approveRefund({ refundId: R(1), now: LATER }, o));
    expect([approved.refunds[0]?.status, due(approved.ledger)]).toEqual(['APPROVED', TOTAL - 500]);
    expect(approveRefund({ refundId: R(1), now: LATER }, approved)).toEqual([]);
    const refused = run(waiting, (o) => rejectRefund({ refundId: R(1), reason: 'used' }, o));
    expect(refused.refunds[0]).toMatchObject({ status: 'REJECTED', decision: 'used' });
    expect([paymentStatus(refused), net(refused.ledger)]).toEqual(['PAID', TOTAL]);
    expect(refusal(() => approveRefund({ refundId: R(1), now: LATER }, refused))).toBe('REFUND_STATE');
    // What was refused can be asked for again, for another reason.
    expect(requestRefund(asked({ key: 'K2', amount: TOTAL }), refused)).toHaveLength(2);
  });

  it('is tried again, another way, by hand, or given up', () => {
    const order = fold(requestRefund(asked(), paid), paid);
    const fail: Step = (o) => failRefund({ refundId: R(1), code: 'X', reason: 'x' }, o);
    const failed = run(order, (o) => submitRefund({ refundId: R(1), provider: 'simulated' }, o), fail);
    expect(failed.refunds[0]).toMatchObject({ status: 'FAILED', failures: 1, failure: { code: 'X' } });
    const route = { method: 'store_credit', provider: 'balance', account: 'S1' };
    const again = retryRefund({ refundId: R(1), route }, failed);
    expect(again).toMatchObject([{ data: { refundId: R(1), amount: 500, route } }]);
    const twice = run(fold(again, failed), fail);
    expect(twice.refunds).toMatchObject([{ failures: 2, status: 'FAILED' }]);
    expect(retryRefunds(twice)).toMatchObject([{ data: { route } }]);
    const settled = run(twice, (o) => settleRefund({ refundId: R(1), reference: 'BANK-1', occurredAt: LATER }, o));
    expect([settled.refunds[0]?.status, settled.ledger.refunded]).toEqual(['SUCCEEDED', 500]);
    const given = run(twice, (o) => abandonRefund({ refundId: R(1), reason: 'no account' }, o));
    expect([given.refunds[0]?.status, paymentStatus(given), given.ledger.refunded]).toEqual(['ABANDONED', 'PAID', 0]);
    expect(refusal(() => abandonRefund({ refundId: R(1), reason: 'x' }, order))).toBe('REFUND_STATE');
  });

  it('waits for approval when a cancelled order was paid with much', () => {
    const ready = run(placed(plan({ ask: 'ordered' })), (o) => o && []);
    const order = run(ready, captured(1, TOTAL), (o) =>
      cancel({ reason: 'R', now: LATER, refunds: { automaticUpTo: 100 } }, o),
    );
    expect(order.refunds).toMatchObject([{ status: 'REQUESTED', amount: TOTAL, credit: 0 }]);
    expect(paymentStatus(order)).toBe('REFUND_PENDING');
    const refused = run(order, (o) => rejectRefund({ refundId: R(1), reason: 'fee' }, o));
    expect(paymentStatus(refused)).toBe('PAID');
  });
});

describe('any sequence of money commands', () => {
  const n = fc.integer({ min: 1, max: 4 });
  const amount = fc.integer({ min: 1, max: TOTAL });
  const route = { method: 'store_credit', provider: 'balance', account: 'S' };
  const refunds = fc.constantFrom({}, { automaticUpTo: 1000 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.constant(found),
    fc.tuple(n, amount, n).map(([p, a, c]): Step => captured(p, a, `${P(p)}-C${c}`)),
    n.map(
      (p): Step =>
        (o) =>
          captured(p, o.payments[p - 1]?.amount ?? 1)(o),
    ),
    n.map(
      (p): Step =>
        (o) =>
          authorized(p, o.payments[p - 1]?.amount ?? 1)(o),
    ),
    fc.tuple(n, amount).map(
      ([p, a]): Step =>
        (o) =>
          requestCapture({ paymentId: P(p), amount: a }, o),
    ),
    n.map(
      (p): Step =>
        (o) =>
          requestVoid({ paymentId: P(p), reason: 'x' }, o),
    ),
    n.map(
      (p): Step =>
        (o) =>
          voidPayment({ paymentId: P(p), reason: 'x', occurredAt: NOW }, o),
    ),
    fc.tuple(n, fc.boolean()).map(
      ([p, retriable]): Step =>
        (o) =>
          failPayment({ paymentId: P(p), code: 'X', reason: 'x', retriable, now: NOW }, o),
    ),
    fc.constant<Step>((o) => retryPayment({ now: NOW }, o)),
    amount.map(
      (a): Step =>
        (o) =>
          addPayment({ method: 'card', amount: a, now: NOW }, o),
    ),
    fc.tuple(amount, n).map(
      ([a, r]): Step =>
        (o) =>
          recordPayment(
            { method: 'bank_transfer', amount: a, currency: 'EUR', reference: `T${r}`, occurredAt: NOW, now: NOW },
            o,
          ),
    ),
    fc.tuple(amount, n, refunds).map(
      ([a, k, policy]): Step =>
        (o) =>
          requestRefund({ amount: a, reason: 'x', key: `K${k}`, now: NOW, refunds: policy }, o),
    ),
    n.map(
      (r): Step =>
        (o) =>
          approveRefund({ refundId: R(r), now: NOW }, o),
    ),
    n.map(
      (r): Step =>
        (o) =>
          rejectRefund({ refundId: R(r), reason: 'x' }, o),
    ),
    n.map(
      (r): Step =>
        (o) =>
          failRefund({ refundId: R(r), code: 'X', reason: 'x' }, o),
    ),
    n.map(
      (r): Step =>
        (o) =>
          retryRefund({ refundId: R(r), route }, o),
    ),
    n.map(
      (r): Step =>
        (o) =>
          succeedRefund({ refundId: R(r), providerReference: 'x', occurredAt: NOW }, o),
    ),
    n.map(
      (r): Step =>
        (o) =>
          abandonRefund({ refundId: R(r), reason: 'x' }, o),
    ),
    refunds.map(
      (policy): Step =>
        (o) =>
          cancel({ reason: 'R', now: NOW, refunds: policy }, o),
    ),
    n.map(
      (s): Step =>
        (o) =>
          ship(parcel(`S${s}`, [{ lineId: 'L1', quantity: 1 }]), o),
    ),
  );
  const plans = fc.constantFrom<(PaymentPlan | undefined)[]>(
    undefined,
    plan({ releaseWhen: 'authorized', capture: 'on_shipment' }),
    plan({
      ask: 'ordered',
      parts: [
        { method: 'card', provider: 'simulated', amount: 1000, purpose: 'deposit', due: 'release' },
        { method: 'card', provider: 'simulated', purpose: 'balance', due: 'delivery' },
      ],
    }),
  );

  const sum = (amounts: number[]): number => amounts.reduce((total, one) => total + one, 0);
  const broken = (order: Order, before: Order): string[] => {
    const { ledger, payments, refunds: given } = order;
    const moved = <S extends string>(table: Record<S, readonly string[]>, from: S, to: string): boolean =>
      from === to || (table[from] as readonly string[]).includes(to);
    const checks: Record<string, boolean> = {
      'captured is the sum of the captures':
        ledger.captured === sum(payments.flatMap((p) => p.captures.map((c) => c.amount))),
      'authorized is the sum of what is set aside': ledger.authorized === sum(payments.map((p) => p.authorized)),
      'refunded is the sum of what succeeded':
        ledger.refunded === sum(given.filter((r) => r.status === 'SUCCEEDED').map((r) => r.amount)),
      'nobody has paid less than nothing': net(ledger) >= 0 && ledger.authorized >= 0,
      'no capture is counted twice': payments.every(
        (p) => new Set(p.captures.map((c) => c.captureId)).size === p.captures.length,
      ),
      'payments go where they may': before.payments.every(
        (p, i) =>
          moved(PAYMENT_TRANSITIONS, p.status, payments[i]?.status ?? '') ||
          payments[i]?.captures.length !== p.captures.length,
      ),
      'refunds go where they may': before.refunds.every((r, i) =>
        moved(REFUND_TRANSITIONS, r.status, given[i]?.status ?? ''),
      ),
    };
    return Object.keys(checks).filter((check) => !checks[check]);
  };

  it('keeps every cent', () => {
    fc.assert(
      fc.property(plans, fc.array(step, { maxLength: 30 }), (payment, steps) => {
        let order = placed(payment);
        const recorded: OrderEvent[] = [];
        for (const one of steps) {
          let events: OrderEvent[] = [];
          try {
            events = one(order);
          } catch (error) {
            if (!(error instanceof Refused)) throw error;
          }
          // Some steps follow each other within one append; each is looked at.
          for (const event of events) {
            const after = fold([event], order);
            const problems = broken(after, order);
            if (problems.length > 0) throw new Error(`${problems.join('; ')} after ${JSON.stringify(event)}`);
            order = after;
            recorded.push(event);
          }
        }
        expect(fold(recorded, placed(payment))).toEqual(order);
      }),
      { numRuns: 800 },
    );
  });
});
