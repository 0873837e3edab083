import { defineMessages } from './message.js';

/** Codes of the customer service. */
export const customerMessages = defineMessages({
  CUSTOMER_NOT_FOUND: { status: 404, en: 'There is no customer {customerId}.', 'zh-CN': '没有客户 {customerId}。' },
  CUSTOMER_EXISTS: {
    status: 409,
    en: 'The customer {customerId} exists already.',
    'zh-CN': '客户 {customerId} 已存在。',
  },
  CUSTOMER_ERASED: {
    status: 410,
    en: 'The personal data of customer {customerId} was erased.',
    'zh-CN': '客户 {customerId} 的个人数据已被删除。',
  },
});
