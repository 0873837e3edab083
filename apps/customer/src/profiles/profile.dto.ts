import { Field } from '@orderloom/platform';

/** Postal address. */
export class AddressBody {
  @Field.string({ optional: true, max: 200 }) name?: string;
  @Field.string({ optional: true, max: 200 }) company?: string;
  @Field.string({ optional: true, max: 300 }) street?: string;
  @Field.string({ optional: true, max: 300 }) street2?: string;
  @Field.string({ optional: true, max: 100 }) city?: string;
  @Field.string({ optional: true, max: 100 }) region?: string;
  @Field.string({ optional: true, max: 20 }) postalCode?: string;
  @Field.country({ optional: true }) country?: string;
  @Field.string({ optional: true, max: 50 }) phone?: string;
}

/** A customer as the desk enters it. What is left out is forgotten: the body replaces the profile as a whole. */
export class ProfileBody {
  @Field.string({ optional: true, max: 200, description: 'Name of the person.' }) name?: string;
  @Field.string({ optional: true, max: 200 }) company?: string;
  @Field.string({ optional: true, max: 200 }) contactName?: string;
  @Field.string({ optional: true, max: 200 }) contactTitle?: string;
  @Field.email({ optional: true }) email?: string;
  @Field.string({ optional: true, max: 50 }) phone?: string;
  @Field.object(() => AddressBody, { optional: true }) address?: AddressBody;
  @Field.oneOf(['zh-CN', 'en'], { optional: true, description: 'Language of notices.' }) locale?: 'zh-CN' | 'en';
}
