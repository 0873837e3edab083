import Type from 'typebox';
import { defineEvent } from '../envelope.js';
import { Amount, Currency, Id, Note, optional, Text, Time } from './common.js';

/** A tax as fixed when sold. */
export const TaxSchema = Type.Object({
  code: Id('e.g. `VAT`.'),
  rate: optional(Id('Fraction as a decimal, e.g. `0.19`.')),
  amount: Amount(),
});

/** Something charged beside lines and shipping. */
export const FeeSchema = Type.Object({
  code: Id(),
  name: Text(),
  amount: Amount('Minor units, before taxes that come on top.'),
  taxes: optional(Type.Array(TaxSchema)),
});

/** Ways to pay. */
export const PAYMENT_METHODS = [
  'card',
  'bank_transfer',
  'alipay',
  'wechat_pay',
  'cash_on_delivery',
  'credit_terms',
  'store_credit',
  'gift_card',
] as const;

/** How an order is paid where that is more than one payment at once. Agreed when it was placed. */
export const PaymentPlanSchema = Type.Object({
  parts: Type.Array(
    Type.Object({
      method: Id(),
      provider: Id(),
      amount: optional(Amount('Absent: what the other parts leave.')),
      purpose: optional(Type.Enum(['deposit', 'balance'])),
      due: Type.Enum(['release', 'delivery', 'invoice'], {
        description: 'Before the goods are released, until they are delivered, or later by invoice.',
      }),
      account: optional(Id('Gift card or store credit account that is used.')),
    }),
  ),
  ask: Type.Enum(['ordered', 'allocated'], { description: 'When the first payments are asked for.' }),
  releaseWhen: Type.Enum(['authorized', 'captured'], { description: 'What the release waits for.' }),
  capture: Type.Enum(['at_once', 'on_shipment', 'by_hand'], { description: 'When authorised money is taken.' }),
});

/** Where a refund goes when not back the way the money came. */
export const RefundRouteSchema = Type.Object({
  method: Id(),
  provider: Id(),
  account: optional(Id('Store credit account or gift card.')),
});

const payment = { paymentId: Id() };

export const PaymentActionRequiredV1 = defineEvent(
  'order',
  'PaymentActionRequired',
  1,
  Type.Object({
    ...payment,
    action: Type.Object({
      kind: Type.Enum(['redirect', 'qr_code', 'bank_transfer']),
      url: optional(Text('Page where the customer goes on, or what the code holds.')),
      reference: optional(Id('What the customer has to name.')),
    }),
    providerReference: optional(Id()),
    expiresAt: optional(Time()),
  }),
  { title: 'Payment action required', description: 'The customer has to do something before the money comes.' },
);

export const PaymentAuthorizedV1 = defineEvent(
  'order',
  'PaymentAuthorized',
  1,
  Type.Object({
    ...payment,
    amount: Amount(),
    currency: Currency,
    providerReference: Id(),
    expiresAt: optional(Time('Until when the money can be taken.')),
    occurredAt: Time(),
  }),
  { title: 'Payment authorized', description: 'The money is set aside for us and can be taken.' },
);

export const PaymentCaptureRequestedV1 = defineEvent(
  'order',
  'PaymentCaptureRequested',
  1,
  Type.Object({
    ...payment,
    captureId: Id(),
    amount: Amount(),
    currency: Currency,
    provider: Id(),
    providerReference: Id(),
  }),
  { title: 'Payment capture requested', description: 'The provider is asked for authorised money.' },
);

export const PaymentCaptureFailedV1 = defineEvent(
  'order',
  'PaymentCaptureFailed',
  1,
  Type.Object({ ...payment, captureId: Id(), code: Id(), reason: Text() }),
  { title: 'Payment capture failed', description: 'Authorised money could not be taken; it can be tried again.' },
);

export const PaymentVoidRequestedV1 = defineEvent(
  'order',
  'PaymentVoidRequested',
  1,
  Type.Object({ ...payment, provider: Id(), providerReference: Id(), reason: Text() }),
  { title: 'Payment void requested', description: 'The provider is asked to let authorised money go.' },
);

export const PaymentVoidedV1 = defineEvent(
  'order',
  'PaymentVoided',
  1,
  Type.Object({
    ...payment,
    amount: Amount('What was let go.'),
    currency: Currency,
    reason: Text(),
    occurredAt: Time(),
  }),
  { title: 'Payment voided', description: 'Authorised money that was not taken was let go.' },
);

export const RefundApprovedV1 = defineEvent(
  'order',
  'RefundApproved',
  1,
  Type.Object({
    refundId: Id(),
    paymentId: Id(),
    amount: Amount(),
    currency: Currency,
    provider: Id(),
    method: Id(),
    providerReference: optional(Id('Of the payment that is given back.')),
    account: optional(Id()),
    route: optional(RefundRouteSchema),
    note: optional(Note()),
  }),
  { title: 'Refund approved', description: 'A person agreed that the money goes back.' },
);

export const RefundRejectedV1 = defineEvent(
  'order',
  'RefundRejected',
  1,
  Type.Object({ refundId: Id(), amount: Amount(), currency: Currency, reason: Text() }),
  { title: 'Refund rejected', description: 'A person decided that the money stays.' },
);

export const RefundSubmittedV1 = defineEvent(
  'order',
  'RefundSubmitted',
  1,
  Type.Object({
    refundId: Id(),
    amount: Amount(),
    currency: Currency,
    provider: Id(),
    providerReference: optional(Id()),
  }),
  { title: 'Refund submitted', description: 'The provider has it in hand; the money is on its way.' },
);

export const RefundAbandonedV1 = defineEvent(
  'order',
  'RefundAbandoned',
  1,
  Type.Object({ refundId: Id(), amount: Amount(), currency: Currency, reason: Text() }),
  { title: 'Refund abandoned', description: 'Nobody tries any more to give this money back.' },
);

/** Public events of an order about its money, beside those that every order has. */
export const orderMoneyEvents = [
  PaymentActionRequiredV1,
  PaymentAuthorizedV1,
  PaymentCaptureRequestedV1,
  PaymentCaptureFailedV1,
  PaymentVoidRequestedV1,
  PaymentVoidedV1,
  RefundApprovedV1,
  RefundRejectedV1,
  RefundSubmittedV1,
  RefundAbandonedV1,
] as const;
