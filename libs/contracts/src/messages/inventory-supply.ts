import { defineMessages } from './message.js';

/** Codes of purchasing, replenishment and sourcing profiles. */
export const inventorySupplyMessages = defineMessages({
  PURCHASE_NOT_FOUND: {
    status: 404,
    en: 'There is no purchase order {purchaseId}.',
    'zh-CN': '没有采购单 {purchaseId}。',
  },
  PURCHASE_NOT_SENT: {
    status: 409,
    en: 'The purchase order {purchaseId} has not been sent yet.',
    'zh-CN': '采购单 {purchaseId} 尚未发出。',
  },
  PURCHASE_ENDED: {
    status: 409,
    en: 'The purchase order {purchaseId} has ended ({status}).',
    'zh-CN': '采购单 {purchaseId} 已结束（{status}）。',
  },
  PURCHASE_ARRIVED: {
    status: 409,
    en: 'Goods of the purchase order {purchaseId} have arrived already; close it instead.',
    'zh-CN': '采购单 {purchaseId} 已有到货，请改为关闭。',
  },
  PURCHASE_LINE_NOT_FOUND: {
    status: 422,
    en: 'The purchase order {purchaseId} has no such line {lineId}.',
    'zh-CN': '采购单 {purchaseId} 没有行 {lineId}。',
  },
  PURCHASE_LINE_ARRIVED: {
    status: 409,
    en: 'Of line {lineId}, {received} units are here already; fewer cannot be confirmed.',
    'zh-CN': '行 {lineId} 已到货 {received} 件，确认数量不能更少。',
  },
  LINK_INVALID: {
    status: 404,
    en: 'This link is not valid, or no longer. Ask for a new one.',
    'zh-CN': '该链接无效或已过期，请索取新链接。',
  },
});
