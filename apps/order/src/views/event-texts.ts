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
  RefundFailed: { en: 'Refund failed', 'zh-CN': '退款失败' },
  OrderChecked: { en: 'Order checked', 'zh-CN': '已检查订单' },
  HoldPlaced: { en: 'Held for review', 'zh-CN': '已拦截待审核' },
  HoldAssigned: { en: 'Review assigned', 'zh-CN': '已分派审核' },
  HoldApproved: { en: 'Approved on one level', 'zh-CN': '一级审批通过' },
  HoldResolved: { en: 'Review passed', 'zh-CN': '审核通过' },
  HoldRejected: { en: 'Review rejected', 'zh-CN': '审核驳回' },
  HoldExpired: { en: 'Review deadline passed', 'zh-CN': '审核已超时' },
  CustomerAsked: { en: 'Customer asked', 'zh-CN': '已询问客户' },
  CustomerAnswered: { en: 'Customer answered', 'zh-CN': '客户已答复' },
  OrderNoted: { en: 'Note added', 'zh-CN': '已添加备注' },
  OrderTagged: { en: 'Labels changed', 'zh-CN': '标签已更改' },
  LinesCancelled: { en: 'Units cancelled', 'zh-CN': '部分商品已取消' },
  AllocationsReturned: { en: 'Reserved stock given back', 'zh-CN': '已归还预留库存' },
  OrderExpired: { en: 'Not paid in time, order expired', 'zh-CN': '未按时付款，订单已过期' },
  OrderReopened: { en: 'Order reopened', 'zh-CN': '订单已重新打开' },
  StopRequested: { en: 'Warehouse asked to stop', 'zh-CN': '已请求仓库拦截' },
  AmendmentProposed: { en: 'Change asked for', 'zh-CN': '已提出变更' },
  AmendmentPriced: { en: 'Change priced', 'zh-CN': '变更已计价' },
  AmendmentApproved: { en: 'Change approved', 'zh-CN': '变更已审批' },
  AmendmentAccepted: { en: 'Customer agrees to the change', 'zh-CN': '客户已同意变更' },
  AmendmentPaymentAwaited: { en: 'Change waits for payment', 'zh-CN': '变更等待付款' },
  AmendmentRebased: { en: 'Change brought up to date', 'zh-CN': '变更已按最新订单调整' },
  AmendmentApplied: { en: 'Order changed', 'zh-CN': '订单已变更' },
  AmendmentDeclined: { en: 'Change declined', 'zh-CN': '变更已拒绝' },
  AmendmentExpired: { en: 'Change expired', 'zh-CN': '变更已过期' },
  AmendmentWithdrawn: { en: 'Change withdrawn', 'zh-CN': '变更已撤回' },
  StopAnswered: { en: 'Warehouse answered the stop request', 'zh-CN': '仓库已答复拦截请求' },
};

/** The sentence for an event type; the bare name for one this version does not know. */
export const eventText = (type: string, locale: Locale): string =>
  Object.hasOwn(TEXTS, type) ? TEXTS[type as OrderEventType][locale] : type;
