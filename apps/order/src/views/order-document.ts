import type { Contact, Sealed } from '@orderloom/contracts';
import type { Fold } from './fold.js';
import type { FindKeys } from './list/find-keys.js';
import type { Past } from './list/past.js';
import type { WaitColumns } from './list/waiting.js';
import type { OrderHolds } from './order-holds.js';

/** An order as lists show it. Small: lists read many. */
export interface OrderDocument extends WaitColumns {
  _id: string;
  number: string;
  channel: string;
  externalNumber: string | null;
  /** the import it came with; absent for others */
  importId?: string;
  mode: string;
  status: string;
  payment: string;
  fulfilment: string;
  paymentTerms: string;
  customerId: string | null;
  /** sealed; opened for the reader */
  customer: Sealed<Contact> | null;
  country: string;
  currency: string;
  total: number;
  due: number;
  paid: number;
  skus: string[];
  lines: number;
  units: number;
  /** what later orders are compared with: keyed hashes and quantities; never shown */
  match: { keys: string[]; basket: [sku: string, quantity: number][] };
  submittedAt: string;
  /** when it was recorded here; orders of the past were submitted before */
  recordedAt: string;
  requiredBy: string | null;
  shippedAt: string | null;
  deliveredAt: string | null;
  completedAt: string | null;
  cancelledAt: string | null;
  /** until when a payment that is waited for should come */
  payableUntil: string | null;
  /** until when the first of its open changes has to be decided */
  amendmentsUntil: string | null;
  priority: string;
  /** company fields */
  custom: Readonly<Record<string, string | number | boolean>>;
  /** news of the channel that somebody has to look at */
  channelNews: number;
  /** complaints without an answer */
  complaints: number;
  updatedAt: string;
  /** open holds, what they are waiting for and how to find them again */
  review: OrderHolds | null;
  tags: string[];
  revision: number;
  /** what folding goes on from */
  fold: string | Fold;
  /** what it is found by */
  find: string[] | FindKeys;
  /** what it was before */
  past: string | Past;
}
