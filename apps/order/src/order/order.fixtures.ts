import type { Allocate } from './decide-allocate.js';
import type { Draft, SubmitOrder } from './decide-submit.js';
import type { OrderEvent, SoldLine } from './events.js';
import { totalsOf } from './money.js';
import { evolve, initial, type Order } from './order.js';

/** Plain building blocks for specs: an order of two lines, 3 × 10.00 and 2 × 5.50 with 1.00 off, shipping 4.00. */
export const NOW = '2026-03-01T09:30:00.000Z';
export const LATER = '2026-03-02T10:00:00.000Z';
export const ORDER_ID = '6f0a8a3e-6c0c-5f0e-9f53-0e1f5f6a7b8c';

export const soldLine = (n: number, quantity: number, unitPrice: number, discount = 0): SoldLine => ({
  lineId: `L${n}`,
  sku: `SKU-${n}`,
  name: `Product ${n}`,
  quantity,
  unitPrice,
  gross: quantity * unitPrice,
  discount,
  net: quantity * unitPrice - discount,
});

export const draft = (change: Partial<Draft> = {}): Draft => {
  const lines = change.lines ?? [soldLine(1, 3, 1000), soldLine(2, 2, 550, 100)];
  const totals = totalsOf(lines, 400);
  if (totals === null) throw new Error('amounts too large');
  return {
    orderId: ORDER_ID,
    number: 'A-1',
    channel: 'web',
    externalNumber: 'A-1',
    customerId: 'C1',
    locale: 'en',
    shipTo: { country: 'DE' },
    currency: 'EUR',
    paymentTerms: 'invoice',
    occurredAt: NOW,
    requestHash: 'h1',
    ...change,
    lines,
    totals: change.totals ?? totals,
  };
};

export const submitCommand = (change: Partial<Draft> = {}): SubmitOrder => ({ draft: draft(change), checks: [] });

export const fold = (events: readonly OrderEvent[], from: Order = initial()): Order => events.reduce(evolve, from);

/** A sourcing decision that finds everything at one location, or the quantities given. */
export const sourced = (
  order: Order,
  decisionId: string,
  found: Record<string, { location: string; quantity: number }[]> = {},
): Allocate => ({
  decisionId,
  allocations: order.lines.flatMap((line) =>
    (found[line.lineId] ?? [{ location: 'MAIN', quantity: line.ordered - line.cancelled - line.allocated }])
      .filter(({ quantity }) => quantity > 0)
      .map(({ location, quantity }) => ({
        lineId: line.lineId,
        sku: line.sku,
        location,
        quantity,
        reservationId: `${decisionId}:${line.lineId}:${location}`,
      })),
  ),
  backordered: order.lines.flatMap((line) => {
    const quantities = found[line.lineId];
    if (quantities === undefined) return [];
    const got = quantities.reduce((sum, { quantity }) => sum + quantity, 0);
    const quantity = line.ordered - line.cancelled - line.allocated - got;
    return quantity > 0 ? [{ lineId: line.lineId, sku: line.sku, quantity }] : [];
  }),
  reason: 'nearest location with all units',
  now: NOW,
});
