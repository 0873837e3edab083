import type { ProjectedEvent } from '@orderloom/projections';
import { allocate } from '../order/decide-allocate.js';
import { capturePayment } from '../order/decide-payment.js';
import { deliver, ship } from '../order/decide-ship.js';
import { submit } from '../order/decide-submit.js';
import type { OrderEvent } from '../order/events.js';
import { draft, fold, LATER, ORDER_ID, sourced } from '../order/order.fixtures.js';
import { initial, type Order } from '../order/order.js';
import { axes } from '../order/status.js';
import { Fold } from './fold.js';
import { FindKeys } from './list/find-keys.js';
import { Past } from './list/past.js';
import { type OrderDocument, ordersProjection } from './orders.projection.js';

const projected = (event: OrderEvent, sequence: number): ProjectedEvent => ({
  id: String(sequence),
  type: event.type,
  schemaVersion: 1,
  streamId: `order-${ORDER_ID}`,
  sequence,
  time: LATER,
  correlationId: 'c',
  causationId: 'c',
  actor: 'test',
  data: event.data,
  origin: { source: 'log', offset: BigInt(sequence) },
});

const then = (events: OrderEvent[], command: (order: Order) => OrderEvent[]): OrderEvent[] => [
  ...events,
  ...command(fold(events)),
];

const parcel = { shipmentId: 'S1', fulfilmentId: `${ORDER_ID}-F1`, occurredAt: LATER, now: LATER };
const lines = [
  { lineId: 'L1', quantity: 3 },
  { lineId: 'L2', quantity: 2 },
];
const payment = {
  paymentId: `${ORDER_ID}-P1`,
  amount: 4400,
  currency: 'EUR',
  providerReference: 'r',
  occurredAt: LATER,
};

let life = submit(
  { draft: draft({ paymentTerms: 'prepaid', customer: 'sealed:v1:customer:C1:x' }), checks: [] },
  initial(),
);
life = then(life, (order) => allocate(sourced(order, 'D1'), order));
life = then(life, (order) => capturePayment({ ...payment, now: LATER }, order));
life = then(life, (order) => ship({ ...parcel, carrier: 'DHL', trackingNumber: 'T', lines }, order));
life = then(life, (order) => deliver({ ...parcel, lines }, order));

/** As it is in the database. */
const written = (doc: OrderDocument): OrderDocument => ({
  ...doc,
  fold: doc.fold instanceof Fold ? doc.fold.toBSON() : doc.fold,
  find: doc.find instanceof FindKeys ? doc.find.toBSON() : doc.find,
  past: Past.of(doc.past).toBSON(),
});

/** Folds as the runner does; `store` after each event passes the document through what is stored. */
const project = (
  events: readonly OrderEvent[],
  stored: boolean,
  erased?: ReadonlySet<string>,
): OrderDocument | null => {
  const definition = ordersProjection({ ...(erased === undefined ? {} : { erased }) });
  return events.reduce<OrderDocument | null>((doc, event, sequence) => {
    const next = definition.evolve(doc, projected(event, sequence));
    return next !== null && stored ? written(next) : next;
  }, null);
};

describe('the order list', () => {
  it.each(life.map((event, index) => [event.type, index + 1] as const))(
    'agrees with the ledger after %s',
    (_, count) => {
      const events = life.slice(0, count);
      const order = fold(events);
      expect(project(events, false)).toMatchObject({ ...axes(order), revision: count - 1, due: 4400 });
    },
  );

  it('is the same whether it was folded in one go or stored in between', () => {
    const readable = (doc: OrderDocument | null) => ({ ...(doc === null ? null : written(doc)), fold: undefined });
    const once = project(life, false);
    expect(readable(project(life, true))).toEqual(readable(once));
    expect(once).toMatchObject({
      status: 'COMPLETED',
      payment: 'PAID',
      paid: 4400,
      shippedAt: LATER,
      deliveredAt: LATER,
    });
  });

  it('keeps no contact of an erased customer', () => {
    expect(project(life, false)?.customer).toBe('sealed:v1:customer:C1:x');
    expect(project(life, false, new Set(['C1']))?.customer).toBeNull();
  });

  it('leaves events of a newer version alone', () => {
    const doc = project(life, false);
    const unknown = { ...projected(life[0]!, 99), type: 'OrderTeleported' };
    expect(ordersProjection().evolve(doc, unknown)).toBe(doc);
  });
});
