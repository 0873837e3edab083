import type { Priority } from '@orderloom/contracts';
import type { FindProduct } from '../../intake/price-lines.js';
import type { Address, Contact, PaymentTerms, SoldLine, Totals } from '../../order/events.js';

/** What is usual for a product, and for this customer and product. */
export interface Usual {
  /** orders seen with this product, and their mean and largest quantity */
  orders: number;
  mean: number;
  largest: number;
  /** the same customer's orders of it */
  ownOrders: number;
  ownLargest: number;
}

/** An order like this one, by the same customer, phone or address, not long ago. */
export interface SimilarOrder {
  orderId: string;
  number: string;
  /** 0–1 */
  similarity: number;
  /** time between the two, minutes */
  minutes: number;
}

/** What the company has decided about a customer or a seller. */
export interface Standing {
  blocked?: string;
  /** customers of a class share rules */
  class?: string;
  /** most a customer may owe, minor units */
  creditLimit?: { amount: number; currency: string };
  /** most a seller may take off, as a fraction */
  discountLimit?: number;
}

/** What already happened to an order that was placed before; null for a new one. */
export interface Progress {
  paymentFailed: boolean;
  /** hours since the payment was due; 0 when it is not */
  paymentOverdueHours: number;
  /** units that wait for stock */
  backordered: number;
}

/**
 * All that checks look at. Personal data is here in the clear, only for as long as the check takes; what checks give back
 * has none in it.
 */
export interface CheckFacts {
  orderId: string;
  channel: string;
  /** who took the order in */
  seller: string;
  customerId?: string;
  contact?: Contact;
  /** absent once its customer is erased */
  address?: Address;
  country: string;
  priority: Priority;
  currency: string;
  paymentTerms: PaymentTerms;
  lines: readonly Pick<SoldLine, 'lineId' | 'sku' | 'quantity' | 'unitPrice' | 'gross' | 'discount'>[];
  totals: Totals;
  find: FindProduct;
  similar: readonly SimilarOrder[];
  usual: (sku: string) => Usual | undefined;
  customer: Standing;
  sellerStanding: Standing;
  /** the area it goes to, where the company delivers nothing there */
  unserved?: { area: string; reason: string };
  /** what the customer owes besides this order, minor units of its currency */
  owed: number;
  progress: Progress | null;
  /** whether a rule asks for phone numbers: looking at one takes longer than all the rest */
  thorough: boolean;
}
