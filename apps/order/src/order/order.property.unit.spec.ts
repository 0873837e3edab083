import { Refused } from '@orderloom/contracts';
import fc from 'fast-check';
import { DEFAULT_AMENDMENT_POLICY } from './amend-policy.js';
import { worthWanted } from './amend-price.js';
import { allocate } from './decide-allocate.js';
import {
  acceptAmendment,
  approveAmendment,
  expireAmendments,
  proposeAmendment,
  type RequestedChanges,
  withdrawAmendment,
} from './decide-amend.js';
import { cancel, cancelLines } from './decide-cancel.js';
import { expire, reject, reopen } from './decide-end.js';
import { capturePayment, failPayment, requestPayment, retryPayment } from './decide-payment.js';
import { failRefund, retryRefunds, succeedRefund } from './decide-refund.js';
import { deliver, ship } from './decide-ship.js';
import { answerStop, requestStop } from './decide-stop.js';
import { submit } from './decide-submit.js';
import { hasEnded } from './ending.js';
import type { OrderEvent, PaymentTerms } from './events.js';
import { due, net } from './money.js';
import { fold, LATER, NOW, ORDER_ID, soldLine, sourced, submitCommand } from './order.fixtures.js';
import { initial, type Order } from './order.js';
import { lineInvariantHolds } from './quantities.js';
import { axes } from './status.js';
import { worthOfLine } from './worth.js';

type Command = (order: Order) => OrderEvent[];

const terms = fc.constantFrom<PaymentTerms>('prepaid', 'invoice', 'cod');
const place = (paymentTerms: PaymentTerms): Order =>
  fold(submit(submitCommand({ paymentTerms, lines: [soldLine(1, 3, 1000), soldLine(2, 2, 550, 100)] }), initial()));

/** Does what the command says, or nothing when it is refused. Any other error fails the test. */
const tryRun = (order: Order, command: Command): { order: Order; events: OrderEvent[]; refused: boolean } => {
  try {
    const events = command(order);
    return { order: fold(events, order), events, refused: false };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { order, events: [], refused: true };
  }
};

const quantity = fc.integer({ min: 0, max: 4 });
const location = fc.constantFrom('EAST', 'WEST');
const n = fc.integer({ min: 1, max: 4 });
const line = fc.record({ lineId: fc.constantFrom('L1', 'L2'), quantity: fc.integer({ min: 1, max: 3 }) });

/** Changes of all kinds, sensible or not. */
const anyChanges: fc.Arbitrary<RequestedChanges> = fc.record(
  {
    lines: fc.uniqueArray(
      fc.record({
        lineId: fc.constantFrom('L1', 'L2', 'L3'),
        quantity: fc.integer({ min: 0, max: 6 }),
        unitPrice: fc.constantFrom(550, 600, 1000, 800),
      }),
      { maxLength: 2, selector: ({ lineId }) => lineId },
    ),
    added: fc.array(
      fc.record({
        sku: fc.constant('SKU-9'),
        name: fc.constant('Product 9'),
        quantity: fc.integer({ min: 1, max: 3 }),
        unitPrice: fc.constantFrom(0, 333),
        discount: fc.constant(0),
      }),
      { maxLength: 1 },
    ),
    paymentTerms: terms,
    deliveryWish: fc.constant({ note: 'at the door' }),
  },
  { requiredKeys: [] },
);

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(n, location, quantity, quantity).map(
    ([d, place, one, two]): Command =>
      (order) =>
        allocate(
          sourced(order, `D${d}`, {
            L1: [{ location: place, quantity: one }],
            L2: [{ location: place, quantity: two }],
          }),
          order,
        ),
  ),
  n.map(
    (d): Command =>
      (order) =>
        allocate(sourced(order, `D${d}`), order),
  ),
  fc.constant<Command>((order) => requestPayment({ now: NOW }, order)),
  fc.tuple(n, fc.boolean()).map(
    ([p, exact]): Command =>
      (order) => {
        const amount = exact ? (order.payments[p - 1]?.amount ?? 1) : 1;
        return capturePayment(
          {
            paymentId: `${ORDER_ID}-P${p}`,
            amount,
            currency: 'EUR',
            providerReference: 'r',
            occurredAt: LATER,
            now: LATER,
          },
          order,
        );
      },
  ),
  fc.tuple(n, fc.boolean()).map(
    ([p, retriable]): Command =>
      (order) =>
        failPayment({ paymentId: `${ORDER_ID}-P${p}`, code: 'X', reason: 'x', retriable, now: LATER }, order),
  ),
  fc.constant<Command>((order) => retryPayment({ now: LATER }, order)),
  fc.tuple(n, fc.array(line, { maxLength: 3 })).map(
    ([s, lines]): Command =>
      (order) =>
        ship({ shipmentId: `S${s}`, fulfilmentId: `${ORDER_ID}-F1`, lines, occurredAt: LATER, now: LATER }, order),
  ),
  fc.tuple(n, fc.array(line, { maxLength: 3 })).map(
    ([s, lines]): Command =>
      (order) =>
        deliver({ shipmentId: `S${s}`, fulfilmentId: `${ORDER_ID}-F1`, lines, occurredAt: LATER, now: LATER }, order),
  ),
  fc.constant<Command>((order) => cancel({ reason: 'R', now: LATER }, order)),
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(line, { maxLength: 2 })).map(
    ([c, lines]): Command =>
      (order) =>
        cancelLines({ cancellationId: `C${c}`, reason: 'R', lines, now: LATER }, order),
  ),
  fc.tuple(fc.integer({ min: 1, max: 5 }), anyChanges, fc.boolean()).map(
    ([a, changes, byCustomer]): Command =>
      (order) =>
        proposeAmendment(
          { amendmentId: `A${a}`, requestedBy: byCustomer ? 'CUSTOMER' : 'STAFF', reason: 'R', changes, now: LATER },
          DEFAULT_AMENDMENT_POLICY,
          order,
        ),
  ),
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom(approveAmendment, acceptAmendment, withdrawAmendment)).map(
    ([a, decide]): Command =>
      (order) =>
        decide({ amendmentId: `A${a}`, now: LATER }, order),
  ),
  fc.constant<Command>((order) => expireAmendments({ now: MUCH_LATER }, order)),
  fc.constant<Command>((order) => reject({ reason: 'R', now: LATER }, order)),
  fc.constant<Command>((order) => reopen({ reason: 'R', now: LATER }, order)),
  fc.constant<Command>((order) => expire({ overdueAt: MUCH_LATER, now: MUCH_LATER }, order)),
  n.map(
    (s): Command =>
      (order) =>
        requestStop({ stopId: `T${s}`, reason: 'R', now: LATER }, order),
  ),
  fc.tuple(n, n, fc.boolean()).map(
    ([s, f, yes]): Command =>
      (order) =>
        answerAsWarehouse(order, `T${s}`, `${ORDER_ID}-F${f}`, yes),
  ),
  n.map(
    (r): Command =>
      (order) =>
        succeedRefund({ refundId: `${ORDER_ID}-R${r}`, providerReference: 'r', occurredAt: LATER }, order),
  ),
  n.map(
    (r): Command =>
      (order) =>
        failRefund({ refundId: `${ORDER_ID}-R${r}`, code: 'X', reason: 'x' }, order),
  ),
  fc.constant<Command>((order) => retryRefunds(order)),
);

const MUCH_LATER = '2026-04-01T00:00:00.000Z';

/** What a warehouse would say: yes only while nothing of the release has left. */
const answerAsWarehouse = (order: Order, stopId: string, fulfilmentId: string, yes: boolean): OrderEvent[] => {
  const release = order.fulfilments.find((one) => one.fulfilmentId === fulfilmentId);
  const left = order.lines.some((one) => one.shipped > 0);
  const answer = { stopId, fulfilmentId, partId: fulfilmentId, occurredAt: LATER, now: LATER };
  if (!yes || release === undefined || left) return answerStop({ ...answer, outcome: 'REFUSED', lines: [] }, order);
  const lines = release.lines.map(({ lineId, quantity, reservationId }) => ({ lineId, quantity, reservationId }));
  return answerStop({ ...answer, outcome: 'STOPPED', lines }, order);
};

const worthOfWanted = (order: Order): number =>
  order.lines.reduce((sum, one) => sum + worthWanted(one, order.taxesIncluded), 0);

/** Shipping and fees, which go with the last unit. */
const charges = (order: Order): number =>
  order.totals.total - order.lines.reduce((sum, one) => sum + worthOfLine(one, order.taxesIncluded).total, 0);

/** Units set aside for the order by reservation: what it was given less what it gave back. */
const reservationsAgree = (order: Order): boolean =>
  order.lines.every(
    (one) =>
      one.allocated ===
      order.allocations.filter(({ lineId }) => lineId === one.lineId).reduce((sum, { quantity }) => sum + quantity, 0),
  );

/** Names every broken invariant. Plain comparisons: this runs some hundred thousand times. */
const violations = (order: Order): string[] => {
  const { ledger } = order;
  const sum = (amounts: number[]): number => amounts.reduce((total, amount) => total + amount, 0);
  const refundsOf = (paymentId: string): number =>
    sum(order.refunds.filter((refund) => refund.paymentId === paymentId).map((refund) => refund.amount));
  const succeeded = order.refunds.filter((refund) => refund.status === 'SUCCEEDED').map((refund) => refund.amount);
  const cancelled = hasEnded(order);
  const settled = order.status !== 'COMPLETED' || order.paymentTerms === 'invoice' || net(ledger) >= due(ledger);
  const checks: Record<string, boolean> = {
    'delivered ≤ shipped ≤ released ≤ allocated ≤ ordered − cancelled': order.lines.every(lineInvariantHolds),
    'captured is the sum of the payments': ledger.captured === sum(order.payments.map((payment) => payment.captured)),
    'refunded is the sum of the refunds that succeeded': ledger.refunded === sum(succeeded),
    'what is owed is what the wanted units are worth, and the charges beside them':
      cancelled || due(ledger) === worthOfWanted(order) + charges(order),
    'nobody owes or has paid less than nothing': due(ledger) >= 0 && net(ledger) >= 0,
    'no payment is given back twice': order.payments.every((p) => refundsOf(p.paymentId) <= p.captured),
    'the order holds just the reservations its lines are allocated': cancelled || reservationsAgree(order),
    'nothing of a cancelled order is released': !cancelled || order.lines.every((l) => l.released === 0),
    'every cent of a cancelled order is back or on its way':
      !cancelled || sum(order.refunds.map((refund) => refund.amount)) === ledger.captured,
    'a completed order is paid or invoiced': settled,
  };
  return Object.keys(checks).filter((check) => !checks[check]);
};

const checkInvariants = (order: Order): void => {
  const broken = violations(order);
  if (broken.length > 0) throw new Error(`${broken.join('; ')}: ${JSON.stringify(order)}`);
};

describe('any sequence of commands', () => {
  it('keeps the quantities and the money sound, does nothing twice, and folds the same again', () => {
    fc.assert(
      fc.property(terms, fc.array(anyCommand, { maxLength: 25 }), (paymentTerms, commands) => {
        let order = place(paymentTerms);
        const recorded = submit(submitCommand({ paymentTerms }), initial());
        for (const command of commands) {
          const step = tryRun(order, command);
          order = step.order;
          recorded.push(...step.events);
          checkInvariants(order);
        }
        expect(fold(recorded)).toEqual(order);
      }),
      { numRuns: 600 },
    );
  });
});

describe('what the process hears, twice, late and in every order', () => {
  const orderOf = (paymentTerms: PaymentTerms): Order => place(paymentTerms);
  const parcel = { occurredAt: LATER, now: LATER };
  const inputs = (paymentTerms: PaymentTerms): Command[] => {
    const first = sourced(orderOf(paymentTerms), 'D1', {
      L1: [{ location: 'EAST', quantity: 2 }],
      L2: [{ location: 'WEST', quantity: 2 }],
    });
    const second = {
      decisionId: 'D2',
      allocations: [{ lineId: 'L1', sku: 'SKU-1', location: 'EAST', quantity: 1, reservationId: 'D2:L1' }],
      backordered: [],
      reason: 'goods received',
      now: NOW,
    };
    const east = {
      shipmentId: 'SE',
      fulfilmentId: `${ORDER_ID}-F1`,
      lines: [{ lineId: 'L1', quantity: 3 }],
      ...parcel,
    };
    const west = {
      shipmentId: 'SW',
      fulfilmentId: `${ORDER_ID}-F2`,
      lines: [{ lineId: 'L2', quantity: 2 }],
      ...parcel,
    };
    const payment: Command[] =
      paymentTerms === 'prepaid'
        ? [
            (order) =>
              capturePayment(
                {
                  paymentId: `${ORDER_ID}-P1`,
                  amount: 4400,
                  currency: 'EUR',
                  providerReference: 'r',
                  occurredAt: LATER,
                  now: LATER,
                },
                order,
              ),
          ]
        : [];
    return [
      (order) => allocate(first, order),
      (order) => allocate(second, order),
      ...payment,
      (order) => ship({ ...east, carrier: 'A', trackingNumber: 'TE' }, order),
      (order) => ship({ ...west, carrier: 'B', trackingNumber: 'TW' }, order),
      (order) => deliver(east, order),
      (order) => deliver(west, order),
    ];
  };

  /** Feeds the inputs; what is refused as too early is parked and replayed, as the consumer does. */
  const settle = (start: Order, sequence: readonly Command[]): Order => {
    let order = start;
    let waiting = [...sequence];
    for (let round = 0; waiting.length > 0 && round <= sequence.length; round++) {
      const parked: Command[] = [];
      for (const command of waiting) {
        const step = tryRun(order, command);
        order = step.order;
        checkInvariants(order);
        if (step.refused) parked.push(command);
      }
      waiting = parked;
    }
    expect(waiting).toHaveLength(0);
    return order;
  };

  /** The end state apart from the order in which things were written down. */
  const endState = (order: Order) => ({
    ...axes(order),
    ledger: order.ledger,
    lines: order.lines,
    fulfilments: order.fulfilments,
    shipments: order.shipments.toSorted((a, b) => a.shipmentId.localeCompare(b.shipmentId)),
  });

  it('ends in the same state', () => {
    const scenario = terms.chain((paymentTerms) => {
      const base = inputs(paymentTerms);
      const doubled = [...base, ...base];
      return fc.tuple(
        fc.constant(paymentTerms),
        fc.shuffledSubarray(doubled, { minLength: doubled.length, maxLength: doubled.length }),
      );
    });
    fc.assert(
      fc.property(scenario, ([paymentTerms, sequence]) => {
        const straight = settle(orderOf(paymentTerms), inputs(paymentTerms));
        expect(straight.status).toBe('COMPLETED');
        expect(endState(settle(orderOf(paymentTerms), sequence))).toEqual(endState(straight));
      }),
      { numRuns: 1500 },
    );
  });

  it('a cancellation that wins the race leaves nothing allocated, whenever the decision arrives', () => {
    fc.assert(
      fc.property(terms, fc.boolean(), (paymentTerms, late) => {
        const stop: Command = (order) => cancel({ reason: 'R', now: LATER }, order);
        const find = inputs(paymentTerms)[0]!;
        const order = settle(orderOf(paymentTerms), late ? [stop, find, find, stop] : [find, stop, stop, find]);
        expect(order.status).toBe('CANCELLED');
        expect(order.lines.every((l) => l.allocated === 0 && l.cancelled === l.ordered)).toBe(true);
      }),
    );
  });
});
