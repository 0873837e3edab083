import { defineMessages } from './message.js';

/** Codes of changing an order: cancelling, stopping, reopening, amending. */
export const orderChangeMessages = defineMessages({
  ORDER_EXPIRED: { status: 409, en: 'The order has expired unpaid.', 'zh-CN': '订单因未付款已过期。' },
  ORDER_NOT_OVER: {
    status: 409,
    en: 'Only an order that was cancelled, rejected or has expired can be reopened.',
    'zh-CN': '只有已取消、已拒绝或已过期的订单才能重新打开。',
  },
  ORDER_STILL_OPEN: {
    status: 409,
    en: 'The order is not over yet: who ordered and where it goes is still needed.',
    'zh-CN': '订单尚未结束，仍需要下单人和收货地址。',
  },
  ORDER_OF_CUSTOMER: {
    status: 409,
    en: 'The order belongs to customer {customerId}: erase the personal data of the customer.',
    'zh-CN': '订单属于客户 {customerId}，请删除该客户的个人数据。',
  },
  ORDER_NOT_OVERDUE: {
    status: 409,
    en: 'The order is not waiting for a payment that is overdue.',
    'zh-CN': '订单没有逾期未付的款项。',
  },
  REFUND_UNDER_WAY: {
    status: 409,
    en: 'A refund of the order is under way; wait until it is settled.',
    'zh-CN': '该订单有退款正在处理，请等待完成。',
  },
  LINE_ALREADY_RELEASED: {
    status: 409,
    en: 'Only {available} units of line {lineId} can still be changed; the rest is released to the warehouse.',
    'zh-CN': '第 {lineId} 行仅有 {available} 件可以修改，其余已下发仓库。',
  },
  NOTHING_RELEASED: {
    status: 409,
    en: 'Nothing is released to a warehouse that could be stopped; cancel it instead.',
    'zh-CN': '没有可拦截的已下发货物，请直接取消。',
  },
  FULFILMENT_ALREADY_PACKED: {
    status: 409,
    en: 'The warehouse has already packed it.',
    'zh-CN': '仓库已完成打包。',
  },
  AMENDMENT_NOT_FOUND: {
    status: 404,
    en: 'The order has no amendment {amendmentId}.',
    'zh-CN': '订单没有变更 {amendmentId}。',
  },
  AMENDMENT_EMPTY: { status: 422, en: 'Say what shall be different.', 'zh-CN': '请说明需要修改的内容。' },
  AMENDMENT_LINE_TWICE: { status: 422, en: 'Name each line only once.', 'zh-CN': '每行只能出现一次。' },
  AMENDMENT_CLOSED: {
    status: 409,
    en: 'The amendment is {status} and cannot be changed any more.',
    'zh-CN': '该变更状态为 {status}，不能再修改。',
  },
  AMENDMENT_STEP_INVALID: {
    status: 409,
    en: 'The amendment is {status}; this is not what it waits for.',
    'zh-CN': '该变更当前状态为 {status}，并不等待此操作。',
  },
  AMENDMENT_LINE_CHANGED: {
    status: 409,
    en: 'The line has changed since the amendment was asked for.',
    'zh-CN': '提出变更后该行已发生变化。',
  },
  AMENDMENT_FIELD_CHANGED: {
    status: 409,
    en: 'Another amendment has changed this meanwhile.',
    'zh-CN': '其他变更已修改该内容。',
  },
  AMENDMENT_NOTHING_LEFT: {
    status: 409,
    en: 'The order has changed so that nothing of the amendment is possible any more.',
    'zh-CN': '订单已变化，该变更的内容均无法执行。',
  },
  AMENDMENT_PRICE_OUT_OF_LIMIT: {
    status: 422,
    en: 'The price of {sku} may be changed by at most {percent} %.',
    'zh-CN': '商品 {sku} 的价格最多可调整 {percent} %。',
  },
  AMENDMENT_LEAVES_NOTHING: {
    status: 422,
    en: 'Nothing would be left of the order; cancel it instead.',
    'zh-CN': '修改后订单将没有任何商品，请直接取消订单。',
  },
  AMENDMENT_TOO_MANY: {
    status: 409,
    en: 'At most {max} amendments can be open at once.',
    'zh-CN': '同时最多可有 {max} 个未完成的变更。',
  },
  AMENDMENT_TERMS_FIXED: {
    status: 409,
    en: 'The payment terms cannot be changed once goods are released.',
    'zh-CN': '货物下发后不能再修改付款条件。',
  },
  AMENDMENT_DECLINED: { status: 409, en: 'The amendment was declined.', 'zh-CN': '变更已被拒绝。' },
});
