import type { OrderPromise, Sealed } from '@orderloom/contracts';
import type { Amendment } from './amendment-state.js';
import type { Desk } from './desk.js';
import type {
  Allocation,
  Contact,
  Credit,
  DeliveryWish,
  LineQuantity,
  Locale,
  OrderMode,
  PaymentTerms,
  ReleasedLine,
  ShipTo,
  Totals,
} from './events.js';
import type { Review } from './holds.js';
import type { Ledger } from './money.js';
import type { PaymentPlan } from './money-events.js';
import type { Payment } from './payments.js';
import type { Fee, Tax } from './pricing.js';
import type { Refund } from './refunds.js';
import type { OrderReview } from './review.js';

import type { UnfilledUnits } from './unfilled.js';

export type { Payment } from './payments.js';
export type { Refund } from './refunds.js';

/** NONE: nothing recorded yet. COMPLETED, CANCELLED and EXPIRED are ends. */
export type OrderStatus = 'NONE' | 'SUBMITTED' | 'CONFIRMED' | 'COMPLETED' | 'CANCELLED' | 'EXPIRED';

/** One line with all its quantities: `delivered ≤ shipped ≤ released ≤ allocated ≤ ordered − cancelled`. */
export interface OrderLine {
  readonly lineId: string;
  readonly sku: string;
  readonly name: string;
  readonly unitPrice: number;
  readonly gross: number;
  readonly discount: number;
  readonly net: number;
  readonly orderDiscount: number;
  readonly taxes: readonly Tax[];
  readonly ordered: number;
  readonly cancelled: number;
  readonly allocated: number;
  readonly backordered: number;
  readonly released: number;
  readonly shipped: number;
  readonly delivered: number;
  /** `restocked + scrapped ≤ returned ≤ returnRequested ≤ delivered` */
  readonly returnRequested: number;
  readonly returned: number;
  readonly restocked: number;
  readonly scrapped: number;
}

export interface Fulfilment {
  readonly fulfilmentId: string;
  readonly location: string;
  readonly lines: readonly ReleasedLine[];
}

export interface Shipment {
  /** empty for shipments recorded from the past without one */
  readonly shipmentId: string;
  readonly fulfilmentId: string | null;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly shippedAt: string;
  /** as said at the handover or since; null where nobody said */
  readonly promisedAt: string | null;
  readonly deliveredAt: string | null;
  readonly lines: readonly LineQuantity[];
}

/** A request to warehouses not to send what was released to them, and what they said. */
export interface Stop {
  readonly stopId: string;
  readonly fulfilmentIds: readonly string[];
  readonly reason: string;
  readonly requestedAt: string;
  readonly answers: readonly {
    readonly fulfilmentId: string;
    readonly partId: string;
    readonly outcome: 'STOPPED' | 'REFUSED';
    readonly code: string | null;
  }[];
}

/** An order as folded from its stream. */
export interface Order extends Review {
  readonly status: OrderStatus;
  readonly orderId: string;
  readonly number: string;
  readonly channel: string;
  readonly externalNumber: string | null;
  readonly mode: OrderMode;
  readonly importId: string | null;
  readonly customerId: string | null;
  readonly customer: Sealed<Contact> | null;
  readonly locale: Locale;
  readonly shipTo: ShipTo;
  readonly currency: string;
  readonly totals: Totals;
  readonly taxesIncluded: boolean;
  readonly shippingTaxes: readonly Tax[];
  readonly fees: readonly Fee[];
  readonly paymentTerms: PaymentTerms;
  /** null: as the terms say */
  readonly payment: PaymentPlan | null;
  readonly deliveryWish: DeliveryWish | null;
  readonly requiredBy: string | null;
  /** when it should be there, as said while it was placed */
  readonly promise: OrderPromise | null;
  /** what was said of releases when it differed from that */
  readonly promised: readonly { readonly fulfilmentId: string; readonly promisedAt: string }[];
  readonly submittedAt: string;
  readonly completedAt: string | null;
  readonly cancelledAt: string | null;
  readonly cancelReason: string | null;
  readonly lines: readonly OrderLine[];
  readonly credits: readonly Credit[];
  readonly allocations: readonly Allocation[];
  readonly ledger: Ledger;
  readonly payments: readonly Payment[];
  readonly refunds: readonly Refund[];
  readonly fulfilments: readonly Fulfilment[];
  readonly shipments: readonly Shipment[];
  readonly stops: readonly Stop[];
  readonly amendments: readonly Amendment[];
  /** cancellations of lines already done: said twice, done once */
  readonly cancellations: readonly string[];
  /** how often it was reopened; sourcing decisions of before are void */
  readonly epoch: number;
  /** payments from this one on belong to the time since it was (re)opened */
  readonly paymentsFrom: number;
  /** what its end took off, to be wanted again when it is reopened */
  readonly endedWith: { readonly lines: readonly (LineQuantity & { amount: number })[]; readonly amount: number };
  /** sourcing decisions already taken in: said twice, done once */
  readonly decisions: readonly string[];
  /** times it has waited too long, each said once */
  readonly missed: readonly { readonly wait: string; readonly since: string }[];
  /** what is there is sent without waiting for the rest */
  readonly partDelivery: boolean;
  /** units that were released and will not arrive, each with its cause: said twice, done once */
  readonly unfilled: readonly UnfilledUnits[];
  readonly requestHash: string;
  readonly idempotencyKey: string | null;
  /** facts beside lines and money */
  readonly desk: Desk;
  /** keyed hashes of who and where */
  readonly matchKeys: readonly string[];
  /**
   * What checks and rules say about the order as a change will leave it. Never folded: like the time, it comes in with the
   * command that applies the change.
   */
  readonly reviewOfChange?: OrderReview;
  /** since when nobody can read any more who ordered and what was written about it; absent: they can */
  readonly erasedAt?: string;
}
