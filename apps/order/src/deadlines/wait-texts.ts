import type { Locale } from '@orderloom/contracts';
import type { WaitState } from '../order/waits.js';

const TEXTS: Readonly<Record<WaitState, Readonly<Record<Locale, string>>>> = {
  REVIEW: { en: 'Somebody has to decide on it', 'zh-CN': '等待人工审核' },
  SOURCING: { en: 'Stock is being looked for', 'zh-CN': '等待寻源' },
  STOCK: { en: 'Goods are not in stock', 'zh-CN': '等待到货' },
  PAYMENT: { en: 'The customer has not paid', 'zh-CN': '等待客户付款' },
  PAYMENT_FAILED: { en: 'The payment failed: ask again or cancel', 'zh-CN': '付款失败：请重试或取消' },
  WAREHOUSE: { en: 'The warehouse has not sent it', 'zh-CN': '等待仓库发货' },
  DELIVERY: { en: 'The carrier has not delivered it', 'zh-CN': '等待承运商送达' },
  COLLECTION: { en: 'Money due on delivery has not come', 'zh-CN': '等待货到付款到账' },
  REFUND: { en: 'Money has to go back', 'zh-CN': '等待退款完成' },
  REFUND_FAILED: { en: 'Money did not go back: try again', 'zh-CN': '退款失败：请重试' },
  COMPLAINT: { en: 'The customer complained and has no answer', 'zh-CN': '客户投诉待答复' },
  CHANNEL_NEWS: { en: 'News of the channel have to be dealt with', 'zh-CN': '渠道消息待处理' },
  RETURN: { en: 'A return is not closed', 'zh-CN': '退货未完结' },
  PROGRESS: { en: 'Nothing moves it on', 'zh-CN': '无后续进展' },
};

/** What an order waits for, as people say it. */
export const waitText = (state: WaitState, locale: Locale): string => TEXTS[state][locale];
