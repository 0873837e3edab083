import { DEFAULT_AMENDMENT_POLICY } from './amend-policy.js';
import { backorder } from './decide-allocate.js';
import {
  acceptAmendment,
  approveAmendment,
  declineAmendment,
  expireAmendments,
  proposeAmendment,
  withdrawAmendment,
} from './decide-amend.js';
import { followChannel } from './decide-channel.js';
import { missDeadline } from './decide-deadline.js';
import { erasePersonalData } from './decide-erase.js';
import {
  addAttachment,
  changeFacts,
  raiseComplaint,
  removeAttachment,
  resolveComplaint,
  settleNews,
} from './decide-facts.js';
import { approveHold, assignHold, expireHold, rejectHold, resolveHold } from './decide-holds.js';
import {
  addPayment,
  authorizePayment,
  failCapture,
  recordPayment,
  requestCapture,
  requestVoid,
  requireAction,
  voidPayment,
  withdrawPayment,
} from './decide-payment.js';
import { answerQuestion, askCustomer, noteOrder, tagOrder } from './decide-questions.js';
import {
  abandonRefund,
  approveRefund,
  rejectRefund,
  requestRefund,
  retryRefund,
  settleRefund,
  submitRefund,
} from './decide-refund.js';
import { disposeOf, endReturnOf, requestReturnOf, sendBackOf, settleReturn, takeBack } from './decide-returned.js';
import { recordReview } from './decide-review.js';
import { unfill } from './decide-unfilled.js';
import type { OrderEvent } from './events.js';
import { H1, holdCommand, Q1 } from './holds.fixtures.js';
import { arrive, F1, find, P1, pay, placed, R1, run, send, states, TOTAL } from './order.cells.js';
import { LATER, NOW, sourced } from './order.fixtures.js';
import type { Order } from './order.js';
import { placeHold } from './place-hold.js';

/** The commands of the desk, of payments, changes and returns, and the states in which they matter. */

type Command = (order: Order) => OrderEvent[];
const MUCH_LATER = '2026-04-01T00:00:00.000Z';
const SEALED = 'sealed:v1:k:AAAA' as never;
const one = [{ lineId: 'L1', quantity: 1 }];
const at = { occurredAt: LATER };
const A1 = 'change-1';
/** So that a change waits for somebody. */
const POLICY = { ...DEFAULT_AMENDMENT_POLICY, consent: 'always' } as const;

const hold: Command = (order) => placeHold(holdCommand(), order);
const holdRelease: Command = (order) => placeHold(holdCommand({ blocks: ['RELEASE'], reason: 'WAIT' }), order);
const ask: Command = (order) =>
  askCustomer(
    {
      holdId: H1,
      question: 'DUPLICATE',
      answers: [{ answer: 'KEEP_BOTH', effect: 'RESOLVE' }],
      content: SEALED,
      expiresAt: '2026-03-05T00:00:00.000Z',
      now: NOW,
    },
    order,
  );
const propose: Command = (order) =>
  proposeAmendment(
    {
      amendmentId: A1,
      requestedBy: 'STAFF',
      reason: 'R',
      changes: { lines: [{ lineId: 'L1', quantity: 2 }] },
      now: LATER,
    },
    POLICY,
    order,
  );
const authorize: Command = (order) =>
  authorizePayment(
    { paymentId: P1, amount: TOTAL, currency: 'EUR', providerReference: 'ref', occurredAt: LATER, now: LATER },
    order,
  );
const backSome: Command = (order) =>
  requestRefund({ amount: 100, reason: 'R', key: 'k', refunds: { automaticUpTo: 1 }, now: LATER }, order);
const giveBack: Command = (order) => requestReturnOf({ returnId: 'RT', lines: one, now: LATER }, order);
const receive: Command = (order) => takeBack({ returnId: 'RT', receiptId: 'RC', lines: one, now: LATER }, order);

export const moreStates = {
  ...states,
  held: run(placed('invoice'), holdRelease, find),
  heldSubmitted: run(states.submitted, hold),
  asked: run(states.submitted, hold, ask),
  changeWaits: run(placed('invoice'), propose),
  authorized: run(placed('prepaid'), find, authorize),
  refundWaits: run(placed('prepaid'), find, pay, backSome),
  returnAsked: run(placed('invoice'), find, send, arrive, giveBack),
  returned: run(placed('invoice'), find, send, arrive, giveBack, receive),
};

export const moreCommands: Readonly<Record<string, Command>> = {
  review: (order) => recordReview({ trigger: 'submit', ruleSet: '1', findings: [], decisions: [] }, LATER, order),
  placeHold: holdRelease,
  assignHold: (order) => assignHold({ holdId: H1, owner: 'ann', reason: 'CLAIMED', now: LATER }, order),
  approveHold: (order) => approveHold({ holdId: H1, by: 'ann', now: LATER }, order),
  rejectHold: (order) => rejectHold({ holdId: H1, reason: 'FRAUD', now: LATER }, order),
  resolveHold: (order) => resolveHold({ holdId: H1, resolution: 'KEPT', now: LATER }, order),
  expireHold: (order) => expireHold({ holdId: H1, now: MUCH_LATER }, order),
  askCustomer: ask,
  answerQuestion: (order) => answerQuestion({ questionId: Q1, answer: 'KEEP_BOTH', now: LATER }, order),
  note: (order) => noteOrder({ noteId: 'n', text: SEALED, now: LATER }, order),
  tag: (order) => tagOrder({ add: ['blue'], remove: [], now: LATER }, order),
  changeFacts: (order) => changeFacts({ priority: 'vip', now: LATER }, order),
  addAttachment: (order) => addAttachment({ attachmentId: 'a', link: SEALED, ...at }, order),
  removeAttachment: (order) => removeAttachment({ attachmentId: 'a', ...at }, order),
  raiseComplaint: (order) =>
    raiseComplaint({ complaintId: 'c', kind: 'LATE', text: SEALED, lineIds: [], dueAt: MUCH_LATER, ...at }, order),
  resolveComplaint: (order) => resolveComplaint({ complaintId: 'c', outcome: 'APOLOGY', ...at }, order),
  settleNews: (order) => settleNews({ newsId: 'n', ...at }, order),
  followChannelPaid: (order) => followChannel({ states: new Set(['PAID']), channel: 'web', now: LATER }, order),
  followChannelCancelled: (order) =>
    followChannel({ states: new Set(['CANCELLED']), channel: 'web', now: LATER }, order),
  backorder: (order) => backorder(sourced(placed('invoice'), 'D9'), order),
  unfill: (order) =>
    unfill(
      {
        fulfilmentId: F1,
        location: 'MAIN',
        reason: 'SHORT',
        lines: [{ lineId: 'L1', sku: 'SKU-1', quantity: 1, reservationId: 'D1:L1:MAIN' }],
        ...at,
      },
      order,
    ),
  missDeadline: (order) =>
    missDeadline(
      { wait: 'WAREHOUSE', since: NOW, dueAt: NOW, owner: 'warehouse', priority: 'normal', now: LATER },
      order,
    ),
  proposeAmendment: propose,
  approveAmendment: (order) => approveAmendment({ amendmentId: A1, now: LATER }, order),
  acceptAmendment: (order) => acceptAmendment({ amendmentId: A1, now: LATER }, order),
  declineAmendment: (order) => declineAmendment({ amendmentId: A1, by: 'APPROVER', now: LATER }, order),
  withdrawAmendment: (order) => withdrawAmendment({ amendmentId: A1, now: LATER }, order),
  expireAmendments: (order) => expireAmendments({ now: MUCH_LATER }, order),
  authorizePayment: authorize,
  requireAction: (order) =>
    requireAction({ paymentId: P1, action: { kind: 'redirect', url: 'https://pay.example.org' } }, order),
  addPayment: (order) => addPayment({ method: 'card', now: LATER }, order),
  withdrawPayment: (order) => withdrawPayment({ paymentId: P1, now: LATER }, order),
  recordPayment: (order) =>
    recordPayment(
      { method: 'bank_transfer', amount: 100, currency: 'EUR', reference: 'b', occurredAt: LATER, now: LATER },
      order,
    ),
  requestCapture: (order) => requestCapture({ paymentId: P1 }, order),
  failCapture: (order) => failCapture({ paymentId: P1, captureId: `${P1}-C1`, code: 'X', reason: 'x' }, order),
  requestVoid: (order) => requestVoid({ paymentId: P1, reason: 'R' }, order),
  voidPayment: (order) => voidPayment({ paymentId: P1, reason: 'R', occurredAt: LATER }, order),
  erasePersonalData: (order) => erasePersonalData({ keyIds: [], requestedBy: 'desk', now: LATER }, order),
  requestRefund: backSome,
  approveRefund: (order) => approveRefund({ refundId: R1, now: LATER }, order),
  rejectRefund: (order) => rejectRefund({ refundId: R1, reason: 'R' }, order),
  submitRefund: (order) => submitRefund({ refundId: R1, provider: 'simulated' }, order),
  settleRefund: (order) => settleRefund({ refundId: R1, reference: 'cash', occurredAt: LATER }, order),
  retryRefund: (order) => retryRefund({ refundId: R1 }, order),
  abandonRefund: (order) => abandonRefund({ refundId: R1, reason: 'R' }, order),
  requestReturn: giveBack,
  endReturn: (order) => endReturnOf({ returnId: 'RT', lines: one, reason: 'R', now: LATER }, order),
  takeBack: receive,
  sendBack: (order) => sendBackOf({ returnId: 'RT', sendingId: 'S', lines: one, now: LATER }, order),
  dispose: (order) =>
    disposeOf(
      {
        returnId: 'RT',
        inspectionId: 'I',
        units: [{ lineId: 'L1', quantity: 1, disposition: 'RESTOCK' }],
        now: LATER,
      },
      order,
    ),
  settleReturn: (order) =>
    settleReturn({ returnId: 'RT', resolution: 'NONE', amount: 0, credit: 0, lines: [], now: LATER }, order),
};
