import type { Numbering } from '../numbering/order-numbers.js';
import type { PaymentTerms } from '../order/events.js';

export const CHANNEL_KINDS = ['shop', 'phone', 'email', 'social', 'store', 'marketplace', 'import', 'api'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** A way by which orders come in, as a company sets it up. */
export interface Channel {
  readonly title: string;
  readonly kind: ChannelKind;
  /** takes orders now */
  readonly open: boolean;
  /** how its messages are read; our own shape when left out */
  readonly adapter?: string;
  /** `channel`: it sends the goods itself; its orders are recorded, but nothing here is reserved, sent or told */
  readonly fulfilledBy: 'us' | 'channel';
  readonly currency?: string;
  readonly country?: string;
  readonly paymentTerms?: PaymentTerms;
  readonly locale?: 'zh-CN' | 'en';
  /** the channel's names of products → ours */
  readonly skus?: Readonly<Record<string, string>>;
  readonly numbering?: Numbering;
}
