import { Field } from '@orderloom/platform';
import { fulfilmentStatuses } from './fulfilment.js';

/** Units of a line. */
export class LineQuantityBody {
  @Field.string({ max: 100, example: 'L1' }) lineId!: string;
  @Field.integer({ min: 1 }) quantity!: number;
}

/** Units of a line that were found. */
export class PickedBody {
  @Field.string({ max: 100, example: 'L1' }) lineId!: string;
  @Field.integer({ min: 0 }) quantity!: number;
}

const CODE = /^[A-Z][A-Z0-9_]*$/;
const SHORT =
  'Why fewer units were found. Saying so makes it a short pick: what was found goes on, the rest is re-sourced.';

/** Why a location will not do it. */
export class RejectBody {
  @Field.string({ max: 60, pattern: CODE, example: 'NO_CAPACITY' }) reason!: string;
  @Field.string({ optional: true, max: 500 }) note?: string;
}

/** A parcel as packed. */
export class ParcelBody {
  @Field.string({ max: 200 }) parcelId!: string;
  @Field.integer({ optional: true, min: 0 }) weightGrams?: number;
  @Field.string({ optional: true, max: 60, description: 'Code of the carton.' }) carton?: string;
  @Field.integer({ optional: true, min: 1, max: 20_000 }) lengthMm?: number;
  @Field.integer({ optional: true, min: 1, max: 20_000 }) widthMm?: number;
  @Field.integer({ optional: true, min: 1, max: 20_000 }) heightMm?: number;
  @Field.list(() => LineQuantityBody, { min: 1 }) lines!: LineQuantityBody[];
}

/** What may be said when picking. */
export class PickBody {
  @Field.oneOf(['start', 'complete'] as const, { optional: true, description: 'Only one half; both when absent.' })
  stage?: 'start' | 'complete';

  @Field.list(() => PickedBody, {
    optional: true,
    description: 'What was picked; all, or what was scanned, when absent.',
  })
  lines?: PickedBody[];

  @Field.string({ optional: true, max: 60, pattern: CODE, example: 'NOT_FOUND_AT_BIN', description: SHORT })
  reason?: string;

  @Field.string({ optional: true, max: 500 }) note?: string;
}

/** What may be said when packing. */
export class PackBody {
  @Field.oneOf(['start', 'complete'] as const, { optional: true, description: 'Only one half; both when absent.' })
  stage?: 'start' | 'complete';

  @Field.list(() => ParcelBody, { optional: true, max: 200, description: 'As planned or scanned when absent.' })
  parcels?: ParcelBody[];

  @Field.boolean({ optional: true, description: 'Pack as the carton plan says; by default where items are measured.' })
  auto?: boolean;
}

/** What may be said when handing over. */
export class DispatchBody {
  @Field.string({
    optional: true,
    max: 100,
    description: 'Code of a carrier; the best by cost, promise and score when absent.',
  })
  carrier?: string;

  @Field.string({ optional: true, max: 100, pattern: /^\S+$/, description: 'Given by the carrier when absent.' })
  trackingNumber?: string;
}

/** The same action on many. */
export class ManyBody {
  @Field.strings({ min: 1, max: 1000, description: 'Ids of fulfilment orders.' })
  ids!: string[];

  @Field.string({ optional: true, max: 100, description: 'When labelling or dispatching: code of a carrier.' })
  carrier?: string;

  @Field.string({ optional: true, max: 60, pattern: CODE, description: 'When rejecting: why.' })
  reason?: string;
}

/** Which fulfilment orders to list. */
export class FulfilmentQuery {
  @Field.strings({ optional: true, values: fulfilmentStatuses, description: 'Any of these.' }) status?: string[];
  @Field.string({ optional: true }) location?: string;
  @Field.string({ optional: true }) orderId?: string;
  @Field.string({ optional: true }) country?: string;
  @Field.oneOf(['true', 'false'] as const, { optional: true, description: 'Only those that are late.' }) overdue?:
    | 'true'
    | 'false';
  @Field.string({ optional: true, max: 2000, description: '`next` of the page before.' }) cursor?: string;
  @Field.integer({ min: 1, max: 500, default: 50 }) limit!: number;
}
