import type { Adapter } from '../adapter.js';

/** What Shopify calls its manual method for it. */
const CASH_ON_DELIVERY = 'Cash on Delivery (COD)';

/**
 * Shopify's order as its Admin REST API and its `orders/*` webhooks give it: amounts as decimal texts, the status in
 * `financial_status`, `fulfillment_status` and `cancelled_at`. Taxes that are not in the prices come with shipping.
 */
export const shopify: Adapter = {
  title: 'Shopify',
  orders: 'orders',
  amounts: 'major',
  surplus: 'shipping',
  fields: {
    externalNumber: { from: ['name', 'order_number', 'id'] },
    currency: { from: ['currency', 'presentment_currency'] },
    orderedAt: { from: ['processed_at', 'created_at'] },
    'customer.name': { join: ['customer.first_name', 'customer.last_name'] },
    'customer.email': { from: ['email', 'contact_email', 'customer.email'] },
    'customer.phone': { from: ['phone', 'customer.phone'] },
    'shipTo.name': { from: ['shipping_address.name', 'billing_address.name'] },
    'shipTo.company': { from: ['shipping_address.company', 'billing_address.company'] },
    'shipTo.street': { from: ['shipping_address.address1', 'billing_address.address1'] },
    'shipTo.street2': { from: ['shipping_address.address2', 'billing_address.address2'] },
    'shipTo.city': { from: ['shipping_address.city', 'billing_address.city'] },
    'shipTo.region': { from: ['shipping_address.province', 'billing_address.province'] },
    'shipTo.postalCode': { from: ['shipping_address.zip', 'billing_address.zip'] },
    'shipTo.country': { from: ['shipping_address.country_code', 'billing_address.country_code'] },
    'shipTo.phone': { from: ['shipping_address.phone', 'billing_address.phone'] },
    shipping: { sum: ['shipping_lines.*.price'] },
    total: 'total_price',
    paymentTerms: { from: ['payment_gateway_names.0', 'gateway'], map: { [CASH_ON_DELIVERY]: 'cod' } },
    'deliveryWish.note': 'note',
    tags: 'tags',
    paymentReference: { from: ['checkout_token', 'id'] },
    carrier: 'fulfillments.0.tracking_company',
    trackingNumber: 'fulfillments.0.tracking_number',
    shippedAt: 'fulfillments.0.created_at',
  },
  lines: {
    path: 'line_items',
    fields: {
      sku: { from: ['sku', 'variant_id'] },
      quantity: 'quantity',
      unitPrice: 'price',
      discount: { sum: ['discount_allocations.*.amount'] },
    },
  },
  states: [
    {
      path: 'financial_status',
      map: {
        paid: 'PAID',
        partially_refunded: 'PAID',
        pending: 'WAIT',
        authorized: 'WAIT',
        partially_paid: 'WAIT',
        voided: 'CANCELLED',
        refunded: 'CANCELLED',
      },
    },
    // Paid at the door it stays `pending` until it is there: nothing to wait for.
    { path: 'payment_gateway_names.0', map: { [CASH_ON_DELIVERY]: 'OPEN' } },
    { path: 'gateway', map: { [CASH_ON_DELIVERY]: 'OPEN' } },
    { path: 'fulfillment_status', map: { fulfilled: 'SHIPPED' } },
    { path: 'cancelled_at', present: 'CANCELLED' },
  ],
};
