import Type from 'typebox';
import { defineEvent } from '../envelope.js';
import { Amount, Count, Currency, Id, Note, optional, Quantity, Text, Time } from './common.js';

/** All that the customer wants of every line from now on. */
export const WantedLines = Type.Array(Type.Object({ lineId: Id(), sku: Id(), name: Text(), quantity: Count }), {
  description: 'Every line with the units that are wanted from now on; zero: none any more.',
});

const CancelledLines = Type.Array(
  Type.Object({
    lineId: Id(),
    quantity: Quantity,
    amount: Amount('Net of the units.'),
    tax: optional(Amount('Taxes of the units, where there are any.')),
  }),
);

const ended = {
  reason: Text(),
  note: optional(Note()),
  lines: CancelledLines,
  amount: Amount('All that is no longer owed: the lines and the shipping charge.'),
  currency: Currency,
  epoch: optional(Type.Integer({ minimum: 1, description: 'How often the order was reopened before.' })),
  occurredAt: Time(),
};

export const LinesCancelledV1 = defineEvent(
  'order',
  'LinesCancelled',
  1,
  Type.Object({
    cancellationId: Id(),
    ...ended,
    amendmentId: optional(Id('When it is part of an amendment.')),
    stopId: optional(Id('When a warehouse stopped these units on request.')),
    wanted: WantedLines,
  }),
  { title: 'Lines cancelled', description: 'Some units will not be delivered; the rest of the order goes on.' },
);

export const AllocationsReturnedV1 = defineEvent(
  'order',
  'AllocationsReturned',
  1,
  Type.Object({
    decisionId: optional(Id('The decision whose units the order never took, because they are not wanted any more.')),
    reason: Id(),
    lines: Type.Array(
      Type.Object({ lineId: Id(), sku: Id(), location: Id(), reservationId: Id(), quantity: Quantity }),
    ),
  }),
  { title: 'Allocations returned', description: 'The order does not need these reserved units (any more).' },
);

export const OrderExpiredV1 = defineEvent(
  'order',
  'OrderExpired',
  1,
  Type.Object({ ...ended, dueAt: Time('Until when it should have been paid.') }),
  { title: 'Order expired', description: 'The order was not paid in time; nothing of it will be delivered.' },
);

export const OrderReopenedV1 = defineEvent(
  'order',
  'OrderReopened',
  1,
  Type.Object({
    ...ended,
    amount: Amount('All that is owed again.'),
    epoch: Type.Integer({ minimum: 1, description: 'How often it was reopened; older sourcing decisions are void.' }),
    wanted: WantedLines,
  }),
  { title: 'Order reopened', description: 'An order that had ended unfulfilled goes on as confirmed.' },
);

export const StopRequestedV1 = defineEvent(
  'order',
  'StopRequested',
  1,
  Type.Object({
    stopId: Id(),
    fulfilmentIds: Type.Array(Id()),
    reason: Text(),
    note: optional(Note()),
    occurredAt: Time(),
  }),
  { title: 'Stop requested', description: 'Warehouses are asked not to send what was released to them.' },
);

export const StopAnsweredV1 = defineEvent(
  'order',
  'StopAnswered',
  1,
  Type.Object({
    stopId: Id(),
    fulfilmentId: Id('The release the answer is about.'),
    partId: Id('The fulfilment order that answered; another one where the release was split.'),
    outcome: Type.Enum(['STOPPED', 'REFUSED']),
    code: optional(Id('Why not: a code of the message catalogue.')),
    lines: Type.Array(Type.Object({ lineId: Id(), quantity: Quantity, reservationId: Id() }), {
      description: 'Units that stay in the house.',
    }),
    occurredAt: Time(),
  }),
  { title: 'Stop answered', description: 'A warehouse stopped what was released to it, or said why it could not.' },
);

/** Events by which an order is cut short, stopped or taken up again. */
export const orderChangeEvents = [
  LinesCancelledV1,
  AllocationsReturnedV1,
  OrderExpiredV1,
  OrderReopenedV1,
  StopRequestedV1,
  StopAnsweredV1,
] as const;
