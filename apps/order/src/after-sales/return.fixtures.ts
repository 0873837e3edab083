import type { ReturnEventData } from '@orderloom/contracts';
import { evolve, initial, type Return, type ReturnEvent } from './return.js';

/** Plain building blocks for specs: a return of 3 units worth 30.00 and 2 worth 9.99. */
export const NOW = '2026-03-10T09:00:00.000Z';
export const LATER = '2026-03-12T09:00:00.000Z';
export const DUE = '2026-03-20T09:00:00.000Z';

export const request = (
  change: Partial<ReturnEventData['ReturnRequested']> = {},
): ReturnEventData['ReturnRequested'] => ({
  returnId: 'r1',
  orderId: 'o1',
  number: 'R-1',
  orderNumber: 'A-1',
  channel: 'web',
  customerId: 'C1',
  kind: 'RETURN',
  currency: 'EUR',
  lines: [
    { lineId: 'L1', sku: 'SKU-1', name: 'One', quantity: 3, reason: 'NOT_WANTED', amount: 3000 },
    { lineId: 'L2', sku: 'SKU-2', name: 'Two', quantity: 2, reason: 'DAMAGED', amount: 999 },
  ],
  goodsBack: true,
  wish: 'REFUND',
  advance: false,
  policy: { policy: 'default', version: 0, inputs: {} },
  dueAt: DUE,
  occurredAt: NOW,
  ...change,
});

export const fold = (events: readonly ReturnEvent[], from: Return = initial()): Return => events.reduce(evolve, from);
