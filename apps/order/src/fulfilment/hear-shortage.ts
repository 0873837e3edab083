import type { ShortageEventData } from '@orderloom/contracts';
import { cancelLines } from '../order/decide-cancel.js';
import type { Allocation, OrderEvent } from '../order/events.js';
import { withFollowUps } from '../order/follow-up.js';
import { evolve, type Order } from '../order/order.js';
import { cancellable } from '../order/take-off.js';

type Answered = ShortageEventData['ShortageAnswered'];

/** What a bundle is made of, as the warehouse needs it: which reservation holds a component is inventory's business. */
export const componentsOf = (
  components: readonly { sku: string; quantity: number; name?: string }[],
): NonNullable<Allocation['components']> =>
  components.map(({ sku, quantity, name }) => ({ sku, quantity, ...(name === undefined ? {} : { name }) }));

/**
 * Carries out what was chosen for units that are not there: takes cancelled ones off the order, and lets what is there
 * leave without the rest. Waiting and substitutes are inventory's business. An order that is over has nothing to do.
 */
export const hearShortage = (
  { shortageId, answers, by, occurredAt }: Answered,
  now: string,
  order: Order,
): OrderEvent[] => {
  if (order.status !== 'CONFIRMED') return [];
  const lines = answers.flatMap(({ lineId, quantity, answer }) => {
    const line = order.lines.find((one) => one.lineId === lineId);
    const units = line === undefined || answer !== 'CANCEL' ? 0 : Math.min(quantity, cancellable(line));
    return units > 0 ? [{ lineId, quantity: units }] : [];
  });
  const cancelled =
    lines.length === 0 ? [] : cancelLines({ cancellationId: shortageId, reason: 'OUT_OF_STOCK', lines, now }, order);
  const after = cancelled.reduce(evolve, order);
  const parts = answers.some(({ answer }) => answer === 'PART_DELIVERY');
  if (!parts || after.partDelivery || after.status !== 'CONFIRMED') return cancelled;
  const agreed: OrderEvent = { type: 'PartDeliveryAgreed', data: { shortageId, by, occurredAt } };
  return [...cancelled, ...withFollowUps(after, [agreed], { now })];
};
