import type { OrderEvent } from '@orderloom/order/order/events';
import { personKey } from '@orderloom/order/views/list/find-keys';
import { ordersProjection } from '@orderloom/order/views/orders.projection';
import { MongoConnections } from '@orderloom/platform';
import type { ProjectedEvent } from '@orderloom/projections';
import { BatchWriter } from '@orderloom/projections/writer';

const CHANNELS = ['web', 'web', 'web', 'phone', 'market'];
const COUNTRIES = ['DE', 'CN', 'US', 'FR', 'GB', 'JP', 'BR', 'SE'];
const PRODUCTS = 500;
const CUSTOMERS = 20_000;
const DAY_MS = 86_400_000;
const BEGIN = Date.parse('2025-01-01T00:00:00Z');

/** The life of one order, as far as it has come: most are completed, a few stand at every step. */
function lifeOf(n: number): { time: string; event: OrderEvent }[] {
  const orderId = `bench-${n.toString().padStart(8, '0')}`;
  const time = (step: number) => new Date(BEGIN + n * 60_000 + step * 3_600_000).toISOString();
  const net = 1_000 + ((n * 7919) % 100_000);
  const line = (i: number) => {
    const sku = `P-${(n * 31 + i * 17) % PRODUCTS}`;
    return { lineId: `L${i}`, sku, name: `Product ${sku}`, quantity: 1, unitPrice: net, gross: net, discount: 0, net };
  };
  const lines = [line(1), line(2)];
  const total = net * 2;
  const at = lines.map(({ lineId }) => ({ lineId, quantity: 1 }));
  const reserved = lines.map(({ lineId, sku }) => ({
    lineId,
    sku,
    location: 'MAIN',
    quantity: 1,
    reservationId: `${orderId}-${lineId}`,
  }));
  const shipTo = { country: COUNTRIES[n % COUNTRIES.length] ?? 'DE' };
  const steps: OrderEvent[][] = [
    [
      {
        type: 'OrderSubmitted',
        data: {
          orderId,
          number: `B${n}`,
          channel: CHANNELS[n % CHANNELS.length] ?? 'web',
          mode: 'live',
          customerId: `C${(n * 13) % CUSTOMERS}`,
          locale: 'en',
          shipTo,
          currency: 'EUR',
          lines,
          totals: { gross: total, discount: 0, net: total, shipping: 0, total },
          paymentTerms: 'prepaid',
          occurredAt: time(0),
          requestHash: '',
        },
      },
      { type: 'OrderConfirmed', data: { checks: [], occurredAt: time(0) } },
    ],
    [
      { type: 'LinesAllocated', data: { decisionId: `${orderId}-D`, allocations: reserved } },
      {
        type: 'PaymentRequested',
        data: {
          paymentId: `${orderId}-P1`,
          attempt: 1,
          provider: 'simulated',
          method: 'card',
          amount: total,
          currency: 'EUR',
          dueAt: time(72),
        },
      },
    ],
    [
      {
        type: 'PaymentCaptured',
        data: {
          paymentId: `${orderId}-P1`,
          amount: total,
          currency: 'EUR',
          providerReference: 'r',
          occurredAt: time(2),
        },
      },
      {
        type: 'FulfilmentReleased',
        data: {
          fulfilmentId: `${orderId}-F1`,
          location: 'MAIN',
          lines: lines.map(({ lineId, sku, name }) => ({
            lineId,
            sku,
            name,
            quantity: 1,
            reservationId: `${orderId}-${lineId}`,
          })),
          shipTo,
          number: `B${n}`,
        },
      },
    ],
    [{ type: 'LinesShipped', data: { shipmentId: `${orderId}-S`, lines: at, occurredAt: time(30) } }],
    [
      { type: 'LinesDelivered', data: { shipmentId: `${orderId}-S`, lines: at, occurredAt: time(60) } },
      { type: 'OrderCompleted', data: { occurredAt: time(60) } },
    ],
  ];
  // One in forty stands somewhere before the end.
  const reached = n % 40 === 0 ? 1 + ((n / 40) % 4) : steps.length;
  return steps.slice(0, reached).flatMap((events, step) => events.map((event) => ({ time: time(step), event })));
}

const projected = (n: number): ProjectedEvent[] =>
  lifeOf(n).map(({ time, event }, sequence) => ({
    id: `${n}-${sequence}`,
    type: event.type,
    schemaVersion: 1,
    streamId: `order-bench-${n.toString().padStart(8, '0')}`,
    sequence,
    time,
    correlationId: 'bench',
    causationId: 'bench',
    actor: 'bench',
    data: event.data,
    origin: { source: 'log', offset: 0n },
  }));

const SURNAMES = ['example', 'muster', 'sample', 'beispiel', 'exemple'];

/**
 * Puts rows into the order list of a running platform through the list's own fold and writer, without the events: 200,000
 * orders would take half an hour to be placed.
 * @returns the time of the first and the last, ISO 8601
 */
export async function seedOrderList(mongodbUrl: string, rows: number): Promise<{ from: string; days: number }> {
  const mongo = new MongoConnections(mongodbUrl);
  await mongo.connect();
  try {
    const database = mongo.connection('order').getClient().db('orderloom_order');
    const pointer = await database
      .collection<{ _id: string; collection: string }>('_projections')
      .findOne({ _id: 'orders' });
    if (pointer === null) throw new Error('the order list has not been made yet');
    const people = {
      prepare: async () => undefined,
      of: ({ type, data }: ProjectedEvent) => {
        const { customerId } = data as { customerId?: string };
        if (type !== 'OrderSubmitted' || customerId === undefined) return [];
        const n = Number(customerId.slice(1));
        return [`given${n % 997}`, `${SURNAMES[n % SURNAMES.length] ?? ''}${n % 211}`, `city${n % 89}`].map(personKey);
      },
    };
    const writer = new BatchWriter({
      definition: ordersProjection({ people }),
      collection: database.collection(pointer.collection) as never,
      onPoison: ({ error }) => {
        throw error;
      },
      exclusive: true,
      cacheSize: 0,
    });
    const batch = 1_000;
    for (let n = 0; n < rows; n += batch) {
      const events = Array.from({ length: Math.min(batch, rows - n) }, (_, i) => projected(n + i)).flat();
      await writer.apply(events);
    }
    return { from: new Date(BEGIN).toISOString(), days: Math.ceil((rows * 60_000) / DAY_MS) };
  } finally {
    await mongo.close();
  }
}
