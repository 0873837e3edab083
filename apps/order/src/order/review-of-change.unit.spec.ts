import type { Appended, NewEvent, RecordedEvent } from '@orderloom/event-sourcing';
import type { InstanceRole, Vault } from '@orderloom/platform';
import { OrderRepository } from '../order.repository.js';
import { DEFAULT_AMENDMENT_POLICY } from './amend-policy.js';
import { allocate } from './decide-allocate.js';
import { proposeAmendment } from './decide-amend.js';
import type { OrderEvent } from './events.js';
import { run, states } from './order.cells.js';
import { fold, LATER, sourced } from './order.fixtures.js';
import type { Order } from './order.js';
import type { OrderReview } from './review.js';

const review = (action: 'pass' | 'hold' | 'reject' = 'hold'): OrderReview => ({
  trigger: 'amend',
  ruleSet: '7',
  findings: [],
  decisions: [
    {
      ruleId: 'large',
      version: 2,
      action,
      facts: { 'order.total': 1 },
      ...(action === 'pass'
        ? {}
        : {
            hold: {
              type: 'CS_REVIEW',
              blocks: ['CONFIRM'],
              reason: 'LARGE',
              ownerRole: 'reviewer',
              deadline: '2026-03-03T10:00:00.000Z',
              atDeadline: 'WAIT',
            },
          }),
    },
  ],
});

/** Lets go what no stock was found for: what is left is complete, and would be released at once. */
const lessIsEnough = (order: Order): OrderEvent[] =>
  proposeAmendment(
    {
      amendmentId: 'A1',
      requestedBy: 'CUSTOMER',
      reason: 'R',
      changes: { lines: [{ lineId: 'L2', quantity: 1 }] },
      now: LATER,
    },
    DEFAULT_AMENDMENT_POLICY,
    order,
  );
const waiting = run(states.confirmed, (order) =>
  allocate(
    sourced(order, 'D1', { L1: [{ location: 'MAIN', quantity: 3 }], L2: [{ location: 'MAIN', quantity: 1 }] }),
    order,
  ),
);
const types = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);

describe('the review of a change', () => {
  it('keeps what was changed from being released in the same append', () => {
    expect(types(lessIsEnough(waiting)).at(-1)).toBe('FulfilmentReleased');
    const events = lessIsEnough({ ...waiting, reviewOfChange: review() });
    expect(types(events).slice(-3)).toEqual(['AmendmentApplied', 'OrderChecked', 'HoldPlaced']);
    // The order is confirmed: what can still be kept back is the release.
    expect(fold(events, waiting).holds).toMatchObject([{ blocks: ['RELEASE'], rule: { ruleId: 'large', version: 2 } }]);
  });

  it('holds where a new order would be rejected: the order stays, a person decides', () => {
    const order = fold(lessIsEnough({ ...waiting, reviewOfChange: review('reject') }), waiting);
    expect(order).toMatchObject({ status: 'CONFIRMED', holds: [{ status: 'OPEN' }] });
  });

  it('records a rule that lets it pass, and goes on', () => {
    const events = lessIsEnough({ ...waiting, reviewOfChange: review('pass') });
    expect(types(events).slice(-3)).toEqual(['AmendmentApplied', 'OrderChecked', 'FulfilmentReleased']);
  });

  it('is asked for by whatever makes the change, once, and by nothing else', async () => {
    const streams = new Map<string, RecordedEvent[]>();
    const store = {
      read: async (stream: string, { from = 0n }: { from?: bigint } = {}) =>
        (streams.get(stream) ?? []).slice(Number(from)),
      append: async (stream: string, events: readonly NewEvent[]): Promise<Appended> => {
        const log = streams.get(stream) ?? [];
        const recorded = events.map((event, index) => ({ ...event, revision: BigInt(log.length + index) }));
        streams.set(stream, [...log, ...recorded] as unknown as RecordedEvent[]);
        return { revision: BigInt(log.length + events.length - 1) } as Appended;
      },
    };
    const role = { works: true } as InstanceRole;
    const orders = new OrderRepository(
      store as unknown as ConstructorParameters<typeof OrderRepository>[0],
      role,
      {} as Vault,
    );
    orders.learn('O', waiting, -1n);
    const looked: string[] = [];
    orders.lookAtChangesWith(async ({ before, after, actor }) => {
      looked.push(`${actor} ${before.totals.total} ${after.totals.total}`);
      return review();
    });
    const context = { actor: 'ann', correlationId: 'c', now: LATER };
    const preview = await orders.preview('O', lessIsEnough, context);
    expect(types(preview.events).at(-1)).toBe('HoldPlaced');
    const [first, again, other] = await orders.handleMany([
      { id: 'O', decide: lessIsEnough, context },
      { id: 'O', decide: () => [], context },
      {
        id: 'O',
        decide: () => {
          throw new Error('as it is');
        },
        context,
      },
    ]);
    expect(first?.ok === true && types(first.value.events).slice(-2)).toEqual(['OrderChecked', 'HoldPlaced']);
    expect(again).toMatchObject({ ok: true, value: { changed: false } });
    expect(other).toMatchObject({ ok: false, error: new Error('as it is') });
    expect(await orders.handle('O', lessIsEnough, context)).toMatchObject({ changed: false });
    expect(looked).toHaveLength(2);
    const { state } = await orders.load('O');
    expect(state).not.toHaveProperty('reviewOfChange');
  });
});
