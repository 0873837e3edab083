/** The published language of Orderloom: event types, schemas, topics, codes. No framework, no I/O. */
export * from './catalogue.js';
export {
  type Consumed,
  type ConsumeOptions,
  checkSequence,
  consumeTyped,
  on,
  SequenceGap,
  type SequenceMemory,
  type TypedHandler,
} from './consume.js';
export { addWorkingDays, isTimeZone, isWorkingDay, localTime, momentOf, workingDayFrom } from './delivery/calendar.js';
export { type DeliveryPromise, promiseOf } from './delivery/promise.js';
export { type OrderPromise, promiseByTerms } from './delivery/terms.js';
export * from './envelope.js';
export * from './events/amendments.js';
export * from './events/analytics.js';
export * from './events/balance.js';
export type { Address, Contact, CustomerProfile, ShipTo } from './events/common.js';
export * from './events/customer.js';
export * from './events/inventory.js';
export * from './events/inventory-ledger.js';
export * from './events/inventory-purchase.js';
export * from './events/inventory-sourcing.js';
export * from './events/invoice.js';
export * from './events/logistics.js';
export * from './events/logistics-groups.js';
export * from './events/logistics-terms.js';
export * from './events/logistics-tracking.js';
export * from './events/logistics-work.js';
export * from './events/notification.js';
export * from './events/order.js';
export * from './events/order-changes.js';
export * from './events/order-desk.js';
export * from './events/order-intake.js';
export * from './events/order-money.js';
export * from './events/order-returns.js';
export * from './events/order-review.js';
export * from './events/order-unfilled.js';
export * from './kafka.js';
export * from './messages/index.js';
export * from './money.js';
export * from './names.js';
export * from './refused.js';
export * from './sealed.js';
export * from './validate.js';
