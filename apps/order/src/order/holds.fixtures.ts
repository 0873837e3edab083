import { LATER, NOW, ORDER_ID } from './order.fixtures.js';
import type { PlaceHold } from './review.js';

/** Building blocks for specs about holds. */
export const H1 = `${ORDER_ID}-H1`;
export const H2 = `${ORDER_ID}-H2`;
export const Q1 = `${ORDER_ID}-Q1`;

export const holdCommand = (change: Partial<PlaceHold> = {}): PlaceHold => ({
  type: 'CS_REVIEW',
  blocks: ['CONFIRM'],
  reason: 'LOOK_AT_IT',
  ownerRole: 'customer-service',
  deadline: LATER,
  atDeadline: 'WAIT',
  inputs: {},
  now: NOW,
  ...change,
});
