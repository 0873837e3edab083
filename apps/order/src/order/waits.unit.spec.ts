import { raiseComplaint, resolveComplaint } from './decide-facts.js';
import { moreStates } from './more.cells.js';
import { run } from './order.cells.js';
import { LATER } from './order.fixtures.js';
import { type WaitState, waitsOf } from './waits.js';

const at = { occurredAt: LATER };

describe('what an order waits for', () => {
  const cells: Readonly<Record<keyof typeof moreStates, WaitState[]>> = {
    none: [],
    submitted: ['REVIEW'],
    confirmed: ['SOURCING'],
    backordered: ['STOCK'],
    paymentRequested: ['PAYMENT'],
    paymentFailed: ['PAYMENT_FAILED'],
    released: ['WAREHOUSE'],
    paidReleased: ['WAREHOUSE'],
    codReleased: ['WAREHOUSE'],
    shipped: ['DELIVERY'],
    completed: [],
    cancelled: [],
    cancelledUnpaid: [],
    refundRequested: ['REFUND'],
    refundFailed: ['REFUND_FAILED'],
    refunded: [],
    oneUnitLess: ['SOURCING'],
    paymentRequestedOneUnitLess: ['PAYMENT'],
    rejected: [],
    expired: [],
    reopened: ['SOURCING'],
    stopAsked: ['WAREHOUSE'],
    paidStopAsked: ['WAREHOUSE'],
    stopRefused: ['WAREHOUSE'],
    historyOpen: [],
    historyDone: [],
    held: ['REVIEW'],
    heldSubmitted: ['REVIEW'],
    asked: ['REVIEW'],
    changeWaits: ['SOURCING'],
    authorized: ['PROGRESS'],
    refundWaits: ['WAREHOUSE', 'REFUND'],
    returnAsked: ['RETURN'],
    returned: ['RETURN'],
  };

  it.each(Object.entries(cells))('%s', (state, waits) => {
    expect(waitsOf(moreStates[state as keyof typeof moreStates])).toEqual(waits);
  });

  it('is an answer to a complaint, also when everything else is over', () => {
    const complained = run(moreStates.completed, (order) =>
      raiseComplaint({ complaintId: 'c', kind: 'LATE', lineIds: [], dueAt: LATER, ...at }, order),
    );
    expect(waitsOf(complained)).toEqual(['COMPLAINT']);
    const answered = run(complained, (order) =>
      resolveComplaint({ complaintId: 'c', outcome: 'APOLOGY', ...at }, order),
    );
    expect(waitsOf(answered)).toEqual([]);
  });
});
