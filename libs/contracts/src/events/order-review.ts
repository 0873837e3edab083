import Type from 'typebox';
import { defineEvent } from '../envelope.js';
import type { Address } from './common.js';
import { Id, optional, SealedSchema, ShipToSchema, Time } from './common.js';

/** What a hold is about. */
export const HOLD_TYPES = [
  'CS_REVIEW',
  'FINANCE_REVIEW',
  'FRAUD',
  'DUPLICATE',
  'ADDRESS',
  'CREDIT',
  'STOCK',
  'PRICE',
  'CUSTOMER_REQUEST',
  'CUSTOM',
] as const;
export type HoldType = (typeof HOLD_TYPES)[number];

/** The steps a hold can keep an order from. */
export const HOLD_STEPS = ['CONFIRM', 'RESERVE', 'RELEASE', 'CAPTURE', 'SHIP', 'REFUND'] as const;
export type HoldStep = (typeof HOLD_STEPS)[number];

/** What happens by itself when nobody has decided by the deadline. */
export const AT_DEADLINE = ['WAIT', 'RELEASE', 'ESCALATE', 'CANCEL'] as const;
export type AtDeadline = (typeof AT_DEADLINE)[number];

/** What a customer's answer does. */
export const ANSWER_EFFECTS = ['RESOLVE', 'CANCEL', 'CORRECT_ADDRESS', 'TELL'] as const;
export type AnswerEffect = (typeof ANSWER_EFFECTS)[number];

const Inputs = Type.Record(Type.String(), Type.Unknown());
const RuleReference = Type.Object(
  { ruleId: Id(), version: Type.Integer({ minimum: 1 }) },
  { description: 'The version of the rule that decided.' },
);
const Role = () => Id('Who has to act, e.g. `reviewer`, `finance`.');
const Person = () => Id('A person of that role who took it on.');

/** One level of an approval. */
const ApprovalLevelSchema = Type.Object({
  role: Role(),
  hours: optional(Type.Integer({ minimum: 1, maximum: 8760, description: 'Time to decide.' })),
  escalateTo: optional(Id('Role that decides when the time has passed.')),
});

export const OrderCheckedV1 = defineEvent(
  'order',
  'OrderChecked',
  1,
  Type.Object({
    trigger: Type.Enum(['submit', 'amend', 'sweep']),
    ruleSet: Type.String({ description: 'Revision of the rules that were asked.' }),
    findings: Type.Array(
      Type.Object({
        check: Id(),
        code: Id('Stable code of what was found.'),
        severity: Type.Enum(['info', 'warning', 'problem']),
        inputs: Inputs,
      }),
    ),
    decisions: Type.Array(
      Type.Object({
        ruleId: Id(),
        version: Type.Integer({ minimum: 1 }),
        action: Type.Enum(['pass', 'hold', 'reject']),
        facts: Inputs,
      }),
    ),
    occurredAt: Time(),
  }),
  {
    title: 'Order checked',
    description: 'Checks found something, or a rule applied. An order without findings is confirmed at once instead.',
  },
);

export const HoldPlacedV1 = defineEvent(
  'order',
  'HoldPlaced',
  1,
  Type.Object({
    holdId: Id(),
    type: Type.Enum([...HOLD_TYPES]),
    lineId: optional(Id('Absent: the whole order.')),
    blocks: Type.Array(Type.Enum([...HOLD_STEPS]), { description: 'Steps that wait until the hold has ended.' }),
    reason: Id('Stable code.'),
    ownerRole: Role(),
    owner: optional(Person()),
    deadline: Time('By when it should be decided.'),
    atDeadline: Type.Enum([...AT_DEADLINE]),
    escalateTo: optional(Id()),
    levels: optional(Type.Array(ApprovalLevelSchema, { description: 'Approvals it needs, in this order.' })),
    fourEyes: optional(Type.Boolean({ description: 'Every level is another person.' })),
    related: optional(Type.Array(Id(), { description: 'Orders it has to do with, e.g. the first of a duplicate.' })),
    inputs: Inputs,
    rule: optional(RuleReference),
    occurredAt: Time(),
  }),
  { title: 'Hold placed', description: 'The order must not take the named steps until somebody has decided.' },
);

export const HoldAssignedV1 = defineEvent(
  'order',
  'HoldAssigned',
  1,
  Type.Object({
    holdId: Id(),
    ownerRole: Role(),
    owner: optional(Person()),
    deadline: Time(),
    atDeadline: Type.Enum([...AT_DEADLINE]),
    reason: Type.Enum(['CLAIMED', 'ASSIGNED', 'DELEGATED', 'ESCALATED', 'RETURNED']),
    occurredAt: Time(),
  }),
  { title: 'Hold assigned', description: 'Somebody else has to decide now, or somebody took it on.' },
);

export const HoldApprovedV1 = defineEvent(
  'order',
  'HoldApproved',
  1,
  Type.Object({
    holdId: Id(),
    level: Type.Integer({ minimum: 1, description: 'Counted from 1.' }),
    role: Role(),
    by: Id(),
    onBehalfOf: optional(Id('Role or person the approver stood in for.')),
    next: optional(
      Type.Object({
        role: Role(),
        deadline: Time(),
        atDeadline: Type.Enum([...AT_DEADLINE]),
        escalateTo: optional(Id()),
      }),
    ),
    occurredAt: Time(),
  }),
  { title: 'Hold approved', description: 'One level of an approval was given.' },
);

export const HoldResolvedV1 = defineEvent(
  'order',
  'HoldResolved',
  1,
  Type.Object({
    holdId: Id(),
    resolution: Id('Stable code: APPROVED, KEPT, CORRECTED, …'),
    shipTo: optional(ShipToSchema),
    occurredAt: Time(),
  }),
  { title: 'Hold resolved', description: 'The order may go on. With `shipTo`: to this corrected address.' },
);

export const HoldRejectedV1 = defineEvent(
  'order',
  'HoldRejected',
  1,
  Type.Object({ holdId: Id(), reason: Id(), occurredAt: Time() }),
  { title: 'Hold rejected', description: 'The order is not accepted; its cancellation follows.' },
);

export const HoldExpiredV1 = defineEvent(
  'order',
  'HoldExpired',
  1,
  Type.Object({ holdId: Id(), effect: Type.Enum(['RELEASED', 'CANCELLED']), occurredAt: Time() }),
  { title: 'Hold expired', description: 'Its deadline passed and it ended by itself.' },
);

export const CustomerAskedV1 = defineEvent(
  'order',
  'CustomerAsked',
  1,
  Type.Object({
    questionId: Id(),
    holdId: Id(),
    ordinal: Type.Integer({ minimum: 1, description: 'The how-manieth question about this order.' }),
    question: Id('Stable code of what is asked: DUPLICATE, ADDRESS, …'),
    answers: Type.Array(Type.Object({ answer: Id(), effect: Type.Enum([...ANSWER_EFFECTS]) })),
    content: SealedSchema<CustomerQuestion>('message to the customer and the signed link to answer by.'),
    expiresAt: Time(),
    occurredAt: Time(),
  }),
  { title: 'Customer asked', description: 'The customer is asked to decide, with answers to choose from.' },
);

/** What a question to a customer says. Only ever published sealed. */
export interface CustomerQuestion {
  message?: string;
  /** Where it is answered, signed. */
  url: string;
}

export const CustomerAnsweredV1 = defineEvent(
  'order',
  'CustomerAnswered',
  1,
  Type.Object({
    questionId: Id(),
    answer: Id(),
    message: optional(SealedSchema<string>("the customer's own words.")),
    address: optional(SealedSchema<Address>('the address as the customer corrects it.')),
    occurredAt: Time(),
  }),
  {
    title: 'Customer answered',
    description: 'What the customer answered; what follows from it is recorded beside it.',
  },
);

export const OrderNotedV1 = defineEvent(
  'order',
  'OrderNoted',
  1,
  Type.Object({
    noteId: Id(),
    holdId: optional(Id()),
    text: SealedSchema<string>('a note of the order desk.'),
    occurredAt: Time(),
  }),
  { title: 'Order noted', description: 'Somebody of the order desk wrote a note.' },
);

export const OrderTaggedV1 = defineEvent(
  'order',
  'OrderTagged',
  1,
  Type.Object({ add: Type.Array(Id()), remove: Type.Array(Id()), occurredAt: Time() }),
  { title: 'Order tagged', description: 'Labels of the order changed.' },
);

/** Events of an order's checks, holds and review. */
export const orderReviewEvents = [
  OrderCheckedV1,
  HoldPlacedV1,
  HoldAssignedV1,
  HoldApprovedV1,
  HoldResolvedV1,
  HoldRejectedV1,
  HoldExpiredV1,
  CustomerAskedV1,
  CustomerAnsweredV1,
  OrderNotedV1,
  OrderTaggedV1,
] as const;
