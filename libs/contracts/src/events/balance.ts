import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Amount, Currency, Id, optional, Text, Time } from './common.js';

const entry = { balanceId: Id(), entryId: Id('What it is for, e.g. a payment: booked once.'), currency: Currency };

export const BalanceOpenedV1 = defineEvent(
  'order',
  'BalanceOpened',
  1,
  Type.Object({
    balanceId: Id(),
    kind: Type.Enum(['gift_card', 'store_credit']),
    currency: Currency,
    customerId: optional(Id('Whose store credit it is.')),
    expiresAt: optional(Time()),
    occurredAt: Time(),
  }),
  {
    title: 'Balance opened',
    description: 'A gift card was issued, or a customer has store credit for the first time.',
  },
);

export const BalanceCreditedV1 = defineEvent(
  'order',
  'BalanceCredited',
  1,
  Type.Object({
    ...entry,
    amount: Amount(),
    reason: Text(),
    orderId: optional(Id()),
    after: Amount('What is on it then.'),
    occurredAt: Time(),
  }),
  { title: 'Balance credited', description: 'Money was put on a gift card or store credit.' },
);

export const BalanceDebitedV1 = defineEvent(
  'order',
  'BalanceDebited',
  1,
  Type.Object({
    ...entry,
    amount: Amount(),
    reason: Text(),
    orderId: optional(Id()),
    after: Amount('What is left on it.'),
    occurredAt: Time(),
  }),
  { title: 'Balance debited', description: 'A gift card or store credit was used.' },
);

/** Public events of gift cards and store credit: streams `balance-{balanceId}`. */
export const balanceEvents = [BalanceOpenedV1, BalanceCreditedV1, BalanceDebitedV1] as const;

/** Stored events of a `balance-` stream. */
export type BalanceEvent = DomainEventOf<(typeof balanceEvents)[number]>;
