import type { ShortageEventData } from '@orderloom/contracts';
import { allocate } from '../order/decide-allocate.js';
import { submit } from '../order/decide-submit.js';
import { LATER, NOW, ORDER_ID, sourced, submitCommand } from '../order/order.fixtures.js';
import { evolve, initial, type Order } from '../order/order.js';
import { hearShortage } from './hear-shortage.js';

type Answers = ShortageEventData['ShortageAnswered']['answers'];

const placed = submit(submitCommand(), initial()).reduce(evolve, initial());
/** L1 is there, L2 is not. */
const short = (order: Order = placed): Order =>
  allocate(sourced(order, 'd1', { L1: [{ location: 'MAIN', quantity: 3 }], L2: [] }), order).reduce(evolve, order);
const answered = (answer: Answers[number]['answer'], quantity = 2) => ({
  orderId: ORDER_ID,
  shortageId: 's1',
  answers: [{ lineId: 'L2', sku: 'SKU-2', quantity, answer }],
  by: 'customer' as const,
  occurredAt: LATER,
});
const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);

describe('what was chosen for units that are not there', () => {
  it('lets what is there leave, and the rest when it has come', () => {
    const order = short();
    const events = hearShortage(answered('PART_DELIVERY'), LATER, order);
    expect(types(events)).toEqual(['PartDeliveryAgreed', 'FulfilmentReleased']);
    const after = events.reduce(evolve, order);
    expect(hearShortage(answered('PART_DELIVERY'), LATER, after)).toEqual([]);
    const rest = allocate(sourced(after, 'd2', { L1: [], L2: [{ location: 'EAST', quantity: 2 }] }), after);
    expect(rest.find(({ type }) => type === 'FulfilmentReleased')).toMatchObject({
      data: { location: 'EAST', lines: [{ lineId: 'L2', quantity: 2 }] },
    });
  });

  it('takes cancelled units off, which lets the rest leave', () => {
    const order = short();
    const events = hearShortage(answered('CANCEL'), LATER, order);
    expect(types(events)).toEqual(['LinesCancelled', 'FulfilmentReleased']);
    expect(hearShortage(answered('CANCEL'), LATER, events.reduce(evolve, order))).toEqual([]);
  });

  it('cancels the order when nothing of it is left, and does nothing where there is nothing to do', () => {
    const all = {
      ...answered('CANCEL'),
      answers: [...answered('CANCEL').answers, { lineId: 'L1', sku: 'SKU-1', quantity: 3, answer: 'CANCEL' as const }],
    };
    expect(types(hearShortage(all, LATER, placed))).toContain('OrderCancelled');
    expect(hearShortage(answered('WAIT'), LATER, short())).toEqual([]);
    expect(hearShortage(answered('SUBSTITUTE'), LATER, short())).toEqual([]);
    const over = hearShortage(all, LATER, placed).reduce(evolve, placed);
    expect(hearShortage(answered('PART_DELIVERY'), LATER, over)).toEqual([]);
  });

  it('releases what goes instead, and the parts of a bundle, by their own names', () => {
    const allocation = {
      lineId: 'L1',
      sku: 'OTHER',
      name: 'Other',
      location: 'MAIN',
      quantity: 3,
      reservationId: 'r1',
    };
    const components = [{ sku: 'PART', quantity: 4, name: 'Part' }];
    const bundle = { lineId: 'L2', sku: 'SKU-2', location: 'MAIN', quantity: 2, reservationId: 'r2', components };
    const events = allocate(
      { decisionId: 'd', allocations: [allocation, bundle], backordered: [], reason: '', now: NOW },
      placed,
    );
    expect(events.find(({ type }) => type === 'FulfilmentReleased')).toMatchObject({
      data: {
        lines: [
          { sku: 'OTHER', name: 'Other' },
          { sku: 'SKU-2', name: 'Product 2', components },
        ],
      },
    });
  });
});
