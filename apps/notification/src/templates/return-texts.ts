import type { Locale } from '@orderloom/contracts';
import { list, type NoticeFacts, type NoticeKind, type Worded } from './facts.js';

type ReturnKind = Extract<NoticeKind, `return-${string}`>;

const resolvedEn = ({ resolution, number }: NoticeFacts, amount: string): string => {
  switch (resolution) {
    case 'REFUND':
      return `We give you back ${amount} for what you returned of your order ${number}.`;
    case 'STORE_CREDIT':
      return `We credit ${amount} to your account for what you returned of your order ${number}.`;
    case 'EXCHANGE':
      return `We send you a replacement for what you returned of your order ${number}.`;
    case 'REPAIR':
      return `What you returned of your order ${number} is being repaired. We tell you when it is on its way back.`;
    default:
      return `Your return for order ${number} has ended. Please contact us if you have questions.`;
  }
};

const resolvedZh = ({ resolution, number }: NoticeFacts, amount: string): string => {
  switch (resolution) {
    case 'REFUND':
      return `您退回的订单 ${number} 的商品，我们将退还 ${amount}。`;
    case 'STORE_CREDIT':
      return `您退回的订单 ${number} 的商品，我们将 ${amount} 计入您的账户。`;
    case 'EXCHANGE':
      return `您退回的订单 ${number} 的商品，我们将为您换货。`;
    case 'REPAIR':
      return `您退回的订单 ${number} 的商品正在维修，寄回时我们会通知您。`;
    default:
      return `订单 ${number} 的退货已结束。如有疑问，请联系我们。`;
  }
};

/** What customers are told of goods that come back. */
export const returnTexts: Readonly<Record<Locale, Readonly<Record<ReturnKind, Worded>>>> = {
  en: {
    'return-requested': {
      subject: ({ number }) => `We received your return request for order ${number}`,
      body: (facts) => [
        `You would like to return goods of your order ${facts.number}. We tell you as soon as it is decided.`,
        ...list(facts),
      ],
    },
    'return-approved': {
      subject: ({ number }) => `Your return for order ${number} is approved`,
      body: (facts) => [
        facts.goodsBack === false
          ? `Your return for order ${facts.number} is approved. You may keep the goods.`
          : `Your return for order ${facts.number} is approved. Please send the goods back.`,
        ...(facts.goodsBack === false || !facts.returnTo ? [] : ['To:', facts.returnTo]),
        ...(facts.label ? [`Label: ${facts.label}`] : []),
      ],
    },
    'return-declined': {
      subject: ({ number }) => `About your return for order ${number}`,
      body: (facts) => [
        facts.reason === 'NOT_SENT_IN_TIME'
          ? `The goods of your order ${facts.number} were not sent in time, so the return has ended.`
          : `The return for your order ${facts.number} does not take place.`,
        'Please contact us if you have questions.',
      ],
    },
    'return-received': {
      subject: ({ number }) => `We received goods of your order ${number}`,
      body: (facts) => [`Goods that you sent back of your order ${facts.number} have arrived and will be inspected.`],
    },
    'return-sent-back': {
      subject: ({ number }) => `Goods of your order ${number} are on their way back to you`,
      body: (facts) => [
        `We have sent goods of your order ${facts.number} back to you.`,
        ...(facts.carrier ? [`Carrier: ${facts.carrier}`] : []),
        ...(facts.trackingNumber ? [`Tracking number: ${facts.trackingNumber}`] : []),
        ...list(facts),
      ],
    },
    'return-resolved': {
      subject: ({ number }) => `Your return for order ${number} is settled`,
      body: (facts, _, amount) => [resolvedEn(facts, amount)],
    },
  },
  'zh-CN': {
    'return-requested': {
      subject: ({ number }) => `已收到您的订单 ${number} 的退货申请`,
      body: (facts) => [`您申请退回订单 ${facts.number} 的商品，审核后我们会通知您。`, ...list(facts)],
    },
    'return-approved': {
      subject: ({ number }) => `您的订单 ${number} 的退货申请已通过`,
      body: (facts) => [
        facts.goodsBack === false
          ? `订单 ${facts.number} 的退货申请已通过，商品无需寄回。`
          : `订单 ${facts.number} 的退货申请已通过，请寄回商品。`,
        ...(facts.goodsBack === false || !facts.returnTo ? [] : ['寄往：', facts.returnTo]),
        ...(facts.label ? [`面单：${facts.label}`] : []),
      ],
    },
    'return-declined': {
      subject: ({ number }) => `关于您的订单 ${number} 的退货`,
      body: (facts) => [
        facts.reason === 'NOT_SENT_IN_TIME'
          ? `订单 ${facts.number} 的商品未在期限内寄回，退货已结束。`
          : `订单 ${facts.number} 的退货未能办理。`,
        '如有疑问，请联系我们。',
      ],
    },
    'return-received': {
      subject: ({ number }) => `已收到您的订单 ${number} 的退货商品`,
      body: (facts) => [`您寄回的订单 ${facts.number} 的商品已送达，即将质检。`],
    },
    'return-sent-back': {
      subject: ({ number }) => `您的订单 ${number} 的商品已寄回给您`,
      body: (facts) => [
        `我们已将订单 ${facts.number} 的商品寄回给您。`,
        ...(facts.carrier ? [`承运商：${facts.carrier}`] : []),
        ...(facts.trackingNumber ? [`运单号：${facts.trackingNumber}`] : []),
        ...list(facts),
      ],
    },
    'return-resolved': {
      subject: ({ number }) => `您的订单 ${number} 的退货已处理完毕`,
      body: (facts, _, amount) => [resolvedZh(facts, amount)],
    },
  },
};
