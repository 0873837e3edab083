/** What a customer is told about. */
export const noticeKinds = [
  'confirmed',
  'shipped',
  'delivered',
  'cancelled',
  'payment-failed',
  'rejected',
  'expired',
  'reopened',
  'units-cancelled',
  'changed',
  'change-consent',
  'change-declined',
  'payment-due',
  'refund-waiting',
  'refund-approved',
  'refund-rejected',
  'refunded',
  'address-corrected',
  'return-requested',
  'return-approved',
  'return-declined',
  'return-received',
  'return-sent-back',
  'return-resolved',
  'question',
] as const;
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
  /** What the notice is about, where that is not the whole order; minor units. */
  readonly amount?: number;
  /** Where the customer pays. */
  readonly url?: string;
  /** What the customer has to name when paying. */
  readonly reference?: string;
  /** Where goods go that come back; the company's own. */
  readonly returnTo?: string;
  /** The label of goods that come back, by link. */
  readonly label?: string;
  /** False: the customer keeps the goods. */
  readonly goodsBack?: boolean;
  /** What the customer gets for what came back. */
  readonly resolution?: string;
  /** Lines as they are after a change, or that a return is about. */
  readonly changed?: readonly { readonly name: string; readonly quantity: number }[];
  readonly question?: AskedQuestion;
}

/** What a customer is asked, with the link each answer is given by. */
export interface AskedQuestion {
  readonly code: string;
  readonly answers: readonly string[];
  /** in the desk's own words */
  readonly message?: string;
  readonly url: string;
}

/** How one notice is worded. */
export interface Worded {
  readonly subject: (facts: NoticeFacts) => string;
  readonly body: (facts: NoticeFacts, total: string, amount: string) => string[];
}

/** How every notice is worded in one language. */
export type Wording = Readonly<Record<NoticeKind, Worded>>;

/** The goods a notice is about. */
export const list = ({ lines, changed }: NoticeFacts): string[] => [
  '',
  ...(changed ?? lines).map((line) => `  ${line.quantity} × ${line.name}`),
  '',
];
