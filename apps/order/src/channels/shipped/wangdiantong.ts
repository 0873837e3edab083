import type { Adapter } from '../adapter.js';

/**
 * 旺店通: a trade as `trade_push` takes it, in `trade_list` with its goods in `order_list`. Its numbers mean:
 * `trade_status` 10 unconfirmed, 20 deposit paid, 30 to be sent, 40 partly sent, 50 sent, 60 signed for, 70 done,
 * 80 refunded, 90 closed; `pay_status` 2 paid in full; `delivery_term` 2 cash on delivery. Times are Beijing time.
 */
export const wangdiantong: Adapter = {
  title: '旺店通 (Wangdiantong)',
  orders: 'trade_list',
  amounts: 'major',
  surplus: 'shipping',
  fields: {
    externalNumber: 'tid',
    currency: { value: 'CNY' },
    orderedAt: { from: ['trade_time'], zone: '+08:00' },
    'customer.name': { from: ['receiver_name', 'buyer_nick'] },
    'customer.phone': { from: ['receiver_mobile', 'receiver_telno'] },
    'customer.email': 'buyer_email',
    'shipTo.name': 'receiver_name',
    'shipTo.street': 'receiver_address',
    'shipTo.street2': 'receiver_district',
    'shipTo.city': 'receiver_city',
    'shipTo.region': 'receiver_province',
    'shipTo.postalCode': 'receiver_zip',
    'shipTo.country': { value: 'CN' },
    'shipTo.phone': { from: ['receiver_mobile', 'receiver_telno'] },
    shipping: { sum: ['post_amount', 'other_amount'] },
    paymentTerms: { from: ['delivery_term'], map: { '2': 'cod' } },
    'deliveryWish.note': { join: ['buyer_message', 'seller_memo'], separator: ' / ' },
    paymentReference: 'pay_id',
    carrier: 'logistics_name',
    trackingNumber: 'logistics_no',
    shippedAt: { from: ['consign_time'], zone: '+08:00' },
  },
  lines: {
    path: 'order_list',
    fields: {
      sku: { from: ['spec_no', 'spec_id', 'goods_no'] },
      quantity: 'num',
      unitPrice: 'price',
      discount: { sum: ['discount', 'share_discount'] },
    },
    skip: { path: 'refund_status', values: ['5'] },
  },
  states: [
    {
      path: 'trade_status',
      map: {
        '10': 'WAIT',
        '20': 'WAIT',
        '30': 'OPEN',
        '40': 'OPEN',
        '50': 'SHIPPED',
        '60': 'DELIVERED',
        '70': 'DELIVERED',
        '80': 'CANCELLED',
        '90': 'CANCELLED',
      },
    },
    { path: 'pay_status', map: { '2': 'PAID' } },
  ],
};
