import type { Locale } from '@orderloom/contracts';
import type { OrderEventType } from '../order/events.js';

/** What happened, as people say it. */
const TEXTS: Readonly<Record<OrderEventType, Readonly<Record<Locale, string>>>> = {
  OrderSubmitted: { en: 'Order placed', 'zh-CN': '订单已提交' },
  OrderCredited: { en: 'Credit recorded', 'zh-CN': '已记录贷项' },
  OrderConfirmed: { en: 'All checks passed, order confirmed', 'zh-CN': '检查全部通过，订单已确认' },
  LinesAllocated: { en: 'Stock reserved', 'zh-CN': '已预留库存' },
  LinesBackordered: { en: 'Waiting for stock', 'zh-CN': '等待补货' },
  PaymentRequested: { en: 'Payment requested', 'zh-CN': '已发起收款' },
  PaymentCaptured: { en: 'Payment received', 'zh-CN': '已收款' },
  PaymentFailed: { en: 'Payment failed', 'zh-CN': '收款失败' },
  FulfilmentReleased: { en: 'Released to the warehouse', 'zh-CN': '已下发仓库' },
  LinesShipped: { en: 'Shipped', 'zh-CN': '已发货' },
  LinesDelivered: { en: 'Delivered', 'zh-CN': '已送达' },
  OrderCompleted: { en: 'Order completed', 'zh-CN': '订单已完成' },
  OrderCancelled: { en: 'Order cancelled', 'zh-CN': '订单已取消' },
  RefundRequested: { en: 'Refund requested', 'zh-CN': '已申请退款' },
  RefundSucceeded: { en: 'Money refunded', 'zh-CN': '退款成功' },
  OrderDeadlineMissed: { en: 'Waiting longer than it should', 'zh-CN': '等待超过时限' },
  RefundFailed: { en: 'Refund failed', 'zh-CN': '退款失败' },
};

/** The sentence for an event type; the bare name for one this version does not know. */
export const eventText = (type: string, locale: Locale): string =>
  Object.hasOwn(TEXTS, type) ? TEXTS[type as OrderEventType][locale] : type;
