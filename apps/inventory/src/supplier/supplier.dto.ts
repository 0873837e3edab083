import { Field } from '@orderloom/platform';
import { PriceBody } from '../product/product.dto.js';

/** How to reach a supplier. */
export class SupplierContactBody {
  @Field.string({ optional: true, max: 200 }) contactName?: string;
  @Field.string({ optional: true, max: 300 }) street?: string;
  @Field.string({ optional: true, max: 200 }) city?: string;
  @Field.string({ optional: true, max: 200 }) region?: string;
  @Field.string({ optional: true, max: 20 }) postalCode?: string;
  @Field.email({ optional: true }) email?: string;
  @Field.string({ optional: true, max: 50 }) phone?: string;
}

/** A supplier, in full. */
export class SupplierBody {
  @Field.string({ max: 300, example: 'Exotic Liquids' })
  company!: string;

  @Field.string({ optional: true, max: 100, description: 'ISO 3166-1 alpha-2, or the name where that is not known.' })
  country?: string;

  @Field.object(() => SupplierContactBody, { optional: true })
  contact?: SupplierContactBody;

  @Field.object(() => PriceBody, { optional: true, description: 'Least value of a purchase order.' })
  minimumOrder?: PriceBody;

  @Field.integer({ optional: true, min: 0, max: 730, description: 'From the order to the delivery.' })
  leadTimeDays?: number;
}

/** A supplier to register. */
export class NewSupplierBody extends SupplierBody {
  @Field.string({ max: 100, pattern: /^\S+$/, example: '1' })
  supplierId!: string;
}

/** A page of suppliers. */
export class SupplierQuery {
  @Field.string({ optional: true, max: 2000, description: '`next` of the page before.' })
  cursor?: string;

  @Field.integer({ min: 1, max: 500, default: 50 })
  limit!: number;
}
