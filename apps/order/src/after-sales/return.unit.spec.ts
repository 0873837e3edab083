import { DISPOSITIONS, isRefused } from '@orderloom/contracts';
import fc from 'fast-check';
import {
  approve,
  claim,
  decline,
  dispatch,
  expire,
  inspect,
  receive,
  requestReturn,
  resolve,
} from './decide-return.js';
import { close, leftToSendBack, sendBack } from './decide-send-back.js';
import { DUE, fold, LATER, NOW, request } from './return.fixtures.js';
import { initial, lineHolds, type Return, type ReturnEvent } from './return.js';
import { DEFAULT_POLICY, policyFor, stepDue, windowEnd } from './return-policy.js';
import { returnActions } from './return-view.js';

const at = { dueAt: DUE, now: NOW };
const then = (state: Return, ...steps: ((state: Return) => ReturnEvent[])[]): Return =>
  steps.reduce((now, step) => fold(step(now), now), state);
const opened = (change: Parameters<typeof request>[0] = {}) =>
  fold(requestReturn({ request: request(change) }, initial()));
const approved = (change: Parameters<typeof request>[0] = {}) => then(opened(change), (state) => approve(at, state));
const all = [
  { lineId: 'L1', quantity: 3 },
  { lineId: 'L2', quantity: 2 },
];
const received = () => then(approved(), (s) => receive({ ...at, receiptId: 'a', location: 'MAIN', lines: all }, s));
const unit = (lineId: string, quantity: number, accepted = true) =>
  ({ lineId, quantity, disposition: 'RESTOCK', accepted }) as const;
const inspected = (accepted = true) =>
  then(received(), (s) =>
    inspect({ ...at, inspectionId: 'i', location: 'MAIN', units: [unit('L1', 3, accepted), unit('L2', 2)] }, s),
  );
const refund = { ...at, resolution: 'REFUND', exchangeOrderId: 'x' } as const;

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isRefused(error)) return error.code;
    throw error;
  }
  return 'NOTHING';
};

describe('a return', () => {
  it('is opened once, and approved at once where its policy says so', () => {
    const events = requestReturn({ request: request(), approve: at }, initial());
    expect(events.map(({ type }) => type)).toEqual(['ReturnRequested', 'ReturnApproved']);
    expect(events[1]?.data).toMatchObject({ automatic: true });
    expect(requestReturn({ request: request() }, fold(events))).toEqual([]);
    expect(code(() => requestReturn({ request: request({ lines: [] }) }, initial()))).toBe('RETURN_EMPTY');
  });

  it('comes in parts, each counted once', () => {
    const part = { ...at, receiptId: 'a', location: 'MAIN', lines: [{ lineId: 'L1', quantity: 2 }] };
    const half = then(approved(), (s) => receive(part, s));
    expect(half).toMatchObject({ status: 'RECEIVED', complete: false });
    expect(receive(part, half)).toEqual([]);
    expect(code(() => receive({ ...part, receiptId: 'b' }, half))).toBe('RETURN_RECEIPT_EXCEEDS');
    const rest = receive({ ...part, receiptId: 'b', lines: [{ lineId: 'L1', quantity: 1 }], complete: true }, half);
    expect(rest).toMatchObject([{ data: { complete: true, missing: [{ lineId: 'L2', quantity: 2 }] } }]);
    expect(code(() => receive({ ...part, receiptId: 'c' }, fold(rest, half)))).toBe('RETURN_ALREADY_RECEIVED');
  });

  it('is inspected unit by unit, and only what is here', () => {
    const one = { ...at, inspectionId: 'i1', location: 'MAIN', units: [unit('L1', 1)] };
    const some = then(received(), (s) => inspect(one, s));
    expect(some.status).toBe('RECEIVED');
    expect(inspect(one, some)).toEqual([]);
    expect(code(() => inspect({ ...one, inspectionId: 'i2', units: [unit('L1', 3)] }, some))).toBe(
      'RETURN_INSPECTION_EXCEEDS',
    );
    const done = then(some, (s) => inspect({ ...one, inspectionId: 'i2', units: [unit('L1', 2), unit('L2', 2)] }, s));
    expect(done.status).toBe('INSPECTED');
  });

  it('gives back what was accepted, less what is taken off', () => {
    expect(claim(inspected())).toBe(3999);
    expect(claim(inspected(false))).toBe(999);
    const [event] = resolve({ ...refund, deduction: 3500, shipping: 400 }, inspected());
    expect(event?.data).toMatchObject({ amount: 899, lines: [{ amount: 0 }, { amount: 499 }] });
    expect(code(() => resolve({ ...refund, deduction: 4000 }, inspected()))).toBe('RETURN_DEDUCTION_TOO_HIGH');
    expect(code(() => resolve(refund, received()))).toBe('RETURN_NOT_INSPECTED');
    const resolved = then(inspected(), (s) => resolve(refund, s));
    expect(resolve(refund, resolved)).toEqual([]);
    expect(code(() => resolve({ ...refund, resolution: 'REPAIR' }, resolved))).toBe('RETURN_RESOLVED');
    expect(fold(close(at, resolved), resolved)).toMatchObject({ status: 'CLOSED', outcome: 'REFUNDED', dueAt: null });
    expect(code(() => close(at, received()))).toBe('RETURN_NOT_RESOLVED');
  });

  it('is paid without goods where the customer keeps them', () => {
    const kept = approved({ goodsBack: false });
    expect(code(() => receive({ ...at, receiptId: 'a', location: 'M', lines: all }, kept))).toBe(
      'RETURN_WITHOUT_GOODS',
    );
    expect(resolve(refund, kept)).toMatchObject([{ data: { amount: 3999 } }]);
  });

  it('is exchanged, in advance too, and credited only to accounts', () => {
    const exchange = [{ sku: 'SKU-3', quantity: 1, unitPrice: 5000 }];
    expect(code(() => resolve({ ...refund, resolution: 'EXCHANGE' }, inspected()))).toBe('EXCHANGE_EMPTY');
    expect(resolve({ ...refund, resolution: 'EXCHANGE', exchange }, inspected())).toMatchObject([
      { data: { exchange, exchangeOrderId: 'x', amount: 3999 } },
    ]);
    const guest = opened();
    expect(code(() => approve({ ...at, advance: true }, guest))).toBe('EXCHANGE_EMPTY');
    const advanced = then(guest, (s) => approve({ ...at, advance: true, exchange }, s));
    expect(code(() => decline({ reason: 'X', now: LATER }, advanced))).toBe('RETURN_RESOLVED');
    expect(expire({ now: '2027-01-01T00:00:00.000Z' }, advanced)).toEqual([]);
    const nobody = { ...inspected(), customerId: null };
    expect(code(() => resolve({ ...refund, resolution: 'STORE_CREDIT' }, nobody))).toBe('RESOLUTION_NEEDS_CUSTOMER');
  });

  it('is repaired: it stays open until the goods are with the customer again', () => {
    const units = [
      { lineId: 'L1', quantity: 2, disposition: 'REFURBISH', accepted: true },
      { lineId: 'L1', quantity: 1, disposition: 'SCRAP', accepted: true },
      { lineId: 'L2', quantity: 2, disposition: 'SEND_BACK', accepted: false },
    ] as const;
    const looked = then(received(), (s) => inspect({ ...at, inspectionId: 'i', location: 'MAIN', units }, s));
    // What is not accepted need not wait for the rest.
    expect(leftToSendBack(looked)).toEqual([{ lineId: 'L2', quantity: 2 }]);
    const repair = then(looked, (s) => resolve({ ...refund, resolution: 'REPAIR' }, s));
    expect(close(at, repair)).toEqual([]);
    expect(leftToSendBack(repair)).toEqual([
      { lineId: 'L1', quantity: 2 },
      { lineId: 'L2', quantity: 2 },
    ]);
    const one = { sendingId: 'a', lines: [{ lineId: 'L1', quantity: 2 }], carrier: 'DHL', now: NOW };
    const some = then(repair, (s) => sendBack(one, s));
    expect(some.status).toBe('RESOLVED');
    expect(sendBack(one, some)).toEqual([]);
    expect(code(() => sendBack({ ...one, sendingId: 'b' }, some))).toBe('RETURN_SENDING_EXCEEDS');
    const done = then(some, (s) => sendBack({ sendingId: 'c', now: NOW }, s));
    expect(done).toMatchObject({ status: 'CLOSED', outcome: 'REPAIRED' });
    expect(code(() => sendBack({ sendingId: 'd', now: NOW }, done))).toBe('RETURN_SENDING_EXCEEDS');
    expect(code(() => sendBack({ sendingId: 'd', now: NOW }, received()))).toBe('RETURN_NOT_INSPECTED');
  });

  it('says which units it sends back are paid for', () => {
    const units = [
      { lineId: 'L1', quantity: 1, disposition: 'SEND_BACK', accepted: false },
      { lineId: 'L1', quantity: 2, disposition: 'SEND_BACK', accepted: true },
      { lineId: 'L2', quantity: 2, disposition: 'RESTOCK', accepted: true },
    ] as const;
    const looked = then(received(), (s) => inspect({ ...at, inspectionId: 'i', location: 'MAIN', units }, s));
    const paid = then(looked, (s) => resolve(refund, s));
    expect(sendBack({ sendingId: 'a', now: NOW }, paid)).toMatchObject([
      { type: 'ReturnSentBack', data: { lines: [{ lineId: 'L1', quantity: 3, unpaid: 1 }] } },
      { type: 'ReturnClosed' },
    ]);
  });

  it('runs out of time when nothing is sent, and can be taken back until something arrives', () => {
    expect(expire({ now: LATER }, approved())).toEqual([]);
    expect(expire({ now: DUE }, approved())).toMatchObject([{ data: { reason: 'NOT_SENT_IN_TIME', lines: all } }]);
    expect(code(() => decline({ reason: 'X', now: NOW }, received()))).toBe('RETURN_ALREADY_RECEIVED');
    const declined = then(opened(), (s) => decline({ reason: 'X', now: NOW }, s));
    expect(decline({ reason: 'Y', now: NOW }, declined)).toEqual([]);
    expect(code(() => approve(at, declined))).toBe('RETURN_DECLINED');
    expect(code(() => dispatch(at, opened()))).toBe('RETURN_NOT_APPROVED');
  });

  it('keeps its quantities in order through any commands, and says what is possible', () => {
    const line = fc.constantFrom('L1', 'L2', 'L9');
    const quantity = fc.integer({ min: 1, max: 4 });
    const step = fc.oneof(
      fc.constant(() => (s: Return) => approve(at, s)),
      fc.constant(() => (s: Return) => dispatch({ ...at, trackingNumber: 'T' }, s)),
      fc.constant(() => (s: Return) => decline({ reason: 'X', now: NOW }, s)),
      fc.constant(() => (s: Return) => resolve(refund, s)),
      fc.constant(() => (s: Return) => resolve({ ...refund, resolution: 'REPAIR' }, s)),
      fc.constant(() => (s: Return) => close(at, s)),
      fc.constant((n: number) => (s: Return) => sendBack({ sendingId: `s${n}`, now: NOW }, s)),
      fc.tuple(line, quantity, fc.boolean()).map(
        ([lineId, count, complete]) =>
          (n: number) =>
          (s: Return) =>
            receive({ ...at, receiptId: `r${n}`, location: 'M', lines: [{ lineId, quantity: count }], complete }, s),
      ),
      fc.tuple(line, quantity, fc.constantFrom(...DISPOSITIONS), fc.boolean()).map(
        ([lineId, count, disposition, accepted]) =>
          (n: number) =>
          (s: Return) =>
            inspect(
              {
                ...at,
                inspectionId: `i${n}`,
                location: 'M',
                units: [{ lineId, quantity: count, disposition, accepted }],
              },
              s,
            ),
      ),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let state = opened();
        for (const [index, make] of steps.entries()) {
          try {
            state = fold(make(index)(state), state);
          } catch (error) {
            if (!isRefused(error)) throw error;
          }
          expect(state.lines.every(lineHolds)).toBe(true);
          expect(claim(state)).toBeLessThanOrEqual(3999);
          expect(state.dueAt === null).toBe(state.status === 'CLOSED' || state.status === 'DECLINED');
          expect(returnActions(state, NOW, 'en')).toHaveLength(7);
        }
      }),
    );
  });
});

describe('return policies', () => {
  const policy = (name: string, skus: string[], returnDays: number) =>
    [name, { name, version: 1, value: { ...DEFAULT_POLICY, skus, returnDays } }] as const;

  it('hold by product, the most exact first', () => {
    const policies = new Map([policy('default', [], 14), policy('books', ['BOOK-*'], 7), policy('one', ['BOOK-1'], 0)]);
    expect(policyFor(policies, 'BOOK-1').name).toBe('one');
    expect(policyFor(policies, 'BOOK-12').name).toBe('books');
    expect(policyFor(policies, 'PEN').policy.returnDays).toBe(14);
    expect(policyFor(new Map(), 'PEN')).toMatchObject({ name: 'default', version: 0 });
  });

  it('count days', () => {
    expect(windowEnd(DEFAULT_POLICY, 'RETURN', NOW)).toBe('2026-04-09T09:00:00.000Z');
    expect(stepDue({ days: { inspect: 1 } }, 'inspect', NOW)).toBe('2026-03-11T09:00:00.000Z');
    expect(stepDue({}, 'decide', NOW)).toBe(LATER);
  });
});
