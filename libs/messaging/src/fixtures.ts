import type { EventEnvelope } from '@orderloom/contracts';

/** A small valid event of the catalogue: revision `n` of order `k`. */
export const completed = (k: number | string, n: number): EventEnvelope => ({
  specversion: '1.0',
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  source: 'order',
  type: 'orderloom.order.OrderCompleted.v1',
  subject: `order-${k}`,
  time: '2026-01-01T00:00:00.000Z',
  dataschema: 'urn:orderloom:schema:orderloom.order.OrderCompleted.v1',
  datacontenttype: 'application/json',
  sequence: String(n),
  correlationid: 'test',
  causationid: 'test',
  actor: 'test',
  data: { occurredAt: '2026-01-01T00:00:00.000Z' },
});
