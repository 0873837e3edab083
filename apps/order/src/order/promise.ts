import type { OrderPromise } from '@orderloom/contracts';
import type { DataOf, OrderEvent } from './events.js';
import type { Order } from './order-state.js';

/** A release that says nearly the same as was said before changes nothing for anybody. */
const NEARLY_MS = 3_600_000;

const over = ({ status }: Order): boolean => status !== 'SUBMITTED' && status !== 'CONFIRMED';

/** What logistics computed when a location was asked to send. Said again, or nearly what was said before: no event. */
export const promiseOfRelease = (
  { fulfilmentId, promisedAt, now }: { fulfilmentId: string; promisedAt: string; now: string },
  order: Order,
): OrderEvent[] => {
  if (over(order) || order.shipments.some((shipment) => shipment.fulfilmentId === fulfilmentId)) return [];
  const known = order.promised.find((one) => one.fulfilmentId === fulfilmentId);
  const before = known?.promisedAt ?? order.promise?.promisedAt;
  if (before !== undefined && Math.abs(Date.parse(before) - Date.parse(promisedAt)) < NEARLY_MS) return [];
  const said = before === undefined ? {} : { before };
  return [
    {
      type: 'DeliveryPromiseChanged',
      data: { fulfilmentId, promisedAt, ...said, reason: 'RELEASED', occurredAt: now },
    },
  ];
};

/** What is on its way will be there at another time. The same time again, or what is there or given up: no event. */
export const promiseOfShipment = (
  command: { shipmentId: string; promisedAt: string; reason: string; occurredAt: string },
  order: Order,
): OrderEvent[] => {
  const known = order.shipments.find(({ shipmentId }) => shipmentId === command.shipmentId);
  if (known === undefined || known.deliveredAt !== null || known.lines.length === 0) return [];
  if (known.promisedAt === command.promisedAt) return [];
  const before = known.promisedAt === null ? {} : { before: known.promisedAt };
  return [{ type: 'DeliveryPromiseChanged', data: { ...command, ...before } }];
};

/** Folds a changed promise. */
export const promiseAgain = (order: Order, data: DataOf<'DeliveryPromiseChanged'>): Order => {
  const { fulfilmentId, shipmentId, promisedAt } = data;
  const shipments = order.shipments.map((shipment) =>
    shipmentId !== undefined && shipment.shipmentId === shipmentId ? { ...shipment, promisedAt } : shipment,
  );
  if (fulfilmentId === undefined) return { ...order, shipments };
  const others = order.promised.filter((one) => one.fulfilmentId !== fulfilmentId);
  return { ...order, shipments, promised: [...others, { fulfilmentId, promisedAt }] };
};

/** When an order will be there, and why that is so. */
export interface Delivery {
  /** As said while it was placed; null where nobody goes, or nothing was known yet. */
  readonly said: OrderPromise | null;
  /** When the last of it will be there, as it looks now; null: nothing is promised, or nothing is to come. */
  readonly promisedAt: string | null;
  /** `WAITING`: units have no stock, so nobody can say. */
  readonly state: 'PROMISED' | 'UNKNOWN' | 'WAITING' | 'DELIVERED' | 'ENDED';
}

/** The promise of an order as a whole: that of what comes last. */
export const delivery = (order: Order): Delivery => {
  const said = order.promise;
  const wanted = order.lines.reduce((sum, line) => sum + line.ordered - line.cancelled, 0);
  const arrived = order.lines.reduce((sum, line) => sum + line.delivered, 0);
  if (wanted > 0 && arrived >= wanted) return { said, promisedAt: null, state: 'DELIVERED' };
  if (over(order) || wanted === 0) return { said, promisedAt: null, state: 'ENDED' };
  if (order.lines.some((line) => line.backordered > 0)) return { said, promisedAt: null, state: 'WAITING' };
  const times: (string | null)[] = order.shipments
    .filter((shipment) => shipment.deliveredAt === null && shipment.lines.length > 0)
    .map((shipment) => shipment.promisedAt);
  const shipped = order.lines.reduce((sum, line) => sum + line.shipped, 0);
  if (shipped < wanted) {
    const left = new Set(order.shipments.map(({ fulfilmentId }) => fulfilmentId));
    const releases = order.promised.filter(({ fulfilmentId }) => !left.has(fulfilmentId));
    if (releases.length > 0) times.push(...releases.map(({ promisedAt }) => promisedAt));
    else times.push(said?.promisedAt ?? null);
  }
  const known = times.filter((time): time is string => time !== null).sort();
  const promisedAt = known.at(-1) ?? null;
  return { said, promisedAt, state: promisedAt === null ? 'UNKNOWN' : 'PROMISED' };
};
