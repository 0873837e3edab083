import { Field } from '@orderloom/platform';
import { fulfilmentStatuses } from './fulfilment.js';

/** Units of a line. */
export class LineQuantityBody {
  @Field.string({ max: 100, example: 'L1' }) lineId!: string;
  @Field.integer({ min: 1 }) quantity!: number;
}

/** A parcel as packed. */
export class ParcelBody {
  @Field.string({ max: 200 }) parcelId!: string;
  @Field.integer({ optional: true, min: 0 }) weightGrams?: number;
  @Field.list(() => LineQuantityBody, { min: 1 }) lines!: LineQuantityBody[];
}

/** What may be said when picking. */
export class PickBody {
  @Field.oneOf(['start', 'complete'] as const, { optional: true, description: 'Only one half; both when absent.' })
  stage?: 'start' | 'complete';

  @Field.list(() => LineQuantityBody, { optional: true, description: 'What was picked; all when absent.' })
  lines?: LineQuantityBody[];
}

/** What may be said when packing. */
export class PackBody {
  @Field.oneOf(['start', 'complete'] as const, { optional: true, description: 'Only one half; both when absent.' })
  stage?: 'start' | 'complete';

  @Field.list(() => ParcelBody, { optional: true, max: 200, description: 'One parcel with everything when absent.' })
  parcels?: ParcelBody[];
}

/** What may be said when handing over. */
export class DispatchBody {
  @Field.string({ optional: true, max: 100, description: 'Code of a carrier; chosen by country when absent.' })
  carrier?: string;

  @Field.string({ optional: true, max: 100, pattern: /^\S+$/, description: 'Given by the carrier when absent.' })
  trackingNumber?: string;
}

/** The same action on many. */
export class ManyBody {
  @Field.strings({ min: 1, max: 1000, description: 'Ids of fulfilment orders.' })
  ids!: string[];

  @Field.string({ optional: true, max: 100, description: 'When dispatching: code of a carrier.' })
  carrier?: string;
}

/** Which fulfilment orders to list. */
export class FulfilmentQuery {
  @Field.strings({ optional: true, values: fulfilmentStatuses, description: 'Any of these.' }) status?: string[];
  @Field.string({ optional: true }) location?: string;
  @Field.string({ optional: true }) orderId?: string;
  @Field.string({ optional: true }) country?: string;
  @Field.string({ optional: true, max: 2000, description: '`next` of the page before.' }) cursor?: string;
  @Field.integer({ min: 1, max: 500, default: 50 }) limit!: number;
}
