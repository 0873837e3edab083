import type { Locale } from '@orderloom/contracts';
import { list, type NoticeFacts, type NoticeKind, type Wording } from './facts.js';
import { returnTexts } from './return-texts.js';

export { type AskedQuestion, type NoticeFacts, type NoticeKind, noticeKinds } from './facts.js';

/** A message ready to be sent, as plain text: readable everywhere, and nothing in it can be executed. */
export interface Message {
  readonly subject: string;
  readonly text: string;
}

/** What is asked and answered, by code. A code without a text is left to the desk's own words. */
const questionTexts: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  en: {
    DUPLICATE: 'We received two orders from you that look alike. Did you mean to place both?',
    ADDRESS: 'We are not sure about the delivery address of your order. Is it right?',
    CONFIRM_ORDER: 'Please confirm your order.',
    KEEP_BOTH: 'Keep both orders',
    CANCEL_SECOND: 'Cancel the second order',
    CONFIRM: 'Everything is right',
    CANCEL: 'Cancel the order',
    CORRECT_ADDRESS: 'Correct the address',
    REPLY: 'Answer in your own words',
  },
  'zh-CN': {
    DUPLICATE: '我们收到您两份相似的订单，请问两份都需要吗？',
    ADDRESS: '我们无法确认订单的收货地址，请问地址是否正确？',
    CONFIRM_ORDER: '请确认您的订单。',
    KEEP_BOTH: '两份订单都保留',
    CANCEL_SECOND: '取消第二份订单',
    CONFIRM: '全部正确',
    CANCEL: '取消订单',
    CORRECT_ADDRESS: '更正地址',
    REPLY: '自行留言',
  },
};

const asked = ({ question, ...facts }: NoticeFacts, texts: Readonly<Record<string, string>>): string[] => {
  if (question === undefined) return list(facts);
  const { code, message, answers, url } = question;
  return [
    ...(texts[code] === undefined ? [] : [texts[code]]),
    ...(message === undefined ? [] : ['', message]),
    ...list(facts),
    ...answers.map((answer) => `${texts[answer] ?? answer}: ${url}?answer=${encodeURIComponent(answer)}`),
  ];
};

const en: Wording = {
  confirmed: {
    subject: ({ number }) => `Your order ${number} is confirmed`,
    body: (facts, total) => [`Thank you for your order ${facts.number}.`, ...list(facts), `Total: ${total}`],
  },
  shipped: {
    subject: ({ number }) => `Your order ${number} is on its way`,
    body: (facts) => [
      facts.carrier
        ? `Your order ${facts.number} has been handed to ${facts.carrier}.`
        : `Your order ${facts.number} has been sent.`,
      ...(facts.trackingNumber ? [`Tracking number: ${facts.trackingNumber}`] : []),
      ...list(facts),
    ],
  },
  delivered: {
    subject: ({ number }) => `Your order ${number} has been delivered`,
    body: (facts) => [`Your order ${facts.number} has been delivered.`, ...list(facts)],
  },
  cancelled: {
    subject: ({ number }) => `Your order ${number} has been cancelled`,
    body: (facts) => [
      `Your order ${facts.number} has been cancelled.`,
      'Anything you have paid for it is returned the way you paid.',
    ],
  },
  'payment-failed': {
    subject: ({ number }) => `The payment for your order ${number} did not go through`,
    body: (facts, total) => [
      `The payment of ${total} for your order ${facts.number} did not go through.`,
      'Your order is kept. Please contact us to pay in another way.',
    ],
  },
  rejected: {
    subject: ({ number }) => `We cannot accept your order ${number}`,
    body: (facts) => [
      `Unfortunately we cannot accept your order ${facts.number}.`,
      'Anything you have paid for it is returned the way you paid.',
    ],
  },
  expired: {
    subject: ({ number }) => `Your order ${number} has expired`,
    body: (facts) => [
      `We have not received the payment for your order ${facts.number} in time, so it has expired.`,
      'If you still want the goods, please order again or contact us.',
    ],
  },
  reopened: {
    subject: ({ number }) => `Your order ${number} goes on`,
    body: (facts) => [`We have taken up your order ${facts.number} again.`, ...list(facts)],
  },
  'units-cancelled': {
    subject: ({ number }) => `Part of your order ${number} has been cancelled`,
    body: (facts) => [
      `Part of your order ${facts.number} has been cancelled. This is left of it:`,
      ...list(facts),
      'Anything you have paid for the cancelled part is returned the way you paid.',
    ],
  },
  changed: {
    subject: ({ number }) => `Your order ${number} has been changed`,
    body: (facts, total) => [
      `Your order ${facts.number} has been changed. It is now:`,
      ...list(facts),
      `Total as ordered: ${total}`,
    ],
  },
  'change-consent': {
    subject: ({ number }) => `Please confirm a change of your order ${number}`,
    body: (facts) => [
      `We would like to change your order ${facts.number} and need your consent. Please contact us.`,
      'Until you agree, your order stays as it is.',
    ],
  },
  'address-corrected': {
    subject: ({ number }) => `The delivery address of your order ${number} has been corrected`,
    body: (facts) => [
      `The delivery address of your order ${facts.number} has been corrected.`,
      'If you did not expect this, please contact us.',
    ],
  },
  'change-declined': {
    subject: ({ number }) => `Your order ${number} stays as it is`,
    body: (facts) => [`The change of your order ${facts.number} was not made. Your order stays as it is.`],
  },
  'payment-due': {
    subject: ({ number }) => `Please pay for your order ${number}`,
    body: (facts, total) => [
      `Your order ${facts.number} over ${total} waits for your payment.`,
      ...(facts.url ? [`Pay here: ${facts.url}`] : []),
      ...(facts.reference ? [`By bank transfer please name: ${facts.reference}`] : []),
    ],
  },
  'refund-waiting': {
    subject: ({ number }) => `We are looking into a refund for your order ${number}`,
    body: (facts, _, amount) => [`A refund of ${amount} for your order ${facts.number} is being checked.`],
  },
  'refund-approved': {
    subject: ({ number }) => `A refund for your order ${number} is on its way`,
    body: (facts, _, amount) => [
      `We give you back ${amount} for your order ${facts.number}.`,
      'It can take a few days until you see it.',
    ],
  },
  'refund-rejected': {
    subject: ({ number }) => `About the refund for your order ${number}`,
    body: (facts, _, amount) => [
      `We cannot give back ${amount} for your order ${facts.number}.`,
      'Please contact us if you have questions.',
    ],
  },
  refunded: {
    subject: ({ number }) => `Your money for order ${number} was paid back`,
    body: (facts, _, amount) => [`We have paid back ${amount} for your order ${facts.number}.`],
  },
  ...returnTexts.en,
  question: {
    subject: ({ number }) => `A question about your order ${number}`,
    body: (facts) => asked(facts, questionTexts.en),
  },
};

const zh: Wording = {
  confirmed: {
    subject: ({ number }) => `您的订单 ${number} 已确认`,
    body: (facts, total) => [`感谢您的订购，订单号 ${facts.number}。`, ...list(facts), `合计：${total}`],
  },
  shipped: {
    subject: ({ number }) => `您的订单 ${number} 已发货`,
    body: (facts) => [
      facts.carrier ? `您的订单 ${facts.number} 已交由 ${facts.carrier} 配送。` : `您的订单 ${facts.number} 已发货。`,
      ...(facts.trackingNumber ? [`运单号：${facts.trackingNumber}`] : []),
      ...list(facts),
    ],
  },
  delivered: {
    subject: ({ number }) => `您的订单 ${number} 已送达`,
    body: (facts) => [`您的订单 ${facts.number} 已送达。`, ...list(facts)],
  },
  cancelled: {
    subject: ({ number }) => `您的订单 ${number} 已取消`,
    body: (facts) => [`您的订单 ${facts.number} 已取消。`, '您已支付的款项将原路退回。'],
  },
  'payment-failed': {
    subject: ({ number }) => `您的订单 ${number} 付款未成功`,
    body: (facts, total) => [
      `订单 ${facts.number} 的付款（${total}）未成功。`,
      '订单已为您保留，请联系我们更换付款方式。',
    ],
  },
  rejected: {
    subject: ({ number }) => `我们无法受理您的订单 ${number}`,
    body: (facts) => [`很抱歉，我们无法受理您的订单 ${facts.number}。`, '您已支付的款项将原路退回。'],
  },
  expired: {
    subject: ({ number }) => `您的订单 ${number} 已过期`,
    body: (facts) => [
      `我们未能按时收到订单 ${facts.number} 的付款，订单已过期。`,
      '如仍需购买，请重新下单或联系我们。',
    ],
  },
  reopened: {
    subject: ({ number }) => `您的订单 ${number} 继续处理`,
    body: (facts) => [`我们已重新受理您的订单 ${facts.number}。`, ...list(facts)],
  },
  'units-cancelled': {
    subject: ({ number }) => `您的订单 ${number} 已部分取消`,
    body: (facts) => [
      `您的订单 ${facts.number} 已部分取消，现有商品：`,
      ...list(facts),
      '已取消部分的款项将原路退回。',
    ],
  },
  changed: {
    subject: ({ number }) => `您的订单 ${number} 已变更`,
    body: (facts, total) => [`您的订单 ${facts.number} 已变更，现为：`, ...list(facts), `订购合计：${total}`],
  },
  'change-consent': {
    subject: ({ number }) => `请确认订单 ${number} 的变更`,
    body: (facts) => [
      `我们希望变更您的订单 ${facts.number}，需要您的同意，请与我们联系。`,
      '在您同意之前，订单保持不变。',
    ],
  },
  'address-corrected': {
    subject: ({ number }) => `订单 ${number} 的收货地址已更正`,
    body: (facts) => [`您的订单 ${facts.number} 的收货地址已更正。`, '如非您所愿，请与我们联系。'],
  },
  'change-declined': {
    subject: ({ number }) => `您的订单 ${number} 保持不变`,
    body: (facts) => [`订单 ${facts.number} 的变更未执行，订单保持不变。`],
  },
  'payment-due': {
    subject: ({ number }) => `请支付您的订单 ${number}`,
    body: (facts, total) => [
      `您的订单 ${facts.number}（${total}）等待付款。`,
      ...(facts.url ? [`付款链接：${facts.url}`] : []),
      ...(facts.reference ? [`银行转账请注明：${facts.reference}`] : []),
    ],
  },
  'refund-waiting': {
    subject: ({ number }) => `您的订单 ${number} 的退款正在审核`,
    body: (facts, _, amount) => [`订单 ${facts.number} 的退款 ${amount} 正在审核。`],
  },
  'refund-approved': {
    subject: ({ number }) => `您的订单 ${number} 的退款已在办理`,
    body: (facts, _, amount) => [`我们将为订单 ${facts.number} 退还 ${amount}。`, '到账可能需要几天时间。'],
  },
  'refund-rejected': {
    subject: ({ number }) => `关于您的订单 ${number} 的退款`,
    body: (facts, _, amount) => [`很抱歉，订单 ${facts.number} 的退款 ${amount} 未能通过。`, '如有疑问，请联系我们。'],
  },
  refunded: {
    subject: ({ number }) => `您的订单 ${number} 的款项已退还`,
    body: (facts, _, amount) => [`订单 ${facts.number} 的 ${amount} 已退还给您。`],
  },
  ...returnTexts['zh-CN'],
  question: {
    subject: ({ number }) => `关于您的订单 ${number} 的询问`,
    body: (facts) => asked(facts, questionTexts['zh-CN']),
  },
};

const wordings: Readonly<Record<Locale, Wording>> = { en, 'zh-CN': zh };
const greetings: Readonly<Record<Locale, (name?: string) => string>> = {
  en: (name) => (name ? `Dear ${name},` : 'Hello,'),
  'zh-CN': (name) => (name ? `${name}，您好！` : '您好！'),
};

/** Puts a notice into words in the recipient's language. */
export function render(kind: NoticeKind, locale: Locale, facts: NoticeFacts): Message {
  const wording = wordings[locale][kind];
  const clean = { ...facts, ...(facts.name === undefined ? {} : { name: oneLine(facts.name) }) };
  return {
    subject: oneLine(wording.subject(clean)),
    text: [
      greetings[locale](clean.name),
      '',
      ...wording.body(clean, money(facts.total, facts, locale), money(facts.amount ?? facts.total, facts, locale)),
      '',
    ].join('\n'),
  };
}

/** A line break in a subject would begin a header of its own. */
const oneLine = (text: string): string => text.replace(/[\r\n\t]+/g, ' ').trim();

/** By locale and currency: making one costs a hundred times what using it does. */
const moneyFormats = new Map<string, { readonly format: Intl.NumberFormat; readonly minorUnits: number }>();

function money(amount: number, { currency }: NoticeFacts, locale: Locale): string {
  const key = `${locale} ${currency}`;
  let known = moneyFormats.get(key);
  if (!known) {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
    known = { format, minorUnits: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
    moneyFormats.set(key, known);
  }
  return known.format.format(amount / known.minorUnits);
}
