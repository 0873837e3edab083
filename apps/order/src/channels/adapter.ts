/** A value as JSON has it. */
export type Scalar = string | number | boolean;

/**
 * Where a field of an order comes from. A plain text is a path into the payload: names and list places joined by dots,
 * `*` for every entry of a list (`line_items.0.sku`, `discounts.*.amount`).
 */
export interface SourceRule {
  /** Paths tried in turn; the first that holds something wins. */
  readonly from?: readonly string[];
  /** Texts put together, empty ones left out. */
  readonly join?: readonly string[];
  readonly separator?: string;
  /** Numbers added up, over all paths. */
  readonly sum?: readonly string[];
  /** A value that is always the same. */
  readonly value?: Scalar;
  /** What is found, exchanged for what it means; a value that is not listed counts as absent. */
  readonly map?: Readonly<Record<string, Scalar>>;
  /** What stands when nothing is found. */
  readonly otherwise?: Scalar;
  /** Times without a zone are in this one, e.g. `+08:00`. */
  readonly zone?: string;
}
export type Source = string | SourceRule;

/** What a channel's own status means here. Several may hold at once. */
export const CHANNEL_STATES = ['WAIT', 'OPEN', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const;
/**
 * WAIT not to be placed yet · OPEN to be placed · PAID the channel has the money · SHIPPED, DELIVERED it was sent from
 * elsewhere, or the channel repeats what we told it · CANCELLED.
 */
export type ChannelState = (typeof CHANNEL_STATES)[number];

/** What a status field says: `present` for fields that speak by being there at all, `map` for fields with words. */
export interface StateRule {
  readonly path: string;
  readonly present?: ChannelState;
  readonly map?: Readonly<Record<string, ChannelState>>;
}

/** The fields of an order that an adapter can fill. */
export const ORDER_TARGETS = [
  'externalNumber',
  'customerId',
  'customer.name',
  'customer.company',
  'customer.email',
  'customer.phone',
  'shipTo.name',
  'shipTo.company',
  'shipTo.street',
  'shipTo.street2',
  'shipTo.city',
  'shipTo.region',
  'shipTo.postalCode',
  'shipTo.country',
  'shipTo.phone',
  'currency',
  'shipping',
  'total',
  'paymentTerms',
  'deliveryWish.requestedDate',
  'deliveryWish.note',
  'requiredBy',
  'locale',
  'orderedAt',
  'takenBy',
  'tags',
  'priority',
  'paymentReference',
  'carrier',
  'trackingNumber',
  'shippedAt',
] as const;
export type OrderTarget = (typeof ORDER_TARGETS)[number] | `custom.${string}`;

export const LINE_TARGETS = ['sku', 'quantity', 'unitPrice', 'discount'] as const;
export type LineTarget = (typeof LINE_TARGETS)[number];

/** How a channel's messages are read: data, not code, so that a company can write its own. */
export interface Adapter {
  readonly title: string;
  /** Path of the order, or of the list of orders, in a message; the message itself when left out. */
  readonly orders?: string;
  /** Whether amounts are written in the currency's major unit (12.50) or counted in its minor one (1250). */
  readonly amounts: 'major' | 'minor';
  readonly fields: Readonly<Partial<Record<OrderTarget, Source>>>;
  readonly lines: {
    readonly path: string;
    readonly fields: Readonly<Partial<Record<LineTarget, Source>>>;
    /** Lines whose field at `path` has one of these values are left out, e.g. refunded ones. */
    readonly skip?: { readonly path: string; readonly values: readonly string[] };
  };
  readonly states: readonly StateRule[];
  /**
   * What is done with a `total` above lines and shipping (taxes on top): `shipping` carries it with the charge for
   * delivery, so that what is owed is right; `refuse` (default) says so.
   */
  readonly surplus?: 'shipping' | 'refuse';
}
