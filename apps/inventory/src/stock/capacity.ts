import { expiredUnits } from './lots.js';
import { available, type Stock } from './stock.js';

/** Who asks for units, and what must be left. */
export interface Demand {
  /** Sales channel; decides which allotment counts. */
  readonly channel?: string | undefined;
  /** Safety stock: units that are not sold. */
  readonly keep?: number | undefined;
  /** YYYY-MM-DD; lots that expired before are not sold. */
  readonly today?: string | undefined;
}

/**
 * Units that a demand may reserve: what is available, without expired lots, safety stock and what is kept for other
 * channels. A channel takes its own allotment first, then from the common units unless its allotment is exclusive.
 */
export const capacityFor = (state: Stock, { channel, keep = 0, today }: Demand): number => {
  const sellable = Math.max(0, available(state) - expiredUnits(state.lots, today) - keep);
  if (state.allotments.size === 0) return sellable;
  const own = channel === undefined ? undefined : state.allotments.get(channel);
  const mine = own?.left ?? 0;
  if (own?.exclusive) return Math.min(sellable, mine);
  const allotted = state.allotments.valueSeq().reduce((sum, one) => sum + one.left, 0);
  return Math.min(sellable, mine + Math.max(0, sellable - allotted));
};

/** Units of a reservation that come out of the channel's own allotment. */
export const fromAllotment = (state: Stock, channel: string | undefined, quantity: number): number =>
  channel === undefined ? 0 : Math.min(quantity, state.allotments.get(channel)?.left ?? 0);
