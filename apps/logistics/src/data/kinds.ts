import { Field } from '@orderloom/platform';

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;
const CODE = /^[a-z0-9][a-z0-9-]{0,60}$/;
const CURRENCY = /^[A-Z]{3}$/;

/** A price up to a weight. */
export class RateStepData {
  @Field.integer({ min: 1 }) uptoGrams!: number;
  @Field.integer({ min: 0, description: 'Minor units.' }) cost!: number;
}

/** What a service costs and takes to one group of countries. The first zone that matches is taken. */
export class ZoneData {
  @Field.string({ max: 60, example: 'domestic' }) zone!: string;
  @Field.strings({ min: 1, max: 300, description: 'ISO 3166-1 alpha-2 of destinations; `*` for any.' })
  countries!: string[];
  @Field.strings({ optional: true, max: 300, description: 'Countries it leaves from; any when absent.' })
  from?: string[];
  @Field.integer({ min: 0, max: 365, description: 'Working days on the way, at best.' }) daysMin!: number;
  @Field.integer({ min: 0, max: 365, description: 'Working days on the way, as promised.' }) daysMax!: number;
  @Field.integer({ min: 0, description: 'Per shipment, minor units.' }) base!: number;
  @Field.integer({ min: 0, description: 'Per started kilogram of chargeable weight, minor units.' }) perKg!: number;
  @Field.list(() => RateStepData, {
    optional: true,
    max: 100,
    description: 'Up to a weight, instead of base and perKg.',
  })
  steps?: RateStepData[];
}

/** One product of a carrier. */
export class ServiceData {
  @Field.string({ max: 60, pattern: CODE, example: 'standard' }) code!: string;
  @Field.oneOf(['express', 'standard', 'freight'] as const) kind!: 'express' | 'standard' | 'freight';
  @Field.string({
    pattern: TIME_OF_DAY,
    default: '17:00',
    description: 'Handed over by then, it leaves the same day. Local time of the location.',
  })
  cutOff!: string;
  @Field.integer({ optional: true, min: 1, description: 'Heaviest parcel.' }) maxParcelGrams?: number;
  @Field.integer({ optional: true, min: 1, description: 'Longest side of a parcel.' }) maxSideMm?: number;
  @Field.list(() => ZoneData, { min: 1, max: 100 }) zones!: ZoneData[];
}

/** How a carrier is booked over HTTP. Texts may hold `{{name}}`; `{{secret.name}}` comes from the environment. */
export class HttpBookingData {
  @Field.string({ max: 2000, example: 'https://carrier.example/shipments' }) url!: string;
  @Field.oneOf(['POST', 'PUT'] as const, { default: 'POST' }) method!: 'POST' | 'PUT';
  @Field.record({ optional: true, description: 'Header → text.' }) headers?: Record<string, unknown>;
  @Field.record({ description: 'Body as JSON; every text in it is filled in.' }) body!: Record<string, unknown>;
  @Field.string({ max: 200, example: '/tracking/number', description: 'JSON pointer (RFC 6901) into the answer.' })
  trackingNumberAt!: string;
  @Field.string({ optional: true, max: 200, description: 'JSON pointer to the price in minor units.' }) costAt?: string;
}

/** How often the simulated carrier errs, parts of all its parcels, 0–1. */
export class IncidentsData {
  @Field.number({ default: 0, min: 0, max: 1 }) delayed!: number;
  @Field.number({ default: 0, min: 0, max: 1 }) lost!: number;
  @Field.number({ default: 0, min: 0, max: 1 }) damaged!: number;
  @Field.number({ default: 0, min: 0, max: 1, description: 'First delivery fails.' }) failed!: number;
  @Field.number({ default: 0, min: 0, max: 1 }) refused!: number;
}

/** A carrier with its rates. */
export class CarrierData {
  @Field.string({ max: 200 }) name!: string;
  @Field.oneOf(['simulated', 'manual', 'http'] as const, {
    description: '`manual`: booked elsewhere, its numbers typed in.',
  })
  adapter!: 'simulated' | 'manual' | 'http';
  @Field.boolean({ default: true }) enabled!: boolean;
  @Field.string({ pattern: CURRENCY, default: 'EUR' }) currency!: string;
  @Field.integer({ min: 1, max: 100_000, default: 5000, description: 'cm³ that count as one kilogram.' })
  volumetricDivisor!: number;
  @Field.number({ min: 0, max: 1, default: 0.9, description: 'Share of its parcels that come as promised.' })
  reliability!: number;
  @Field.string({ optional: true, max: 60, description: 'Calendar of working days; Monday to Saturday when absent.' })
  calendar?: string;
  @Field.integer({ min: 1, max: 365, default: 14, description: 'Days in which it answers a claim.' })
  claimDays!: number;
  @Field.list(() => ServiceData, { min: 1, max: 20 }) services!: ServiceData[];
  @Field.object(() => HttpBookingData, { optional: true, description: 'With adapter `http`.' })
  booking?: HttpBookingData;
  @Field.oneOf(['standard', 'kuaidi100'] as const, { optional: true, description: 'Form of its tracking webhooks.' })
  webhook?: 'standard' | 'kuaidi100';
  @Field.object(() => IncidentsData, { optional: true, description: 'With adapter `simulated`.' })
  incidents?: IncidentsData;
}

/** Days on which nobody works. */
export class CalendarData {
  @Field.strings({
    min: 0,
    max: 7,
    values: ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'],
    description: 'Working days.',
  })
  workingDays!: string[];
  @Field.strings({ optional: true, max: 1000, maxLength: 10, description: 'Holidays, `2026-10-01`.' })
  holidays?: string[];
  @Field.strings({ optional: true, max: 1000, maxLength: 10, description: 'Worked although not a working day (调休).' })
  extraDays?: string[];
}

/** A box to pack into; inner measures. */
export class CartonData {
  @Field.integer({ min: 1, max: 10_000 }) lengthMm!: number;
  @Field.integer({ min: 1, max: 10_000 }) widthMm!: number;
  @Field.integer({ min: 1, max: 10_000 }) heightMm!: number;
  @Field.integer({ min: 1, description: 'Most it carries.' }) maxGrams!: number;
  @Field.integer({ min: 0, default: 0, description: 'Its own weight.' }) tareGrams!: number;
  @Field.integer({ min: 0, default: 0, description: 'What it costs, minor units.' }) cost!: number;
}

/** What the warehouse has to know of a sku. */
export class ItemData {
  @Field.integer({ optional: true, min: 1 }) weightGrams?: number;
  @Field.integer({ optional: true, min: 1, max: 10_000 }) lengthMm?: number;
  @Field.integer({ optional: true, min: 1, max: 10_000 }) widthMm?: number;
  @Field.integer({ optional: true, min: 1, max: 10_000 }) heightMm?: number;
  @Field.strings({
    optional: true,
    max: 20,
    maxLength: 80,
    description: 'What a scanner may read for it, beside the sku.',
  })
  barcodes?: string[];
  @Field.record({ optional: true, description: 'Location → bin, e.g. `{"main":"A-03-2"}`.' }) bins?: Record<
    string,
    unknown
  >;
}

/** A location that sends. */
export class SiteData {
  @Field.country({ optional: true }) country?: string;
  @Field.string({ default: 'UTC', max: 60, description: 'IANA time zone.' }) timeZone!: string;
  @Field.string({ optional: true, max: 60, description: 'Calendar of working days; Monday to Saturday when absent.' })
  calendar?: string;
  @Field.integer({ min: 0, max: 10_000, default: 24, description: 'Hours from release to handover.' })
  handlingHours!: number;
  @Field.strings({
    optional: true,
    max: 10_000,
    maxLength: 40,
    description: 'Aisles in walking order; alphabetical when absent.',
  })
  aisles?: string[];
  @Field.string({ optional: true, max: 500, description: 'Sender as printed on labels.' }) sender?: string;
}

/** How carriers are chosen at a location (`default` for all others). */
export class PolicyData {
  @Field.oneOf(['cost', 'promise', 'score'] as const, { default: 'score' }) rule!: 'cost' | 'promise' | 'score';
  @Field.string({ pattern: CURRENCY, default: 'EUR', description: 'Only rates in this currency are compared.' })
  currency!: string;
  @Field.number({ min: 0, max: 1, default: 0.6 }) costWeight!: number;
  @Field.number({ min: 0, max: 1, default: 0.3 }) promiseWeight!: number;
  @Field.number({ min: 0, max: 1, default: 0.1 }) reliabilityWeight!: number;
  @Field.integer({ min: 1, default: 30_000, description: 'Heavier parcels go as freight.' }) bulkyGrams!: number;
  @Field.integer({ min: 1, default: 1500, description: 'Longer parcels go as freight.' }) bulkySideMm!: number;
}

/** One step of a playbook. */
export class PlaybookStepData {
  @Field.oneOf([
    'CONTACT_CUSTOMER',
    'REDELIVER',
    'RETURN_TO_SENDER',
    'RESEND',
    'REQUEST_REFUND',
    'FILE_CLAIM',
    'CLOSE',
  ] as const)
  action!: 'CONTACT_CUSTOMER' | 'REDELIVER' | 'RETURN_TO_SENDER' | 'RESEND' | 'REQUEST_REFUND' | 'FILE_CLAIM' | 'CLOSE';
  @Field.string({ max: 500, description: 'What to do, for English readers.' }) en!: string;
  @Field.string({ max: 500, description: 'The same in Chinese.' }) zh!: string;
}

/** What to do about one kind of exception (应急预案). */
export class PlaybookData {
  @Field.string({ max: 60, default: 'logistics', description: 'Role that acts.' }) owner!: string;
  @Field.integer({ min: 1, max: 8760, default: 24, description: 'Hours until something must have been done.' })
  dueHours!: number;
  @Field.list(() => PlaybookStepData, { min: 1, max: 20 }) steps!: PlaybookStepData[];
}

/** A vehicle of one's own. */
export class VehicleData {
  @Field.integer({ min: 1, description: 'Most it carries, grams.' }) maxGrams!: number;
  @Field.integer({ optional: true, min: 1, description: 'Most it holds, cm³.' }) maxVolumeCm3?: number;
  @Field.integer({ min: 0, default: 0, description: 'Per tour, minor units.' }) costPerTour!: number;
  @Field.integer({ min: 0, default: 0, description: 'Per kilometre, minor units.' }) costPerKm!: number;
  @Field.number({ min: 1, max: 200, default: 40, description: 'Average speed, km/h.' }) speedKmh!: number;
  @Field.string({ pattern: CURRENCY, default: 'EUR' }) currency!: string;
}

/** Every kind of data with the class that checks it. */
export const dataClasses = {
  carrier: CarrierData,
  calendar: CalendarData,
  carton: CartonData,
  item: ItemData,
  site: SiteData,
  policy: PolicyData,
  playbook: PlaybookData,
  vehicle: VehicleData,
} as const;

export type DataKind = keyof typeof dataClasses;
export type DataOfKind<K extends DataKind> = InstanceType<(typeof dataClasses)[K]>;

export const dataKinds = Object.keys(dataClasses) as DataKind[];
export const isDataKind = (text: string): text is DataKind => Object.hasOwn(dataClasses, text);
