import type { Locale } from '@orderloom/contracts';
import type { OrderEventType } from '../order/events.js';

/** What happened, as people say it. */
const TEXTS: Readonly<Record<OrderEventType, Readonly<Record<Locale, string>>>> = {
  OrderSubmitted: { en: 'Order placed', 'zh-CN': '订单已提交' },
  OrderCredited: { en: 'Credit recorded', 'zh-CN': '已记录贷项' },
  OrderConfirmed: { en: 'All checks passed, order confirmed', 'zh-CN': '检查全部通过，订单已确认' },
  LinesAllocated: { en: 'Stock reserved', 'zh-CN': '已预留库存' },
  PartDeliveryAgreed: { en: 'Part delivery agreed', 'zh-CN': '已同意分批发货' },
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
  StopAnswered: { en: 'Warehouse answered the stop request', 'zh-CN': '仓库已答复拦截请求' },
  PaymentActionRequired: { en: 'Waiting for the customer to pay', 'zh-CN': '等待客户付款' },
  PaymentAuthorized: { en: 'Payment authorised', 'zh-CN': '付款已授权' },
  PaymentCaptureRequested: { en: 'Authorised money asked for', 'zh-CN': '已请求收取授权款项' },
  PaymentCaptureFailed: { en: 'Authorised money could not be taken', 'zh-CN': '授权款项收取失败' },
  PaymentVoidRequested: { en: 'Authorised money to be let go', 'zh-CN': '已请求释放授权款项' },
  PaymentVoided: { en: 'Authorised money let go', 'zh-CN': '授权款项已释放' },
  RefundApproved: { en: 'Refund approved', 'zh-CN': '退款已批准' },
  RefundRejected: { en: 'Refund rejected', 'zh-CN': '退款已拒绝' },
  RefundSubmitted: { en: 'Refund under way', 'zh-CN': '退款处理中' },
  RefundAbandoned: { en: 'Refund abandoned', 'zh-CN': '退款已放弃' },
};

/** The sentence for an event type; the bare name for one this version does not know. */
export const eventText = (type: string, locale: Locale): string =>
  Object.hasOwn(TEXTS, type) ? TEXTS[type as OrderEventType][locale] : type;
