import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { type CustomerProfile, Id, LocaleSchema, OriginSchema, optional, SealedSchema, Text, Time } from './common.js';

const CustomerSchema = Type.Object({
  customerId: Id(),
  country: optional(Text('ISO 3166-1 alpha-2, or the original text in imported history.')),
  locale: optional(LocaleSchema),
  profile: optional(SealedSchema<CustomerProfile>('name, company, contact, e-mail, phone, address.')),
  origin: optional(OriginSchema),
});

export const CustomerRegisteredV1 = defineEvent('customer', 'CustomerRegistered', 1, CustomerSchema, {
  title: 'Customer registered',
  description: 'A customer is known from now on.',
});

export const CustomerChangedV1 = defineEvent('customer', 'CustomerChanged', 1, CustomerSchema, {
  title: 'Customer changed',
  description: 'The customer as known now, in full.',
});

export const CustomerErasedV1 = defineEvent(
  'customer',
  'CustomerErased',
  1,
  Type.Object({
    customerId: Id(),
    keyId: Id('The destroyed key: what was sealed under it can no longer be read by anybody.'),
    requestedBy: Id(),
    occurredAt: Time(),
  }),
  { title: 'Customer erased', description: "The customer's personal data was made unreadable for good." },
);

/** Every public event of the customer service. */
export const customerEvents = [CustomerRegisteredV1, CustomerChangedV1, CustomerErasedV1] as const;

/** Stored events of `customer-` streams. */
export type CustomerEvent = DomainEventOf<(typeof customerEvents)[number]>;
/** Data of the customer events by bare name. */
export type CustomerEventData = { [E in CustomerEvent as E['type']]: E['data'] };
