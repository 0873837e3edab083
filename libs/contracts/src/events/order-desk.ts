import Type from 'typebox';
import { type DomainEventOf, defineEvent } from '../envelope.js';
import { Id, MoneySchema, optional, Text, Time } from './common.js';
import { AT_DEADLINE, HOLD_STEPS, HOLD_TYPES } from './order-review.js';

const LevelSchema = Type.Object({
  role: Id(),
  hours: optional(Type.Integer({ minimum: 1, maximum: 8760 })),
  escalateTo: optional(Id()),
});

/** What a rule does when its conditions are met. */
const RuleActionSchema = Type.Object({
  do: Type.Enum(['pass', 'hold', 'reject'], { description: '`pass`: no rule of lower priority is asked.' }),
  type: optional(Type.Enum([...HOLD_TYPES])),
  blocks: optional(Type.Array(Type.Enum([...HOLD_STEPS]))),
  reason: optional(Id('Stable code; the id of the rule when absent.')),
  ownerRole: optional(Id()),
  owner: optional(Id()),
  minutes: optional(Type.Integer({ minimum: 0, description: 'Time to decide.' })),
  atDeadline: optional(Type.Enum([...AT_DEADLINE])),
  escalateTo: optional(Id()),
  levels: optional(Type.Array(LevelSchema)),
  fourEyes: optional(Type.Boolean()),
});

const RuleSchema = Type.Object({
  ruleId: Id(),
  version: Type.Integer({ minimum: 1 }),
  name: Text(),
  triggers: Type.Array(Type.Enum(['submit', 'amend', 'sweep'])),
  priority: Type.Integer({ minimum: 1, description: 'Higher is asked first.' }),
  conditions: Type.Record(Type.String(), Type.Unknown(), { description: 'In the form of json-rules-engine.' }),
  action: RuleActionSchema,
});

export const RuleDraftedV1 = defineEvent(
  'order',
  'RuleDrafted',
  1,
  Type.Object({ rule: RuleSchema, occurredAt: Time() }),
  { title: 'Rule drafted', description: 'A version of a rule was written; it does not apply yet.' },
);

export const RulePublishedV1 = defineEvent(
  'order',
  'RulePublished',
  1,
  Type.Object({ rule: RuleSchema, occurredAt: Time() }),
  { title: 'Rule published', description: 'This version of the rule applies from now on.' },
);

export const RuleDisabledV1 = defineEvent(
  'order',
  'RuleDisabled',
  1,
  Type.Object({ ruleId: Id(), occurredAt: Time() }),
  { title: 'Rule disabled', description: 'The rule no longer applies.' },
);

export const StandingSetV1 = defineEvent(
  'order',
  'StandingSet',
  1,
  Type.Object({
    kind: Type.Enum(['customer', 'seller', 'area']),
    id: Id(
      'Customer id, the name a seller signs in with, or an area: `CN`, or `CN-54` for postal codes that begin so.',
    ),
    blocked: optional(Text('Why nothing is sold to the customer, or delivered to the area.')),
    class: optional(Id()),
    creditLimit: optional(MoneySchema),
    discountLimit: optional(Type.Number({ minimum: 0, maximum: 1, description: 'Fraction.' })),
    occurredAt: Time(),
  }),
  {
    title: 'Standing set',
    description:
      'What the company allows a customer or seller, or whether it delivers to an area; replaces what was set before.',
  },
);

/** Events of the order desk's own streams: rules and standings. */
export const orderDeskEvents = [RuleDraftedV1, RulePublishedV1, RuleDisabledV1, StandingSetV1] as const;

/** Stored events of `desk-` streams. */
export type OrderDeskEvent = DomainEventOf<(typeof orderDeskEvents)[number]>;
