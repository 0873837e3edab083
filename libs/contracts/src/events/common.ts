import Type, { type Static, type TSchema } from 'typebox';
import { SEALED_PATTERN, type Sealed } from '../sealed.js';

/** Identifier: never empty, never personal data. */
export const Id = (description?: string) =>
  Type.String({ minLength: 1, maxLength: 200, ...(description ? { description } : {}) });

/** ISO 8601 UTC time, e.g. `2026-03-01T09:30:00.000Z`. */
export const Time = (description?: string) =>
  Type.String({ format: 'date-time', ...(description ? { description } : {}) });

/** Short text without limits of its own beyond 2,000 characters. */
export const Text = (description?: string) => Type.String({ maxLength: 2000, ...(description ? { description } : {}) });

/** Whole units, at least one. */
export const Quantity = Type.Integer({ minimum: 1, description: 'Whole units.' });

/** Whole units, zero or more. */
export const Count = Type.Integer({ minimum: 0, description: 'Whole units.' });

/** Integer minor units of the currency named beside it. */
export const Amount = (description = "Integer minor units of the event's `currency`.") => Type.Integer({ description });

/** ISO 4217 code. */
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code.' });

/** Language of texts sent to the customer. */
export const LocaleSchema = Type.Enum(['zh-CN', 'en']);

/** Money with its own currency. */
export const MoneySchema = Type.Object(
  { amount: Type.Integer({ description: 'Integer minor units.' }), currency: Currency },
  { description: 'An amount with its currency.' },
);

/** Postal address. Only ever published sealed. */
export interface Address {
  name: string;
  company?: string;
  street: string;
  street2?: string;
  city: string;
  region?: string;
  postalCode?: string;
  /** ISO 3166-1 alpha-2, or the original text in imported history. */
  country: string;
  phone?: string;
}

/** How to reach a customer. Only ever published sealed. */
export interface Contact {
  name?: string;
  company?: string;
  email?: string;
  phone?: string;
}

/** All that is known about a customer as a person or company. Only ever published sealed. */
export interface CustomerProfile {
  name?: string;
  company?: string;
  contactName?: string;
  contactTitle?: string;
  email?: string;
  phone?: string;
  address?: Partial<Address>;
}

/** A sealed value of type `T` (see `Sealed`). */
export const SealedSchema = <T>(description: string) =>
  Type.Unsafe<Sealed<T>>(Type.String({ pattern: SEALED_PATTERN, description: `Sealed: ${description}` }));

/** Where an order goes: the country in clear (reports need it), the rest sealed. */
export const ShipToSchema = Type.Object({
  country: Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'ISO 3166-1 alpha-2; the original text in imported history where it is not known.',
  }),
  address: Type.Optional(SealedSchema<Address>('postal address.')),
});

/** Where something goes. */
export type ShipTo = Static<typeof ShipToSchema>;

/** Sealed contact. */
export const ContactSchema = SealedSchema<Contact>('name, company, email, phone.');

/** What the customer would like about the delivery. */
/** What somebody wrote in their own words. Text, because events of before it was sealed have it in the clear. */
export const Note = (description = 'In their own words') =>
  Text(`${description}; sealed with the key of the person it is about, in the clear in older events.`);

export const DeliveryWishSchema = Type.Object({
  requestedDate: Type.Optional(Type.String({ description: 'Date or time, ISO 8601.' })),
  note: Type.Optional(Note()),
});

/** How an order is paid. */
export const PaymentTermsSchema = Type.Enum(['prepaid', 'invoice', 'cod']);

/** Where a record came from when nobody entered it by hand. */
export const OriginSchema = Type.Object({ importId: Type.Optional(Id()), orderId: Type.Optional(Id()) });

/** A line and a quantity of it. */
export const LineQuantity = Type.Object({ lineId: Id(), quantity: Quantity });

/** What a bundle's reservation stands for: the units to pick. */
export const Components = Type.Array(Type.Object({ sku: Id(), quantity: Quantity, name: Type.Optional(Text()) }), {
  description: 'Of a bundle: what it is made of, all units together.',
});

/** Additions to a reservation of an order. */
export const allocationDetails = {
  name: Type.Optional(Text('Of what goes instead of what was ordered.')),
  components: Type.Optional(Components),
};

/** A reserved quantity of a line. */
export const ReservedLine = Type.Object({
  lineId: Id(),
  sku: Id(),
  name: Text(),
  quantity: Quantity,
  reservationId: Id(),
  components: Type.Optional(Components),
});

/** `optional(x)`: shorthand that keeps event files readable. */
export const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
