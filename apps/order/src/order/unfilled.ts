import type { DataOf } from './events.js';

/** Said twice, done once: a reservation is given up at most once for each cause. */
export const unfilledKey = (
  d: Pick<DataOf<'LinesUnfilled'>, 'reason' | 'shipmentId' | 'fulfilmentId'>,
  reservationId: string,
): string => `${d.reason}:${d.shipmentId ?? d.fulfilmentId}:${reservationId}`;

type Units = DataOf<'LinesUnfilled'>['lines'];

/** Units of a reservation that were given up. */
export interface UnfilledUnits {
  readonly key: string;
  readonly lineId: string;
  readonly quantity: number;
  /** They had left the house: stock was taken for them, and is taken once more. */
  readonly left: boolean;
}

/** The parts of an order that change; named here, because the order's own file imports this one. */
interface Unfillable {
  readonly lines: readonly {
    readonly lineId: string;
    readonly shipped: number;
    readonly released: number;
    readonly allocated: number;
    readonly backordered: number;
  }[];
  readonly fulfilments: readonly {
    readonly fulfilmentId: string;
    readonly lines: readonly { readonly reservationId: string; readonly quantity: number }[];
  }[];
  readonly allocations: readonly { readonly reservationId: string; readonly quantity: number }[];
  readonly shipments: readonly {
    readonly shipmentId: string;
    readonly lines: readonly { readonly lineId: string; readonly quantity: number }[];
  }[];
  readonly unfilled: readonly UnfilledUnits[];
}

const byReservation = <T extends { readonly reservationId: string; readonly quantity: number }>(
  kept: readonly T[],
  gone: Units,
): readonly T[] => {
  const open = new Map<string, number>();
  for (const { reservationId, quantity } of gone) open.set(reservationId, (open.get(reservationId) ?? 0) + quantity);
  return kept
    .map((one) => ({ ...one, quantity: one.quantity - (open.get(one.reservationId) ?? 0) }))
    .filter((one) => one.quantity > 0);
};

const fromShipment = <S extends Unfillable['shipments'][number]>(shipment: S, gone: Units): S => {
  const open = new Map<string, number>();
  for (const { lineId, quantity } of gone) open.set(lineId, (open.get(lineId) ?? 0) + quantity);
  const lines = shipment.lines
    .map(({ lineId, quantity }) => ({ lineId, quantity: quantity - (open.get(lineId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
  return { ...shipment, lines };
};

const fromLine = <L extends Unfillable['lines'][number]>(line: L, quantity: number, left: boolean): L => ({
  ...line,
  shipped: left ? Math.max(0, line.shipped - quantity) : line.shipped,
  released: Math.max(0, line.released - quantity),
  allocated: Math.max(0, line.allocated - quantity),
  backordered: line.backordered + quantity,
});

/** Units that were released will not arrive: they are open again, as if no stock had been found for them yet. */
export const unfillLines = <O extends Unfillable>(order: O, d: DataOf<'LinesUnfilled'>): O => {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of d.lines) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  // A part of a release that was split has an id this order does not know; its reservations tell the release.
  const known = order.fulfilments.some(({ fulfilmentId }) => fulfilmentId === d.fulfilmentId);
  const fulfilments = order.fulfilments.map((one) =>
    !known || one.fulfilmentId === d.fulfilmentId ? { ...one, lines: byReservation(one.lines, d.lines) } : one,
  );
  return {
    ...order,
    fulfilments,
    allocations: byReservation(order.allocations, d.lines),
    shipments: order.shipments.map((one) => (one.shipmentId === d.shipmentId ? fromShipment(one, d.lines) : one)),
    lines: order.lines.map((line) => {
      const quantity = sums.get(line.lineId);
      return quantity === undefined ? line : fromLine(line, quantity, d.shipmentId !== undefined);
    }),
    unfilled: [
      ...order.unfilled,
      ...d.lines.map(({ lineId, quantity, reservationId }) => ({
        key: unfilledKey(d, reservationId),
        lineId,
        quantity,
        left: d.shipmentId !== undefined,
      })),
    ],
  };
};
