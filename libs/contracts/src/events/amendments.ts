import Type from 'typebox';
import { type DataOf, defineEvent } from '../envelope.js';
import {
  Amount,
  Count,
  Currency,
  DeliveryWishSchema,
  Id,
  Note,
  optional,
  PaymentTermsSchema,
  Quantity,
  ShipToSchema,
  Text,
  Time,
} from './common.js';
import { WantedLines } from './order-changes.js';
import { OrderLineSchema, TotalsSchema } from './order-lines.js';

const ChangesSchema = Type.Object(
  {
    lines: optional(
      Type.Array(
        Type.Object({
          lineId: Id(),
          sku: Id(),
          from: Type.Object(
            { quantity: Count, unitPrice: Amount() },
            { description: 'What whoever asks for the change has seen.' },
          ),
          quantity: Count,
          unitPrice: Amount(),
        }),
        { description: 'Lines with the units and the price they shall have; no units: the line goes.' },
      ),
    ),
    added: optional(
      Type.Array(
        Type.Object({
          sku: Id(),
          name: Text(),
          quantity: Quantity,
          unitPrice: Amount(),
          discount: Amount('Taken off the line, minor units.'),
        }),
      ),
    ),
    shipTo: optional(ShipToSchema),
    deliveryWish: optional(DeliveryWishSchema),
    requiredBy: optional(Time()),
    paymentTerms: optional(PaymentTermsSchema),
  },
  { description: 'What shall be different. What is absent stays.' },
);

const EffectSchema = Type.Object(
  {
    currency: Currency,
    dueBefore: Amount('What the customer owes in the end, before.'),
    dueAfter: Amount('The same, after.'),
    extraPayment: Amount('What is still to be paid because of it.'),
    refund: Amount('What goes back because of it.'),
    lines: Type.Array(
      Type.Object({
        lineId: optional(Id('Absent for a line that is added.')),
        sku: Id(),
        quantityBefore: Count,
        quantityAfter: Count,
        amountBefore: Amount(),
        amountAfter: Amount(),
      }),
    ),
  },
  { description: 'What it changes in price and payment.' },
);

const NeedsSchema = Type.Array(
  Type.Object({
    need: Type.Enum(['APPROVAL', 'CUSTOMER', 'PAYMENT']),
    why: Id('The rule that asks for it.'),
    inputs: Type.Record(Type.String(), Type.Unknown()),
  }),
  { description: 'What has to happen before it is applied, and why.' },
);

const amendment = { amendmentId: Id() };

export const AmendmentProposedV1 = defineEvent(
  'order',
  'AmendmentProposed',
  1,
  Type.Object({
    ...amendment,
    number: Type.Integer({ minimum: 1, description: '1, 2, … within the order.' }),
    requestedBy: Type.Enum(['CUSTOMER', 'STAFF']),
    reason: Text(),
    note: optional(Note()),
    changes: ChangesSchema,
    expiresAt: Time(),
    occurredAt: Time(),
  }),
  { title: 'Amendment proposed', description: 'Somebody asks for a change. The order goes on as it is meanwhile.' },
);

export const AmendmentPricedV1 = defineEvent(
  'order',
  'AmendmentPriced',
  1,
  Type.Object({ ...amendment, effect: EffectSchema, needs: NeedsSchema, occurredAt: Time() }),
  { title: 'Amendment priced', description: 'What the change costs, and who has to agree to it.' },
);

export const AmendmentApprovedV1 = defineEvent(
  'order',
  'AmendmentApproved',
  1,
  Type.Object({ ...amendment, note: optional(Note()), needs: NeedsSchema, occurredAt: Time() }),
  { title: 'Amendment approved', description: 'Somebody who may has approved the change.' },
);

export const AmendmentAcceptedV1 = defineEvent(
  'order',
  'AmendmentAccepted',
  1,
  Type.Object({ ...amendment, note: optional(Note('How the customer said so')), occurredAt: Time() }),
  { title: 'Amendment accepted', description: 'The customer agrees to the change.' },
);

export const AmendmentPaymentAwaitedV1 = defineEvent(
  'order',
  'AmendmentPaymentAwaited',
  1,
  Type.Object({ ...amendment, paymentId: Id(), amount: Amount(), currency: Currency }),
  { title: 'Amendment payment awaited', description: 'The change is applied when this payment has come.' },
);

export const AmendmentRebasedV1 = defineEvent(
  'order',
  'AmendmentRebased',
  1,
  Type.Object({
    ...amendment,
    changes: ChangesSchema,
    dropped: Type.Array(
      Type.Object({
        path: Id('What of the change is no longer possible, e.g. `lines.L1`.'),
        code: Id('Why: a code of the message catalogue.'),
      }),
    ),
    effect: EffectSchema,
    needs: NeedsSchema,
    occurredAt: Time(),
  }),
  { title: 'Amendment rebased', description: 'The order has changed meanwhile: what is left of the change.' },
);

export const AmendmentAppliedV1 = defineEvent(
  'order',
  'AmendmentApplied',
  1,
  Type.Object({
    ...amendment,
    lines: Type.Array(OrderLineSchema, { description: 'Lines that were added or are sold differently, as sold now.' }),
    totals: TotalsSchema,
    sold: Amount('By how much what was sold has changed, minor units; less than zero: by as much less.'),
    currency: Currency,
    shipTo: optional(ShipToSchema),
    deliveryWish: optional(DeliveryWishSchema),
    requiredBy: optional(Time()),
    paymentTerms: optional(PaymentTermsSchema),
    wanted: WantedLines,
    occurredAt: Time(),
  }),
  {
    title: 'Amendment applied',
    description: 'The order is changed. Units taken off are a `LinesCancelled` before it.',
  },
);

export const AmendmentDeclinedV1 = defineEvent(
  'order',
  'AmendmentDeclined',
  1,
  Type.Object({
    ...amendment,
    by: Type.Enum(['APPROVER', 'CUSTOMER', 'PAYMENT', 'ORDER'], {
      description: 'ORDER: it has changed so that nothing of the amendment is possible.',
    }),
    code: Id('Why: a code of the message catalogue.'),
    reason: optional(Text()),
    occurredAt: Time(),
  }),
  { title: 'Amendment declined', description: 'The change is not made.' },
);

export const AmendmentExpiredV1 = defineEvent(
  'order',
  'AmendmentExpired',
  1,
  Type.Object({ ...amendment, occurredAt: Time() }),
  { title: 'Amendment expired', description: 'Nobody decided in time; the change is not made.' },
);

export const AmendmentWithdrawnV1 = defineEvent(
  'order',
  'AmendmentWithdrawn',
  1,
  Type.Object({ ...amendment, reason: optional(Text()), occurredAt: Time() }),
  { title: 'Amendment withdrawn', description: 'Whoever asked for the change no longer wants it.' },
);

/** Events of changes to an order, kept beside it in its stream. */
export const amendmentEvents = [
  AmendmentProposedV1,
  AmendmentPricedV1,
  AmendmentApprovedV1,
  AmendmentAcceptedV1,
  AmendmentPaymentAwaitedV1,
  AmendmentRebasedV1,
  AmendmentAppliedV1,
  AmendmentDeclinedV1,
  AmendmentExpiredV1,
  AmendmentWithdrawnV1,
] as const;

/** What shall be different. */
export type AmendmentChanges = DataOf<typeof AmendmentProposedV1>['changes'];
/** What a change does to price and payment. */
export type AmendmentEffect = DataOf<typeof AmendmentPricedV1>['effect'];
/** What has to happen before a change is applied. */
export type AmendmentNeed = DataOf<typeof AmendmentPricedV1>['needs'][number];
