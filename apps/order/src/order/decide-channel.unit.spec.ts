import fc from 'fast-check';
import { allocate } from './decide-allocate.js';
import { followChannel } from './decide-channel.js';
import { addAttachment, changeFacts, raiseComplaint, resolveComplaint } from './decide-facts.js';
import { recordHistory, submit } from './decide-submit.js';
import type { OrderEvent } from './events.js';
import { draft, fold, LATER, NOW, sourced, submitCommand } from './order.fixtures.js';
import { evolve, initial, type Order } from './order.js';
import { lineInvariantHolds } from './quantities.js';

const placed = (terms: 'prepaid' | 'invoice' = 'prepaid') =>
  fold(submit(submitCommand({ paymentTerms: terms }), initial()));
const released = () => {
  const order = placed('invoice');
  return fold(allocate(sourced(order, 'd1'), order), order);
};
const say = (...states: string[]) => ({ states: new Set(states), channel: 'web', now: LATER });
const types = (events: readonly OrderEvent[]) => events.map(({ type }) => type);

describe('following a channel', () => {
  it('takes the money it has as paid, once', () => {
    const events = followChannel(say('PAID'), placed());
    expect(types(events)).toEqual(['PaymentCaptured']);
    const paid = fold(events, placed());
    expect(paid.payments[0]).toMatchObject({ provider: 'channel:web', status: 'CAPTURED' });
    expect(followChannel(say('PAID'), paid)).toEqual([]);
    expect(types(fold_(paid))).toContain('FulfilmentReleased');
  });
  const fold_ = (order: Order) => allocate(sourced(order, 'd1'), order);

  it('cancels with it, and takes what the channel collected as given back by it', () => {
    const paid = fold(followChannel(say('PAID'), placed()), placed());
    const events = followChannel(say('CANCELLED'), paid);
    expect(types(events)).toEqual(['OrderCancelled', 'RefundRequested', 'RefundSucceeded']);
    expect(events[1]?.data).toMatchObject({ provider: 'channel:web' });
    const cancelled = fold(events, paid);
    expect(cancelled.ledger).toMatchObject({ captured: cancelled.ledger.refunded });
    expect(followChannel(say('CANCELLED'), cancelled)).toEqual([]);
  });

  it('ships what was released, and sets aside what was not, once', () => {
    expect(types(followChannel(say('SHIPPED'), released()))).toEqual(['LinesShipped']);
    const events = followChannel(say('SHIPPED'), placed());
    expect(events).toMatchObject([
      { type: 'ChannelNewsSetAside', data: { state: 'SHIPPED', code: 'SHIPMENT_NOT_RELEASED' } },
    ]);
    expect(followChannel(say('SHIPPED'), fold(events, placed()))).toEqual([]);
  });

  it('sets a cancellation aside that comes too late', () => {
    expect(followChannel(say('CANCELLED'), released())).toMatchObject([
      { type: 'ChannelNewsSetAside', data: { code: 'ORDER_ALREADY_RELEASED' } },
    ]);
  });

  it('completes orders that are only recorded here', () => {
    const order = fold(recordHistory({ draft: draft(), checks: [], credits: [], creditReason: '' }, initial()));
    const shipped = fold(followChannel(say('SHIPPED'), order), order);
    expect(types(followChannel(say('DELIVERED'), shipped))).toEqual(['LinesDelivered', 'OrderCompleted']);
    const done = fold(followChannel(say('DELIVERED'), shipped), shipped);
    expect(followChannel(say('DELIVERED'), done)).toEqual([]);
  });

  it('tells of other content once per content', () => {
    const first = followChannel({ ...say(), otherContent: 'h2' }, placed());
    expect(first).toMatchObject([{ type: 'ChannelNewsSetAside', data: { code: 'CHANNEL_CONTENT_CHANGED' } }]);
    const order = fold(first, placed());
    expect(followChannel({ ...say(), otherContent: 'h2' }, order)).toEqual([]);
    expect(followChannel({ ...say(), otherContent: 'h3' }, order)).toHaveLength(1);
  });

  it('comes to the same quantities and money however often and in whatever order it speaks', () => {
    const state = fc.constantFrom('PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'OPEN');
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(state, { maxLength: 3 }), { maxLength: 8 }), fc.boolean(), (said, early) => {
        let order = early ? placed() : released();
        for (const states of said) {
          const events = followChannel(say(...states), order);
          order = events.reduce(evolve, order);
          expect(order.lines.every(lineInvariantHolds)).toBe(true);
          expect(order.ledger.refunded).toBeLessThanOrEqual(order.ledger.captured);
          expect(followChannel(say(...states), order)).toEqual([]);
        }
      }),
    );
  });
});

describe('facts of an order', () => {
  const order = placed();

  it('are recorded where they differ', () => {
    const events = changeFacts(
      { addTags: ['b', 'a', 'a'], priority: 'vip', custom: { po: 'X', gone: null }, now: NOW },
      order,
    );
    expect(events.map(({ data }) => data)).toEqual([
      { add: ['a', 'b'], remove: [], occurredAt: NOW },
      { priority: 'vip', custom: { po: 'X' }, occurredAt: NOW },
    ]);
    const after = fold(events, order);
    expect(after).toMatchObject({ tags: ['a', 'b'], desk: { priority: 'vip', custom: { po: 'X' } } });
    expect(changeFacts({ addTags: ['a'], priority: 'vip', custom: { po: 'X' }, now: LATER }, after)).toEqual([]);
    const less = fold(changeFacts({ removeTags: ['a'], custom: { po: null }, now: LATER }, after), after);
    expect(less).toMatchObject({ tags: ['b'], desk: { custom: {} } });
  });

  it('are refused of an order that is not there', () => {
    expect(() => changeFacts({ now: NOW }, initial())).toThrow('ORDER_NOT_FOUND');
  });

  it('are there once, however often they are told', () => {
    const attachment = { attachmentId: 'a1', link: 'sealed:v1:x:y', occurredAt: NOW };
    expect(addAttachment(attachment, fold(addAttachment(attachment, order), order))).toEqual([]);
    const complaint = { complaintId: 'c1', kind: 'LATE', lineIds: ['L1'], dueAt: LATER, occurredAt: NOW };
    const complained = fold(raiseComplaint(complaint, order), order);
    expect(raiseComplaint(complaint, complained)).toEqual([]);
    expect(() => raiseComplaint({ ...complaint, complaintId: 'c2', lineIds: ['L9'] }, order)).toThrow('LINE_NOT_FOUND');
    const answer = { complaintId: 'c1', outcome: 'APOLOGY', occurredAt: LATER };
    const answered = fold(resolveComplaint(answer, complained), complained);
    expect(resolveComplaint(answer, answered)).toEqual([]);
    expect(() => resolveComplaint({ ...answer, outcome: 'REFUND' }, answered)).toThrow('COMPLAINT_RESOLVED');
    expect(() => resolveComplaint({ ...answer, complaintId: 'c9' }, answered)).toThrow('COMPLAINT_NOT_FOUND');
  });
});
