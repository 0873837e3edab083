import { defineMessages } from './message.js';

/** Codes of after-sales. */
export const orderReturnMessages = defineMessages({
  RETURN_NOT_FOUND: { status: 404, en: 'There is no return {returnId}.', 'zh-CN': '没有退货单 {returnId}。' },
  RETURN_EMPTY: { status: 422, en: 'A return needs at least one line.', 'zh-CN': '退货至少需要一行商品。' },
  RETURN_EXCEEDS_DELIVERED: {
    status: 409,
    en: 'Of line {lineId}, {available} units can be returned.',
    'zh-CN': '第 {lineId} 行可退数量为 {available}。',
  },
  RETURN_WINDOW_CLOSED: {
    status: 409,
    en: 'The time to return {sku} ended on {until}.',
    'zh-CN': '商品 {sku} 的退货期限已于 {until} 结束。',
  },
  RETURN_NOT_ALLOWED: {
    status: 409,
    en: 'The return policy does not allow {sku} to be returned.',
    'zh-CN': '退货政策不允许退回商品 {sku}。',
  },
  RETURN_DECLINED: { status: 409, en: 'The return was declined.', 'zh-CN': '退货申请已被拒绝。' },
  RETURN_NOT_APPROVED: { status: 409, en: 'The return is not approved yet.', 'zh-CN': '退货尚未批准。' },
  RETURN_WITHOUT_GOODS: {
    status: 409,
    en: 'The customer keeps the goods; nothing comes back.',
    'zh-CN': '客户保留商品，无需退回。',
  },
  RETURN_ALREADY_RECEIVED: { status: 409, en: 'All goods were already received.', 'zh-CN': '退货商品已全部收到。' },
  RETURN_RECEIPT_EXCEEDS: {
    status: 409,
    en: 'Of line {lineId}, {available} more units are expected.',
    'zh-CN': '第 {lineId} 行尚待收货数量为 {available}。',
  },
  RETURN_INSPECTION_EXCEEDS: {
    status: 409,
    en: 'Of line {lineId}, {available} received units are still to be inspected.',
    'zh-CN': '第 {lineId} 行待质检数量为 {available}。',
  },
  RETURN_NOT_INSPECTED: {
    status: 409,
    en: 'Goods have still to be received or inspected.',
    'zh-CN': '商品尚未全部收货或质检。',
  },
  RETURN_SENDING_EXCEEDS: {
    status: 409,
    en: 'Of line {lineId}, {available} units can be sent back to the customer.',
    'zh-CN': '第 {lineId} 行可寄回客户的数量为 {available}。',
  },
  RETURN_RESOLVED: { status: 409, en: 'The return is resolved already.', 'zh-CN': '退货已处理。' },
  RETURN_NOT_RESOLVED: { status: 409, en: 'The return is not resolved yet.', 'zh-CN': '退货尚未处理。' },
  RETURN_DEDUCTION_TOO_HIGH: {
    status: 422,
    en: 'No more than {available} can be deducted.',
    'zh-CN': '最多可扣除 {available}。',
  },
  RETURN_SHIPPING_TOO_HIGH: {
    status: 422,
    en: 'No more than {available} of the charge for delivery can be given back.',
    'zh-CN': '最多可退运费 {available}。',
  },
  EXCHANGE_EMPTY: {
    status: 422,
    en: 'Say which products the customer gets in exchange.',
    'zh-CN': '请说明换货商品。',
  },
  RESOLUTION_NEEDS_CUSTOMER: {
    status: 422,
    en: 'Store credit needs a customer account; the order names none.',
    'zh-CN': '储值退款需要客户账户，该订单没有客户编号。',
  },
  RETURN_POLICY_UNKNOWN: { status: 404, en: 'There is no return policy {policy}.', 'zh-CN': '没有退货政策 {policy}。' },
});
