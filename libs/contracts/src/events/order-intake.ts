import Type from 'typebox';
import { defineEvent } from '../envelope.js';
import { Amount, Id, optional, SealedSchema, Time } from './common.js';

/** How much an order presses. */
export const PRIORITIES = ['normal', 'urgent', 'vip'] as const;
export type Priority = (typeof PRIORITIES)[number];
export const PrioritySchema = Type.Enum([...PRIORITIES]);

const CustomValue = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** Values of the fields a company has defined for its orders, by key. */
export const CustomSchema = Type.Record(Type.String(), CustomValue);

/** Where an order came in: the adapter that read it, and the version of it. */
export const IntakeSourceSchema = Type.Object({
  adapter: Id(),
  version: Type.Integer({ minimum: 1 }),
});

/** The order and return that a replacement is for. */
export const ExchangeForSchema = Type.Object({
  orderId: Id(),
  returnId: Id(),
  value: optional(Amount('How much less it costs for what came back, taxes included, minor units.')),
});

export const OrderFactsChangedV1 = defineEvent(
  'order',
  'OrderFactsChanged',
  1,
  Type.Object({
    priority: optional(PrioritySchema),
    custom: optional(
      Type.Record(Type.String(), Type.Union([CustomValue, Type.Null()]), {
        description: 'Only the fields that changed; null takes one away.',
      }),
    ),
    occurredAt: Time(),
  }),
  { title: 'Order facts changed', description: 'Priority or fields of the company changed.' },
);

/** What an attachment is. Only ever published sealed. */
export interface AttachmentLink {
  name: string;
  url: string;
}

export const AttachmentAddedV1 = defineEvent(
  'order',
  'AttachmentAdded',
  1,
  Type.Object({
    attachmentId: Id(),
    link: SealedSchema<AttachmentLink>('name and address of a document.'),
    occurredAt: Time(),
  }),
  { title: 'Attachment added', description: 'A document belongs to the order, by link.' },
);

export const AttachmentRemovedV1 = defineEvent(
  'order',
  'AttachmentRemoved',
  1,
  Type.Object({ attachmentId: Id(), occurredAt: Time() }),
  { title: 'Attachment removed', description: 'A document no longer belongs to the order.' },
);

export const ComplaintRaisedV1 = defineEvent(
  'order',
  'ComplaintRaised',
  1,
  Type.Object({
    complaintId: Id(),
    kind: Id('Stable code, e.g. DAMAGED, LATE, WRONG_ITEM, SERVICE.'),
    lineIds: Type.Array(Id()),
    text: optional(SealedSchema<string>("the customer's words.")),
    returnId: optional(Id()),
    dueAt: Time('By when the customer should have an answer.'),
    occurredAt: Time(),
  }),
  { title: 'Complaint raised', description: 'The customer complains about the order.' },
);

export const ComplaintResolvedV1 = defineEvent(
  'order',
  'ComplaintResolved',
  1,
  Type.Object({
    complaintId: Id(),
    outcome: Id('Stable code: APOLOGY, RETURN, REFUND, REPLACEMENT, REFUSED.'),
    returnId: optional(Id()),
    note: optional(SealedSchema<string>('what was agreed.')),
    occurredAt: Time(),
  }),
  { title: 'Complaint resolved', description: 'The complaint was answered.' },
);

export const ChannelNewsSetAsideV1 = defineEvent(
  'order',
  'ChannelNewsSetAside',
  1,
  Type.Object({
    newsId: Id(),
    state: optional(Id('What the channel says of the order, where that could not be followed.')),
    code: Id('Why not: a code of the message catalogue.'),
    details: Type.Record(Type.String(), Type.Unknown()),
    occurredAt: Time(),
  }),
  {
    title: 'Channel news set aside',
    description: 'The channel tells something the order could not follow; somebody should look at it.',
  },
);

export const ChannelNewsSettledV1 = defineEvent(
  'order',
  'ChannelNewsSettled',
  1,
  Type.Object({ newsId: Id(), occurredAt: Time() }),
  { title: 'Channel news settled', description: 'Somebody has dealt with what the channel told.' },
);

/** Events by which orders come in and are described. */
export const orderIntakeEvents = [
  OrderFactsChangedV1,
  AttachmentAddedV1,
  AttachmentRemovedV1,
  ComplaintRaisedV1,
  ComplaintResolvedV1,
  ChannelNewsSetAsideV1,
  ChannelNewsSettledV1,
] as const;
