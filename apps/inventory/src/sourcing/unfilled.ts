import type { EventEnvelope } from '@orderloom/contracts';
import type { ReceivedEvent } from '@orderloom/messaging';

/** Public type of the order's fact that units which were released will not arrive. */
export const LINES_UNFILLED = 'orderloom.order.LinesUnfilled.v1';

/** What sourcing reads of it. */
export interface UnfilledData {
  /** Where the units were reserved. */
  readonly location: string;
  /** REJECTED by the location, SHORT: not found there, RESEND: lost on the way. */
  readonly reason: string;
  readonly lines: readonly {
    readonly lineId: string;
    readonly sku: string;
    readonly quantity: number;
    readonly reservationId: string;
  }[];
}

export type Unfilled = ReceivedEvent & EventEnvelope<typeof LINES_UNFILLED, UnfilledData>;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isLine = (line: unknown): boolean => {
  const { lineId, sku, quantity, reservationId } = (line ?? {}) as Record<string, unknown>;
  return [lineId, sku, reservationId].every(isText) && Number.isSafeInteger(quantity) && Number(quantity) > 0;
};

/** Reads no more of the event than it needs, so that the writer may add to it. */
export const isUnfilled = (event: ReceivedEvent): event is Unfilled => {
  if (event.type !== LINES_UNFILLED) return false;
  const { location, reason, lines } = (event.data ?? {}) as Record<string, unknown>;
  return isText(location) && isText(reason) && Array.isArray(lines) && lines.every(isLine);
};
