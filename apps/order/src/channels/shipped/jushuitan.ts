import type { Adapter } from '../adapter.js';

/**
 * 聚水潭: an order as `/open/orders/single/query` answers it and as `/open/jushuitan/orders/upload` takes it. Its own
 * `status` and the shop's `shop_status` are both read; times are Beijing time, amounts yuan.
 */
export const jushuitan: Adapter = {
  title: '聚水潭 (Jushuitan)',
  orders: 'data.orders',
  amounts: 'major',
  surplus: 'shipping',
  fields: {
    externalNumber: { from: ['so_id', 'o_id'] },
    currency: { from: ['currency'], otherwise: 'CNY' },
    orderedAt: { from: ['order_date', 'created'], zone: '+08:00' },
    'customer.name': { from: ['receiver_name', 'shop_buyer_id'] },
    'customer.phone': { from: ['receiver_mobile', 'receiver_phone'] },
    'customer.email': 'receiver_email',
    'shipTo.name': 'receiver_name',
    'shipTo.street': { join: ['receiver_town', 'receiver_address'] },
    'shipTo.street2': 'receiver_district',
    'shipTo.city': 'receiver_city',
    'shipTo.region': 'receiver_state',
    'shipTo.postalCode': 'receiver_zip',
    'shipTo.country': { from: ['receiver_country'], otherwise: 'CN' },
    'shipTo.phone': { from: ['receiver_mobile', 'receiver_phone'] },
    shipping: 'freight',
    total: 'pay_amount',
    paymentTerms: { from: ['is_cod'], map: { true: 'cod', '1': 'cod' } },
    'deliveryWish.note': { join: ['buyer_message', 'remark'], separator: ' / ' },
    tags: 'labels',
    paymentReference: { from: ['outer_pay_id', 'pays.0.outer_pay_id', 'pay.outer_pay_id'] },
    carrier: 'logistics_company',
    trackingNumber: 'l_id',
    shippedAt: { from: ['send_date'], zone: '+08:00' },
  },
  lines: {
    path: 'items',
    fields: {
      sku: { from: ['sku_id', 'shop_sku_id'] },
      quantity: 'qty',
      unitPrice: { from: ['price', 'base_price'] },
    },
    skip: { path: 'refund_status', values: ['success', 'SUCCESS'] },
  },
  states: [
    {
      path: 'status',
      map: {
        WaitPay: 'WAIT',
        WaitConfirm: 'PAID',
        WaitFConfirm: 'PAID',
        WaitOuterSent: 'PAID',
        Delivering: 'PAID',
        Question: 'WAIT',
        Sent: 'SHIPPED',
        Cancelled: 'CANCELLED',
        Merged: 'WAIT',
        Split: 'WAIT',
      },
    },
    {
      path: 'shop_status',
      map: {
        WAIT_BUYER_PAY: 'WAIT',
        WAIT_SELLER_SEND_GOODS: 'PAID',
        WAIT_BUYER_CONFIRM_GOODS: 'SHIPPED',
        TRADE_FINISHED: 'DELIVERED',
        TRADE_CLOSED: 'CANCELLED',
        TRADE_CLOSED_BY_TAOBAO: 'CANCELLED',
      },
    },
  ],
};
