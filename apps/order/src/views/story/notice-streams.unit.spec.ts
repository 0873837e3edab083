import { deterministicId } from '@orderloom/event-sourcing';
import { initial } from '../../order/order.js';
import { noticeStreams } from './notice-streams.js';

const order = { ...initial(), orderId: 'o1', customerId: null };

/** As the notification service makes them. */
const stream = (kind: string, ...occasion: string[]): string =>
  `notification-${deterministicId('notification', 'o1', kind, deterministicId('recipient', 'order:o1'), ...occasion)}`;

describe('the notices in an order’s story', () => {
  it('are those that every order gives reason for', () => {
    expect(noticeStreams(order)).toEqual(expect.arrayContaining([stream('confirmed'), stream('delivered')]));
    expect(noticeStreams(order)).toHaveLength(7);
  });

  it('and one for each parcel, cancellation and time it was taken up again', () => {
    const shipment = {
      fulfilmentId: null,
      carrier: null,
      trackingNumber: null,
      shippedAt: '',
      promisedAt: null,
      deliveredAt: null,
      lines: [],
    };
    const streams = noticeStreams({
      ...order,
      epoch: 2,
      cancellations: ['c1'],
      shipments: [
        { ...shipment, shipmentId: 's1' },
        { ...shipment, shipmentId: 's2' },
        { ...shipment, shipmentId: '' },
      ],
    });
    for (const [kind, occasion] of [
      ['shipped', 's1'],
      ['shipped', 's2'],
      ['units-cancelled', 'c1'],
      ['reopened', '1'],
      ['cancelled', '2'],
    ] as const) {
      expect(streams).toContain(stream(kind, occasion));
    }
    expect(new Set(streams).size).toBe(streams.length);
    expect(streams).toHaveLength(7 + 8 + 2 + 1);
  });
});
