import {
  DISPOSITIONS,
  type Disposition,
  RESOLUTIONS,
  RETURN_KINDS,
  type Resolution,
  type ReturnKind,
} from '@orderloom/contracts';
import { Field } from '@orderloom/platform';
import { PageQuery } from '@orderloom/service';
import { RETURN_STATUSES } from './return.js';

const CODE = /^[A-Z][A-Z0-9_]*$/;
const MAX_QUANTITY = 1_000_000_000;
const MAX_AMOUNT = 1_000_000_000_000;

class ReturnLineBody {
  @Field.string({ max: 100 }) lineId!: string;
  @Field.integer({ min: 1, max: MAX_QUANTITY }) quantity!: number;
  @Field.string({ max: 50, pattern: CODE, description: 'NOT_WANTED, DAMAGED, WRONG_ITEM, DEFECTIVE, …' })
  reason!: string;
  @Field.strings({ optional: true, max: 20, maxLength: 2000, description: 'Links to pictures (https).' })
  photos?: string[];
}

class ExchangeLineBody {
  @Field.string({ max: 100 }) sku!: string;
  @Field.integer({ min: 1, max: MAX_QUANTITY }) quantity!: number;
  @Field.integer({
    optional: true,
    min: 0,
    max: MAX_AMOUNT,
    description: 'Minor units; as the same product was sold for, else the catalogue price, when left out.',
  })
  unitPrice?: number;
}

export class RequestReturnBody {
  @Field.list(() => ReturnLineBody, { min: 1, max: 1000 }) lines!: ReturnLineBody[];
  @Field.oneOf(RETURN_KINDS, { default: 'RETURN' }) kind!: ReturnKind;
  @Field.oneOf(RESOLUTIONS, { default: 'REFUND', description: 'What the customer would like.' }) wish!: Resolution;
  @Field.list(() => ExchangeLineBody, { optional: true, max: 1000 }) exchange?: ExchangeLineBody[];
  @Field.boolean({ default: false, description: 'The replacement leaves on approval, before the goods are back.' })
  advance!: boolean;
  @Field.boolean({ optional: true, description: 'False: the customer keeps the goods.' }) goodsBack?: boolean;
  @Field.string({ optional: true, max: 4000 }) comment?: string;
  @Field.string({ optional: true, max: 100 }) complaintId?: string;
  @Field.boolean({ default: false, description: 'Taken although the policy does not allow it.' }) override!: boolean;
}

export class ApproveBody {
  @Field.string({ optional: true, max: 2000 }) note?: string;
  @Field.string({ optional: true, max: 1000, description: 'Where the goods go, for the label.' }) address?: string;
  @Field.string({ optional: true, max: 200 }) carrier?: string;
  @Field.string({ optional: true, max: 2000, description: "The carrier's label, by link (https)." }) labelUrl?: string;
  @Field.boolean({ optional: true }) advance?: boolean;
  @Field.list(() => ExchangeLineBody, { optional: true, max: 1000 }) exchange?: ExchangeLineBody[];
}

export class DeclineBody {
  @Field.string({ max: 200, default: 'OTHER' }) reason!: string;
  @Field.string({ optional: true, max: 2000 }) note?: string;
}

export class DispatchBody {
  @Field.string({ optional: true, max: 200 }) carrier?: string;
  @Field.string({ optional: true, max: 100 }) trackingNumber?: string;
}

class LineQuantityBody {
  @Field.string({ max: 100 }) lineId!: string;
  @Field.integer({ min: 1, max: MAX_QUANTITY }) quantity!: number;
}

export class ReceiveBody {
  @Field.string({ max: 100, description: 'Where the goods arrived.' }) location!: string;
  @Field.list(() => LineQuantityBody, { max: 1000 }) lines!: LineQuantityBody[];
  @Field.boolean({ optional: true, description: 'Nothing more will come.' }) complete?: boolean;
}

class InspectedBody {
  @Field.string({ max: 100 }) lineId!: string;
  @Field.integer({ min: 1, max: MAX_QUANTITY }) quantity!: number;
  @Field.oneOf(DISPOSITIONS) disposition!: Disposition;
  @Field.string({ optional: true, max: 50, pattern: CODE }) condition?: string;
  @Field.boolean({
    optional: true,
    description: 'Whether the customer gets something for these units; true when left out.',
  })
  accepted?: boolean;
  @Field.string({ optional: true, max: 2000 }) note?: string;
}

export class InspectBody {
  @Field.string({ max: 100, description: 'Where the goods are; what is restocked is restocked here.' })
  location!: string;
  @Field.list(() => InspectedBody, { max: 1000 }) units!: InspectedBody[];
  @Field.time({ optional: true }) startedAt?: string;
}

export class SendBackBody {
  @Field.list(() => LineQuantityBody, {
    optional: true,
    max: 1000,
    description: 'All that has to go back when left out.',
  })
  lines?: LineQuantityBody[];
  @Field.string({ optional: true, max: 200 }) carrier?: string;
  @Field.string({ optional: true, max: 100 }) trackingNumber?: string;
  @Field.string({ optional: true, max: 2000 }) note?: string;
}

export class ResolveBody {
  @Field.oneOf(RESOLUTIONS) resolution!: Resolution;
  @Field.integer({ optional: true, min: 0, max: MAX_AMOUNT, description: 'Minor units taken off.' }) deduction?: number;
  @Field.integer({
    optional: true,
    min: 0,
    max: MAX_AMOUNT,
    description: 'Minor units of the delivery charge given back.',
  })
  shipping?: number;
  @Field.list(() => ExchangeLineBody, { optional: true, max: 1000 }) exchange?: ExchangeLineBody[];
  @Field.string({ optional: true, max: 2000 }) note?: string;
}

export class ReturnsQuery extends PageQuery {
  @Field.strings({ optional: true, values: RETURN_STATUSES }) status?: string[];
  @Field.string({ optional: true, max: 100 }) orderId?: string;
  @Field.string({ optional: true, max: 100 }) customerId?: string;
  @Field.strings({ optional: true, values: ['after-sales', 'warehouse', 'customer'] }) owner?: string[];
  @Field.boolean({ optional: true, description: 'Only those whose next step is late.' }) overdue?: boolean;
}

class StepDays {
  @Field.integer({ optional: true, min: 0, max: 3650 }) decide?: number;
  @Field.integer({ optional: true, min: 0, max: 3650 }) arrive?: number;
  @Field.integer({ optional: true, min: 0, max: 3650 }) inspect?: number;
  @Field.integer({ optional: true, min: 0, max: 3650 }) resolve?: number;
  @Field.integer({ optional: true, min: 0, max: 3650 }) close?: number;
}

export class PolicyBody {
  @Field.string({ max: 200 }) title!: string;
  @Field.strings({ optional: true, max: 5000, maxLength: 100, description: 'Skus; `*` at the end for any ending.' })
  skus?: string[];
  @Field.integer({ min: 0, max: 3650, description: 'Days after delivery; 0: never.' }) returnDays!: number;
  @Field.integer({ min: 0, max: 36500, description: 'Days after delivery in which faults are made good.' })
  warrantyDays!: number;
  @Field.strings({ optional: true, max: 100, maxLength: 50 }) reasons?: string[];
  @Field.boolean({ default: false }) autoApprove!: boolean;
  @Field.record({ optional: true, description: 'Per currency: goods worth less (minor units) stay with the customer.' })
  keepBelow?: Record<string, unknown>;
  @Field.object(() => StepDays, { optional: true, description: 'Days for each step.' }) days?: StepDays;
}
