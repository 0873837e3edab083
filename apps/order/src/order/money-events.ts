import type {
  DataOf,
  DomainEventOf,
  OrderSubmittedV1,
  orderMoneyEvents,
  PAYMENT_METHODS,
  PaymentActionRequiredV1,
  RefundRequestedV1,
} from '@orderloom/contracts';

export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

/** How an order is paid where that is more than one payment at once; fixed when it is placed. */
export type PaymentPlan = NonNullable<DataOf<typeof OrderSubmittedV1>['payment']>;
export type PaymentPart = PaymentPlan['parts'][number];

/** What the customer has to do before the money comes. */
export type PaymentAction = DataOf<typeof PaymentActionRequiredV1>['action'];

/** A refund as asked for. */
export type RefundRequest = DataOf<typeof RefundRequestedV1>;
/** Where a refund goes when not back the way the money came. */
export type RefundRoute = NonNullable<RefundRequest['route']>;

/** Events of an order about its money, stored as they are published. */
export type MoneyEvent = DomainEventOf<(typeof orderMoneyEvents)[number]>;
