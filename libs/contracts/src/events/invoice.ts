import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Amount, Currency, Id, LocaleSchema, optional, Time } from './common.js';

export const InvoiceIssuedV1 = defineEvent(
  'order',
  'InvoiceIssued',
  1,
  Type.Object({
    key: Id('What it is for: an order or a refund has one.'),
    kind: Type.Enum(['invoice', 'credit_note']),
    series: Id(),
    number: Id('Series and running number without gaps.'),
    orderId: Id(),
    orderNumber: Id(),
    orderRevision: Type.Integer({ minimum: 0, description: 'The order as it stood then is what is on the paper.' }),
    refundId: optional(Id()),
    invoiceNumber: optional(Id('Of a credit note: the invoice it corrects.')),
    customerId: optional(Id()),
    currency: Currency,
    net: Amount('Before taxes.'),
    tax: Amount('All taxes.'),
    total: Amount(),
    locale: LocaleSchema,
    issuedAt: Time(),
  }),
  { title: 'Invoice issued', description: 'An invoice or a credit note got its number.' },
);

/** Public events of invoice series: streams `invoices-{series}`. */
export const invoiceEvents = [InvoiceIssuedV1] as const;

/** Stored events of an `invoices-` stream. */
export type InvoiceEvent = DomainEventOf<(typeof invoiceEvents)[number]>;
