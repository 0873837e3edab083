import { defineMessages } from './message.js';

/** Codes of the order service. */
export const orderMessages = defineMessages({
  ORDER_NOT_FOUND: { status: 404, en: 'There is no order {orderId}.', 'zh-CN': '没有订单 {orderId}。' },
  ORDER_REFUSED: {
    status: 422,
    en: 'The order cannot be accepted as it is. Every problem is listed.',
    'zh-CN': '订单无法受理，所有问题已列出。',
  },
  ORDER_EMPTY: { status: 422, en: 'An order needs at least one line.', 'zh-CN': '订单至少需要一行商品。' },
  UNKNOWN_SKU: { status: 422, en: 'There is no product {sku}.', 'zh-CN': '没有商品 {sku}。' },
  QUANTITY_INVALID: {
    status: 422,
    en: 'The quantity must be a whole number of at least 1.',
    'zh-CN': '数量必须是不小于 1 的整数。',
  },
  PRICE_MISSING: {
    status: 422,
    en: 'No price is known for {sku}; give a unit price.',
    'zh-CN': '商品 {sku} 没有价格，请提供单价。',
  },
  PRICE_INVALID: {
    status: 422,
    en: 'The price must be a whole number of minor units, zero or more.',
    'zh-CN': '价格必须是以最小货币单位计的非负整数。',
  },
  DISCOUNT_INVALID: {
    status: 422,
    en: 'The discount must lie between zero and the value of the line.',
    'zh-CN': '折扣必须在零与该行金额之间。',
  },
  TAX_INVALID: {
    status: 422,
    en: 'The tax must be a rate or an amount, zero or more, and no more than the price that holds it.',
    'zh-CN': '税额必须是不小于零的税率或金额，且含税时不得超过价格本身。',
  },
  AMOUNT_TOO_LARGE: {
    status: 422,
    en: 'The amount is too large to be counted exactly.',
    'zh-CN': '金额过大，无法精确计算。',
  },
  CURRENCY_MISMATCH: {
    status: 422,
    en: 'The price of {sku} is in {found}, the order is in {expected}.',
    'zh-CN': '商品 {sku} 的价格币种是 {found}，而订单币种是 {expected}。',
  },
  ADDRESS_INCOMPLETE: {
    status: 422,
    en: 'The address is incomplete: {missing}.',
    'zh-CN': '地址不完整：{missing}。',
  },
  CUSTOMER_REQUIRED: {
    status: 422,
    en: 'Say who orders: a customer id, or a name with an e-mail address or phone number.',
    'zh-CN': '请说明下单人：客户编号，或姓名加电子邮件或电话。',
  },
  DUPLICATE_EXTERNAL_NUMBER: {
    status: 409,
    en: 'Order {number} already has the number {externalNumber} of channel {channel}, with other content.',
    'zh-CN': '渠道 {channel} 的外部单号 {externalNumber} 已用于内容不同的订单 {number}。',
  },
  ORDER_ALREADY_RELEASED: {
    status: 409,
    en: 'The order is already released to the warehouse.',
    'zh-CN': '订单已下发仓库。',
  },
  ORDER_ALREADY_SHIPPED: { status: 409, en: 'The order has already been shipped.', 'zh-CN': '订单已发货。' },
  ORDER_CANCELLED: { status: 409, en: 'The order is cancelled.', 'zh-CN': '订单已取消。' },
  ORDER_COMPLETED: { status: 409, en: 'The order is completed.', 'zh-CN': '订单已完成。' },
  ORDER_NOT_CONFIRMED: { status: 409, en: 'The order is not confirmed yet.', 'zh-CN': '订单尚未确认。' },
  ORDER_IS_HISTORY: {
    status: 409,
    en: 'The order was imported as history and cannot be changed this way.',
    'zh-CN': '该订单是导入的历史订单，不能这样修改。',
  },
  ORDER_NOT_PAID: { status: 409, en: 'The order is not paid yet.', 'zh-CN': '订单尚未付款。' },
  LINE_NOT_FOUND: { status: 422, en: 'The order has no line {lineId}.', 'zh-CN': '订单没有第 {lineId} 行。' },
  LINE_QUANTITY_EXCEEDED: {
    status: 409,
    en: 'Line {lineId} has only {available} units for this.',
    'zh-CN': '第 {lineId} 行可用数量仅为 {available}。',
  },
  PAYMENT_NOT_FOUND: { status: 404, en: 'There is no payment {paymentId}.', 'zh-CN': '没有付款 {paymentId}。' },
  PAYMENT_ALREADY_CAPTURED: { status: 409, en: 'The payment was already captured.', 'zh-CN': '款项已收取。' },
  PAYMENT_DECLINED: { status: 422, en: 'The payment was declined.', 'zh-CN': '付款被拒绝。' },
  REFUND_EXCEEDS_CAPTURED: {
    status: 422,
    en: 'No more than {available} can be refunded.',
    'zh-CN': '最多可退款 {available}。',
  },
  CURRENCY_REQUIRED: {
    status: 422,
    en: 'Say in which currency the prices are (ISO 4217).',
    'zh-CN': '请说明价格的币种（ISO 4217）。',
  },
  DISCOUNT_GIVEN_TWICE: {
    status: 422,
    en: 'Give a discount either as an amount or as a rate, not both.',
    'zh-CN': '折扣请只以金额或比例之一给出。',
  },
  SHIPMENT_NOT_RELEASED: {
    status: 409,
    en: 'Shipment {shipmentId} holds units of line {lineId} that were never released.',
    'zh-CN': '发货单 {shipmentId} 含有第 {lineId} 行尚未下发的数量。',
  },
  PAYMENT_AMOUNT_MISMATCH: {
    status: 409,
    en: 'Payment {paymentId} was asked for as {requested}, but {captured} {currency} came.',
    'zh-CN': '付款 {paymentId} 请求金额为 {requested}，实际收到 {captured} {currency}。',
  },
  CALLBACK_SIGNATURE_INVALID: {
    status: 401,
    en: 'The signature is not one of provider {provider}.',
    'zh-CN': '签名不属于支付服务商 {provider}。',
  },
  PAYMENT_PROVIDER_UNKNOWN: {
    status: 404,
    en: 'There is no payment provider {provider} that sends callbacks.',
    'zh-CN': '没有会发送回调的支付服务商 {provider}。',
  },
  BALANCE_NOT_FOUND: {
    status: 404,
    en: 'There is no such gift card or store credit.',
    'zh-CN': '没有该礼品卡或储值账户。',
  },
  BALANCE_INSUFFICIENT: {
    status: 409,
    en: 'Only {available} is left on it.',
    'zh-CN': '余额仅剩 {available}。',
  },
  BALANCE_EXPIRED: { status: 409, en: 'It expired on {expiresAt}.', 'zh-CN': '已于 {expiresAt} 过期。' },
  BALANCE_CURRENCY: {
    status: 409,
    en: 'It is in {found}, not in {expected}.',
    'zh-CN': '其币种是 {found}，不是 {expected}。',
  },
  BALANCE_NOT_ALLOWED: {
    status: 422,
    en: 'Store credit belongs to a customer; the order names none.',
    'zh-CN': '储值账户属于客户，而订单未指定客户。',
  },
  GIFT_CARD_CODE_INVALID: { status: 422, en: 'This is no gift card code.', 'zh-CN': '这不是有效的礼品卡号。' },
  INVOICE_NOT_FOUND: { status: 404, en: 'The order has no invoice {n}.', 'zh-CN': '该订单没有第 {n} 张发票。' },
  INVOICE_NOT_DUE: {
    status: 409,
    en: 'Nothing of the order has left the house and nothing is paid, so there is nothing to invoice yet.',
    'zh-CN': '订单尚未发货也未付款，暂无可开具的发票。',
  },
  BANK_TRANSACTION_NOT_FOUND: {
    status: 404,
    en: 'There is no line {id} of a bank statement.',
    'zh-CN': '没有银行流水 {id}。',
  },
  BANK_TRANSACTION_SETTLED: {
    status: 409,
    en: 'The line is matched with another order already.',
    'zh-CN': '该流水已匹配到其他订单。',
  },
  SETTLEMENT_NOT_FOUND: {
    status: 404,
    en: 'Nothing was read from a settlement file {importId}.',
    'zh-CN': '没有读入结算文件 {importId}。',
  },
  PAYMENT_EXCEEDS_DUE: {
    status: 422,
    en: 'No more than {available} can be asked for or taken now.',
    'zh-CN': '当前最多可收取 {available}。',
  },
  PAYMENT_CURRENCY_MISMATCH: {
    status: 422,
    en: 'The money is in {found}, the order is in {expected}.',
    'zh-CN': '款项币种是 {found}，而订单币种是 {expected}。',
  },
  PAYMENT_NOT_AUTHORIZED: {
    status: 409,
    en: 'Payment {paymentId} holds no authorised money.',
    'zh-CN': '付款 {paymentId} 没有已授权的款项。',
  },
  PAYMENT_WITHDRAWN: { status: 409, en: 'The payment request was taken back.', 'zh-CN': '收款请求已撤回。' },
  PAYMENT_PLAN_INVALID: {
    status: 422,
    en: 'The parts of the payment must add up to {total}; at most one may be without an amount, which takes the rest.',
    'zh-CN': '各部分付款之和必须等于 {total}；最多一项可不填金额，由其承担余额。',
  },
  PAYMENT_TERMS_MISMATCH: {
    status: 422,
    en: 'Payments in parts need the terms prepaid.',
    'zh-CN': '分项付款要求付款条件为 prepaid（预付）。',
  },
  REFUND_STATE: {
    status: 409,
    en: 'Refund {refundId} is {status}; this cannot be done now.',
    'zh-CN': '退款 {refundId} 当前状态为 {status}，不能执行此操作。',
  },
  PAYMENT_NOT_DUE: { status: 409, en: 'There is nothing to pay now.', 'zh-CN': '当前没有应付款项。' },
  PAYMENT_NOT_FAILED: {
    status: 409,
    en: 'No payment has failed, so there is none to try again.',
    'zh-CN': '没有失败的付款，无需重试。',
  },
  PAYMENT_EXPIRED: {
    status: 409,
    en: 'The payment did not come in time.',
    'zh-CN': '付款未在期限内完成。',
  },
  PAYMENT_PROVIDER_UNAVAILABLE: {
    status: 503,
    en: 'The payment provider cannot be reached.',
    'zh-CN': '无法连接支付服务商。',
  },
  REFUND_NOT_FOUND: { status: 404, en: 'There is no refund {refundId}.', 'zh-CN': '没有退款 {refundId}。' },
  REFUND_NOT_FAILED: {
    status: 409,
    en: 'No refund has failed, so there is none to try again.',
    'zh-CN': '没有失败的退款，无需重试。',
  },
  REFUND_DECLINED: { status: 422, en: 'The refund was declined.', 'zh-CN': '退款被拒绝。' },
  NOTHING_TO_DO: { status: 409, en: 'This is already so.', 'zh-CN': '已经是该状态。' },
  CUSTOMER_UNKNOWN: {
    status: 422,
    en: 'There is no customer {customerId}.',
    'zh-CN': '没有客户 {customerId}。',
  },
  ORDER_CHANGED_IN_FILE: {
    status: 422,
    en: 'Order {number} is already there with other content.',
    'zh-CN': '订单 {number} 已存在，且内容不同。',
  },
});
