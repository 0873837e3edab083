import { type HoldStep, Refused } from '@orderloom/contracts';
import fc from 'fast-check';
import { allocate } from './decide-allocate.js';
import { cancel } from './decide-cancel.js';
import { approveHold, assignHold, expireHold, rejectHold } from './decide-holds.js';
import { capturePayment, retryPayment } from './decide-payment.js';
import { answerQuestion, askCustomer, noteOrder, tagOrder } from './decide-questions.js';
import { recordReview } from './decide-review.js';
import { deliver, ship } from './decide-ship.js';
import { recordHistory, submit } from './decide-submit.js';
import type { OrderEvent, PaymentTerms } from './events.js';
import { H1, H2, holdCommand, Q1 } from './holds.fixtures.js';
import { draft, fold, LATER, NOW, ORDER_ID, sourced, submitCommand } from './order.fixtures.js';
import { initial, type Order } from './order.js';
import { placeHold } from './place-hold.js';
import { lineInvariantHolds } from './quantities.js';
import { axes } from './status.js';

type Command = (order: Order) => OrderEvent[];
const run = (order: Order, ...commands: Command[]): Order =>
  commands.reduce((state, command) => fold(command(state), state), order);

const submitted = (paymentTerms: PaymentTerms = 'invoice'): Order =>
  fold(submit(submitCommand({ paymentTerms }), initial()).slice(0, 1));
const confirmed = (paymentTerms: PaymentTerms = 'invoice'): Order =>
  fold(submit(submitCommand({ paymentTerms }), initial()));
const find: Command = (order) => allocate(sourced(order, 'D1'), order);
const lines = [
  { lineId: 'L1', quantity: 3 },
  { lineId: 'L2', quantity: 2 },
];
const parcel = { shipmentId: 'S1', fulfilmentId: `${ORDER_ID}-F1`, lines, occurredAt: LATER, now: LATER };
const arrive: Command = (order) => deliver(parcel, order);
const send: Command = (order) => ship(parcel, order);
const stop: Command = (order) => cancel({ reason: 'R', now: LATER }, order);
const pay: Command = (order) =>
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
  );

const place: Command = (order) => placeHold(holdCommand(), order);
const gate =
  (...blocks: HoldStep[]): Command =>
  (order) =>
    placeHold(holdCommand({ blocks, reason: blocks.join('-') }), order);
const claim: Command = (order) => assignHold({ holdId: H1, owner: 'ann', reason: 'CLAIMED', now: LATER }, order);
const approve: Command = (order) => approveHold({ holdId: H1, by: 'ann', now: LATER }, order);
const reject: Command = (order) => rejectHold({ holdId: H1, reason: 'FRAUD', now: LATER }, order);
const expire: Command = (order) => expireHold({ holdId: H1, now: '2026-04-01T00:00:00.000Z' }, order);
const ask: Command = (order) =>
  askCustomer(
    {
      holdId: H1,
      question: 'DUPLICATE',
      answers: [
        { answer: 'KEEP_BOTH', effect: 'RESOLVE' },
        { answer: 'CANCEL_SECOND', effect: 'CANCEL' },
        { answer: 'CORRECT', effect: 'CORRECT_ADDRESS' },
        { answer: 'REPLY', effect: 'TELL' },
      ],
      content: 'sealed:v1:k:AAAA' as never,
      expiresAt: '2026-03-05T00:00:00.000Z',
      now: NOW,
    },
    order,
  );
const say =
  (answer: string, now = LATER): Command =>
  (order) =>
    answerQuestion({ questionId: Q1, answer, now }, order);
const keep = say('KEEP_BOTH');
const note: Command = (order) => noteOrder({ noteId: 'n', text: 'sealed:v1:k:AAAA' as never, now: NOW }, order);
const tag: Command = (order) => tagOrder({ add: ['vip'], remove: [], now: NOW }, order);
const review: Command = (order) =>
  recordReview(
    {
      trigger: 'sweep',
      ruleSet: '1',
      findings: [],
      decisions: [{ ruleId: 'r', version: 1, action: 'hold', facts: { a: 1 }, hold: holdCommand() }],
    },
    LATER,
    order,
  );

const held = run(submitted(), place);
const states = {
  none: initial(),
  submitted: submitted(),
  held,
  asked: run(held, ask),
  resolved: run(held, approve),
  rejected: run(held, reject),
  expired: run(submitted(), (o) => placeHold(holdCommand({ atDeadline: 'RELEASE' }), o), expire),
  confirmed: confirmed(),
  confirmedHeld: run(confirmed(), gate('RELEASE')),
  released: run(confirmed(), find),
  releasedHeld: run(confirmed(), find, gate('SHIP')),
  shipped: run(confirmed(), find, send),
  completed: run(confirmed(), find, send, arrive),
  cancelled: run(confirmed(), stop),
  history: fold(recordHistory({ draft: draft(), checks: [], credits: [], creditReason: '' }, initial())),
};
type State = keyof typeof states;

/** What a command yields, as a word: the types of its events, or the code of its refusal. */
const outcome = (command: Command, order: Order): string => {
  try {
    return command(order)
      .map((event) => event.type)
      .join(' ');
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
};

/** state → place, claim, approve, reject, expire, ask, answer, note, tag, review; '' means that nothing happens. */
const table: Record<State, readonly string[]> = {
  none: Array<string>(10).fill('ORDER_NOT_FOUND'),
  submitted: [
    'HoldPlaced',
    ...Array<string>(5).fill('HOLD_NOT_FOUND'),
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    'OrderChecked HoldPlaced',
  ],
  held: [
    '',
    'HoldAssigned',
    'HoldResolved OrderConfirmed',
    'HoldRejected OrderCancelled',
    '',
    'CustomerAsked',
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  asked: [
    '',
    'HoldAssigned',
    'HoldResolved OrderConfirmed',
    'HoldRejected OrderCancelled',
    '',
    '',
    'CustomerAnswered HoldResolved OrderConfirmed',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  resolved: [
    'HOLD_TOO_LATE',
    'HOLD_NOT_OPEN',
    '',
    'HOLD_NOT_OPEN',
    '',
    'HOLD_NOT_OPEN',
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  rejected: [
    'ORDER_CANCELLED',
    'HOLD_NOT_OPEN',
    'HOLD_NOT_OPEN',
    '',
    '',
    'HOLD_NOT_OPEN',
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  expired: [
    'HOLD_TOO_LATE',
    'HOLD_NOT_OPEN',
    'HOLD_NOT_OPEN',
    'HOLD_NOT_OPEN',
    '',
    'HOLD_NOT_OPEN',
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  confirmed: [
    'HOLD_TOO_LATE',
    ...Array<string>(5).fill('HOLD_NOT_FOUND'),
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  confirmedHeld: [
    'HOLD_TOO_LATE',
    'HoldAssigned',
    'HoldResolved',
    'HoldRejected OrderCancelled',
    '',
    'CustomerAsked',
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  released: [
    'HOLD_TOO_LATE',
    ...Array<string>(5).fill('HOLD_NOT_FOUND'),
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  releasedHeld: [
    'HOLD_TOO_LATE',
    'HoldAssigned',
    'HoldResolved',
    'ORDER_ALREADY_RELEASED',
    '',
    'CustomerAsked',
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  shipped: [
    'HOLD_TOO_LATE',
    ...Array<string>(5).fill('HOLD_NOT_FOUND'),
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  completed: [
    'HOLD_TOO_LATE',
    ...Array<string>(5).fill('HOLD_NOT_FOUND'),
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  cancelled: [
    'ORDER_CANCELLED',
    ...Array<string>(5).fill('HOLD_NOT_FOUND'),
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
  history: [
    'ORDER_IS_HISTORY',
    ...Array<string>(5).fill('HOLD_NOT_FOUND'),
    'QUESTION_NOT_FOUND',
    'OrderNoted',
    'OrderTagged',
    '',
  ],
};
const commands = { place, claim, approve, reject, expire, ask, keep, note, tag, review };

describe('every command in every state', () => {
  const cells = Object.entries(table).flatMap(([state, row]) =>
    Object.entries(commands).map(([name, command], index) => [state as State, name, command, row[index]] as const),
  );
  it.each(cells)('%s: %s', (state, _name, command, expected) => {
    const order = states[state];
    expect(outcome(command, order)).toBe(expected);
  });

  it.each(cells)('%s: %s has one effect', (state, _name, command) => {
    const before = states[state];
    const first = outcome(command, before);
    if (/^[A-Z_]+$/.test(first) || first === '') return;
    const again = outcome(command, run(before, command));
    expect(again === '' || /^[A-Z_]+$/.test(again)).toBe(true);
  });
});

describe('the steps an open hold blocks', () => {
  it('keeps an order from being confirmed, and confirms it with the last such hold', () => {
    const two = run(submitted(), gate('CONFIRM'), gate('RESERVE'));
    expect(axes(two).status).toBe('IN_REVIEW');
    const one = run(two, approve);
    expect(axes(one).status).toBe('IN_REVIEW');
    expect(axes(run(one, (o) => approveHold({ holdId: H2, by: 'ann', now: LATER }, o))).status).toBe('CONFIRMED');
  });

  it.each(['RELEASE', 'SHIP'] as const)('hands nothing to a warehouse before %s is free', (step) => {
    const order = run(confirmed(), gate(step), find);
    expect(order.fulfilments).toHaveLength(0);
    expect(run(order, approve).fulfilments).toHaveLength(1);
  });

  it('asks for no payment before CAPTURE is free', () => {
    const order = run(confirmed('prepaid'), gate('CAPTURE'), find);
    expect(order.payments).toHaveLength(0);
    expect(run(order, approve).payments).toHaveLength(1);
    expect(outcome((o) => retryPayment({ now: LATER }, o), order)).toBe('ORDER_ON_HOLD');
  });

  it('gives nothing back before REFUND is free', () => {
    const order = run(confirmed('prepaid'), find, gate('REFUND'));
    const over = run(order, pay);
    expect(outcome(stop, over)).toBe('ORDER_ALREADY_RELEASED');
    const early = run(confirmed('prepaid'), gate('RELEASE', 'REFUND'), find, pay);
    const stopped = run(early, stop);
    // With the order its holds end, so the money goes back at once.
    expect(stopped.refunds).toHaveLength(1);
  });

  it('lets a rejected order end with everything a cancellation does', () => {
    const order = run(confirmed('prepaid'), gate('RELEASE'), find, pay, reject);
    expect(axes(order)).toEqual({ status: 'REJECTED', payment: 'REFUND_PENDING', fulfilment: 'CANCELLED' });
    expect(order.refunds.map((refund) => refund.amount)).toEqual([4400]);
  });
});

describe('deadlines', () => {
  const at = (atDeadline: 'WAIT' | 'RELEASE' | 'ESCALATE' | 'CANCEL'): Order =>
    run(submitted(), (o) => placeHold(holdCommand({ atDeadline, escalateTo: 'head' }), o));
  it('does nothing early', () => {
    expect(expireHold({ holdId: H1, now: NOW }, at('CANCEL'))).toEqual([]);
  });
  it('waits, lets go, escalates or cancels', () => {
    expect(outcome(expire, at('WAIT'))).toBe('');
    expect(outcome(expire, at('RELEASE'))).toBe('HoldExpired OrderConfirmed');
    expect(outcome(expire, at('CANCEL'))).toBe('HoldExpired OrderCancelled');
    const escalated = run(at('ESCALATE'), expire);
    expect(escalated.holds[0]).toMatchObject({ ownerRole: 'head', owner: null, status: 'OPEN', atDeadline: 'WAIT' });
    expect(outcome(expire, escalated)).toBe('');
  });
  it('asks a person where goods on their way cannot be cancelled any more', () => {
    const order = run(confirmed(), (o) => placeHold(holdCommand({ blocks: [], atDeadline: 'CANCEL' }), o), find);
    expect(outcome(expire, order)).toBe('HoldAssigned');
  });
});

describe('customer service before finance', () => {
  const both = run(
    submitted(),
    (o) => placeHold(holdCommand({ type: 'FINANCE_REVIEW', ownerRole: 'finance' }), o),
    (o) => placeHold(holdCommand({ type: 'DUPLICATE' }), o),
  );
  it('refuses finance until customer service has decided', () => {
    expect(outcome(approve, both)).toBe('HOLD_EARLIER_REVIEW');
    const first = run(both, (o) => approveHold({ holdId: H2, by: 'cs', now: LATER }, o));
    expect(outcome(approve, first)).toBe('HoldResolved OrderConfirmed');
  });
  it('lets finance reject at any time', () => {
    expect(outcome(reject, both)).toBe('HoldRejected OrderCancelled');
  });
});

describe('approval on several levels', () => {
  const levels = [{ role: 'lead', hours: 4, escalateTo: 'head' }, { role: 'finance' }];
  const waiting = (fourEyes = false): Order =>
    run(submitted(), (o) => placeHold(holdCommand({ type: 'FINANCE_REVIEW', levels, fourEyes }), o));
  const by =
    (person: string, level?: number): Command =>
    (order) =>
      approveHold({ holdId: H1, by: person, now: LATER, ...(level === undefined ? {} : { level }) }, order);

  it('passes from level to level and goes on with the last', () => {
    expect(waiting().holds[0]).toMatchObject({ ownerRole: 'lead', atDeadline: 'ESCALATE', escalateTo: 'head' });
    const one = run(waiting(), by('ann'));
    expect(one.holds[0]).toMatchObject({ ownerRole: 'finance', status: 'OPEN', atDeadline: 'WAIT' });
    expect(outcome(by('bob'), one)).toBe('HoldApproved HoldResolved OrderConfirmed');
  });
  it('takes a repeat for what it is', () => {
    const one = run(waiting(), by('ann'));
    expect(outcome(by('ann'), one)).toBe('');
    expect(outcome(by('ann', 1), one)).toBe('');
    expect(outcome(by('ann', 2), one)).toBe('HoldApproved HoldResolved OrderConfirmed');
    expect(outcome(by('ann', 2), waiting())).toBe('APPROVAL_LEVEL_NEXT');
  });
  it('wants four eyes where they are asked for', () => {
    const one = run(waiting(true), by('ann'));
    expect(outcome(by('ann', 2), one)).toBe('APPROVAL_SAME_PERSON');
  });
  it('is not given by the customer', () => {
    const asked = run(waiting(), ask);
    expect(outcome(keep, asked)).toBe('CustomerAnswered');
  });
});

describe('answers of the customer', () => {
  const { asked } = states;
  it('do what they say', () => {
    expect(outcome(say('CANCEL_SECOND'), asked)).toBe('CustomerAnswered OrderCancelled');
    expect(outcome(say('REPLY'), asked)).toBe('CustomerAnswered');
    expect(outcome(say('CORRECT'), asked)).toBe('ADDRESS_INCOMPLETE');
    expect(outcome(say('OTHER'), asked)).toBe('ANSWER_UNKNOWN');
    expect(outcome(say('KEEP_BOTH', '2026-03-06T00:00:00.000Z'), asked)).toBe('QUESTION_EXPIRED');
  });
  it('count once', () => {
    const replied = run(asked, say('REPLY'));
    expect(outcome(say('REPLY'), replied)).toBe('');
    expect(outcome(keep, replied)).toBe('QUESTION_ANSWERED');
  });
  it('correct the address', () => {
    const shipTo = { country: 'AT' };
    const corrected = run(asked, (o) => answerQuestion({ questionId: Q1, answer: 'CORRECT', shipTo, now: LATER }, o));
    expect(corrected.shipTo).toEqual(shipTo);
    expect(corrected.status).toBe('CONFIRMED');
  });
});

describe('holds beside everything else', () => {
  const steps: readonly HoldStep[] = ['CONFIRM', 'RESERVE', 'RELEASE', 'CAPTURE', 'SHIP', 'REFUND'];
  const n = fc.integer({ min: 1, max: 4 });
  const anyCommand: fc.Arbitrary<Command> = fc.oneof(
    fc.constantFrom<Command>(find, pay, send, arrive, stop, ask, keep, review, note, tag),
    fc.tuple(fc.subarray([...steps]), fc.constantFrom('WAIT', 'RELEASE', 'ESCALATE', 'CANCEL' as const), n).map(
      ([blocks, atDeadline, reason]): Command =>
        (order) =>
          placeHold(holdCommand({ blocks, atDeadline: atDeadline as 'WAIT', reason: `R${reason}` }), order),
    ),
    fc.tuple(n, fc.constantFrom(approveHold, rejectHold, expireHold)).map(
      ([which, decide]): Command =>
        (order) =>
          decide({ holdId: `${ORDER_ID}-H${which}`, by: 'ann', reason: 'R', now: LATER }, order),
    ),
  );

  it('never touch quantities or money, and never let a blocked step happen', () => {
    const terms = fc.constantFrom<PaymentTerms>('prepaid', 'invoice', 'cod');
    fc.assert(
      fc.property(terms, fc.array(anyCommand, { maxLength: 25 }), (paymentTerms, sequence) => {
        let order = submitted(paymentTerms);
        const recorded = submit(submitCommand({ paymentTerms }), initial()).slice(0, 1);
        for (const command of sequence) {
          let events: OrderEvent[] = [];
          try {
            events = command(order);
          } catch (error) {
            if (!(error instanceof Refused)) throw error;
          }
          for (const event of events) {
            const blocks = order.holds.flatMap((hold) => (hold.status === 'OPEN' ? hold.blocks : []));
            if (event.type === 'OrderConfirmed') expect(blocks).not.toContain('CONFIRM');
            if (event.type === 'FulfilmentReleased') expect(blocks).not.toContain('RELEASE');
            if (event.type === 'PaymentRequested') expect(blocks).not.toContain('CAPTURE');
            if (event.type === 'RefundRequested') expect(blocks).not.toContain('REFUND');
            const before = order;
            order = fold([event], order);
            if (event.type.startsWith('Hold')) {
              expect(order.lines).toEqual(before.lines);
              expect(order.ledger).toEqual(before.ledger);
            }
          }
          recorded.push(...events);
          if (!order.lines.every(lineInvariantHolds)) throw new Error(JSON.stringify(order.lines));
          const { captured, refunded } = order.ledger;
          if (refunded > captured) throw new Error(`refunded ${refunded} of ${captured}`);
          if (order.status === 'CANCELLED' || order.status === 'COMPLETED') {
            const open = order.holds.filter((hold) => hold.status === 'OPEN' && order.status === 'CANCELLED');
            if (open.length > 0) throw new Error('a cancelled order waits for somebody');
          }
        }
        expect(fold(recorded)).toEqual(order);
      }),
      { numRuns: 600 },
    );
  });
});
