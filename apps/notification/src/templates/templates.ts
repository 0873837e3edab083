import type { Locale } from '@orderloom/contracts';

/** What a customer is told about. */
export const noticeKinds = ['confirmed', 'shipped', 'delivered', 'cancelled', 'payment-failed'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** What a notice may mention. Amounts in minor units; lines as sold. */
export interface NoticeFacts {
  readonly number: string;
  readonly name?: string;
  readonly currency: string;
  readonly total: number;
  readonly lines: readonly { readonly name: string; readonly quantity: number }[];
  readonly carrier?: string;
  readonly trackingNumber?: string;
  readonly reason?: string;
}

/** A message ready to be sent, as plain text: readable everywhere, and nothing in it can be executed. */
export interface Message {
  readonly subject: string;
  readonly text: string;
}

type Wording = Readonly<
  Record<NoticeKind, { subject: (facts: NoticeFacts) => string; body: (facts: NoticeFacts, total: string) => string[] }>
>;

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
    text: [greetings[locale](clean.name), '', ...wording.body(clean, money(facts, locale)), ''].join('\n'),
  };
}

const list = ({ lines }: NoticeFacts): string[] => [
  '',
  ...lines.map((line) => `  ${line.quantity} × ${line.name}`),
  '',
];

/** A line break in a subject would begin a header of its own. */
const oneLine = (text: string): string => text.replace(/[\r\n\t]+/g, ' ').trim();

/** By locale and currency: making one costs a hundred times what using it does. */
const moneyFormats = new Map<string, { readonly format: Intl.NumberFormat; readonly minorUnits: number }>();

function money({ total, currency }: NoticeFacts, locale: Locale): string {
  const key = `${locale} ${currency}`;
  let known = moneyFormats.get(key);
  if (!known) {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
    known = { format, minorUnits: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
    moneyFormats.set(key, known);
  }
  return known.format.format(total / known.minorUnits);
}
