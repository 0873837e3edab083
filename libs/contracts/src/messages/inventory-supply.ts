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
  SOURCED_BY_PROFILE: {
    status: 200,
    en: 'All {requested} units come from {location}, the best location by the profile {profile}.',
    'zh-CN': '全部 {requested} 件由规则 {profile} 评分最高的 {location} 发出。',
  },
  SOURCED_BY_PROFILE_SPLIT: {
    status: 200,
    en: 'By the profile {profile}, the {requested} units come from several locations.',
    'zh-CN': '按规则 {profile}，{requested} 件由多个库位发出。',
  },
  AWAITED: {
    status: 200,
    en: 'Sold before it is there: all {requested} units are served from {awaitedUntil} on.',
    'zh-CN': '预售商品：全部 {requested} 件自 {awaitedUntil} 起供货。',
  },
  WAITS_FOR_WHOLE_ORDER: {
    status: 200,
    en: 'The profile {profile} sends whole orders only: all {requested} units wait until everything is there.',
    'zh-CN': '规则 {profile} 要求整单发货：{requested} 件等待全部到齐。',
  },
  PROFILE_NOT_FOUND: {
    status: 404,
    en: 'There is no sourcing profile {profileId}, or no such version of it.',
    'zh-CN': '没有寻源规则 {profileId} 或该版本。',
  },
  SHORTAGE_NOT_OPEN: {
    status: 409,
    en: 'There is nothing to choose for order {orderId} now: the question was answered, or the goods have come.',
    'zh-CN': '订单 {orderId} 目前无需选择：已答复或货物已到。',
  },
  SHORTAGE_OPTION_NOT_OFFERED: {
    status: 422,
    en: '{answer} is not offered for line {lineId}.',
    'zh-CN': '行 {lineId} 不提供 {answer} 选项。',
  },
  LINK_INVALID: {
    status: 404,
    en: 'This link is not valid, or no longer. Ask for a new one.',
    'zh-CN': '该链接无效或已过期，请索取新链接。',
  },
});
