import {
  AT_DEADLINE,
  type AtDeadline,
  HOLD_STEPS,
  HOLD_TYPES,
  type HoldStep,
  type HoldType,
} from '@orderloom/contracts';
import { Field } from '@orderloom/platform';

const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_.:@ -]{0,99}$/u;

/** One level of an approval. */
export class LevelBody {
  @Field.string({ max: 100, pattern: NAME, description: 'Role that decides.' }) role!: string;
  @Field.integer({ optional: true, min: 1, max: 8760, description: 'Time to decide.' }) hours?: number;
  @Field.string({ optional: true, max: 100, pattern: NAME, description: 'Role that decides when it has passed.' })
  escalateTo?: string;
}

/** A postal address. */
export class AddressBody {
  @Field.string({ max: 200 }) name!: string;
  @Field.string({ optional: true, max: 200 }) company?: string;
  @Field.string({ max: 300 }) street!: string;
  @Field.string({ optional: true, max: 300 }) street2?: string;
  @Field.string({ max: 200 }) city!: string;
  @Field.string({ optional: true, max: 200 }) region?: string;
  @Field.string({ optional: true, max: 20 }) postalCode?: string;
  @Field.country() country!: string;
  @Field.string({ optional: true, max: 50 }) phone?: string;
}

export class PlaceHoldBody {
  @Field.oneOf(HOLD_TYPES, { default: 'CUSTOM' }) type!: HoldType;
  @Field.string({ optional: true, max: 100, description: 'One line; the whole order when absent.' }) lineId?: string;
  @Field.strings({ optional: true, max: 6, values: HOLD_STEPS, description: 'RELEASE when absent.' })
  blocks?: HoldStep[];
  @Field.string({ max: 64, pattern: CODE, description: 'Stable code of why, e.g. `CUSTOMER_CALLED`.' })
  reason!: string;
  @Field.string({ default: 'reviewer', max: 100, pattern: NAME }) ownerRole!: string;
  @Field.string({ optional: true, max: 100, pattern: NAME }) owner?: string;
  @Field.integer({ default: 1440, min: 1, max: 525_600, description: 'Time to decide.' }) minutes!: number;
  @Field.oneOf(AT_DEADLINE, { default: 'WAIT', description: 'What happens by itself at the deadline.' })
  atDeadline!: AtDeadline;
  @Field.string({ optional: true, max: 100, pattern: NAME }) escalateTo?: string;
  @Field.list(() => LevelBody, { optional: true, min: 1, max: 5 }) levels?: LevelBody[];
  @Field.boolean({ default: false, description: 'Every level is another person.' }) fourEyes!: boolean;
  @Field.strings({ optional: true, max: 20, description: 'Orders it has to do with.' }) related?: string[];
}

export class AssignHoldBody {
  @Field.string({ optional: true, max: 100, pattern: NAME }) ownerRole?: string;
  @Field.string({ optional: true, max: 100, pattern: NAME, description: 'A person; nobody in particular when absent.' })
  owner?: string;
  @Field.time({ optional: true, description: 'Another deadline.' }) deadline?: string;
  @Field.boolean({ default: false, description: 'Whoever gets it stands in for its owner.' }) delegated!: boolean;
}

export class ApproveHoldBody {
  @Field.integer({ optional: true, min: 1, max: 5, description: 'Level that is meant; the next one when absent.' })
  level?: number;
  @Field.string({ optional: true, max: 100, pattern: NAME, description: 'Role or person stood in for.' })
  onBehalfOf?: string;
  @Field.string({ optional: true, max: 64, pattern: CODE, description: 'APPROVED when absent.' }) resolution?: string;
  @Field.object(() => AddressBody, { optional: true, description: 'The address as it is right.' }) shipTo?: AddressBody;
}

export class RejectHoldBody {
  @Field.string({ default: 'ORDER_REJECTED', max: 64, pattern: CODE }) reason!: string;
  @Field.string({ optional: true, max: 2000, description: 'No personal data: it is kept in the clear.' }) note?: string;
}

/** Questions with their usual answers. */
export const QUESTIONS = ['DUPLICATE', 'ADDRESS', 'CONFIRM_ORDER'] as const;
export type QuestionKind = (typeof QUESTIONS)[number];

export class AskBody {
  @Field.oneOf(QUESTIONS, { description: 'What is asked; its answers belong to it.' }) question!: QuestionKind;
  @Field.string({ optional: true, max: 2000, description: 'Words of your own to the customer.' }) message?: string;
  @Field.integer({ default: 48, min: 1, max: 720, description: 'How long the link can be answered by.' })
  hours!: number;
}

export class NoteBody {
  @Field.string({ max: 2000 }) text!: string;
  @Field.string({ optional: true, max: 200 }) holdId?: string;
}

export class TagsBody {
  @Field.strings({ optional: true, max: 20, maxLength: 50 }) add?: string[];
  @Field.strings({ optional: true, max: 20, maxLength: 50 }) remove?: string[];
}
