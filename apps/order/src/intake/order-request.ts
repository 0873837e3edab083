import type { Address, Contact, DeliveryWish, Locale, PaymentTerms } from '../order/events.js';
import type { Decimal } from '../order/money.js';
import type { OrderCharges, RequestedTax } from '../order/pricing.js';
import type { RequestedPayment } from './parse-payment.js';

/** A line as asked for. Prices in minor units of the order's currency. */
export interface RequestedLine {
  sku: string;
  /** only where the source of the order names products itself (imports) */
  name?: string;
  quantity: number;
  unitPrice?: number;
  /** minor units off the whole line */
  discount?: number;
  /** fraction off the whole line, exact */
  discountRate?: Decimal;
  taxes?: RequestedTax[];
}

/** What somebody wants to order, parsed: shapes are right, whether it can be sold is not yet known. */
export interface OrderRequest {
  channel: string;
  externalNumber?: string;
  customerId?: string;
  customer?: Contact;
  lines: RequestedLine[];
  shipTo: { country: string; address?: Address };
  currency?: string;
  /** minor units */
  shipping: number;
  /** what is charged and taken off beside the lines, where that is more than shipping */
  charges?: Omit<OrderCharges, 'shipping'>;
  paymentTerms: PaymentTerms;
  /** how it is paid where that is more than the terms say */
  payment?: RequestedPayment;
  deliveryWish?: DeliveryWish;
  requiredBy?: string;
  locale?: Locale;
}
