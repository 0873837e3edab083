import { OWN_FLEET } from '../carriers/own-fleet.js';
import type { DataKind, DataOfKind, ServiceData, ZoneData } from './kinds.js';

const zone = (
  name: string,
  countries: string[],
  days: readonly [number, number],
  base: number,
  perKg: number,
): ZoneData => ({
  zone: name,
  countries,
  daysMin: days[0],
  daysMax: days[1],
  base,
  perKg,
});

const EUROPE = ['AT', 'BE', 'CH', 'DE', 'DK', 'ES', 'FI', 'FR', 'GB', 'IE', 'IT', 'LU', 'NL', 'NO', 'PL', 'PT', 'SE'];
const AMERICAS = ['AR', 'BR', 'CA', 'MX', 'US', 'VE'];

const service = (
  code: string,
  kind: ServiceData['kind'],
  factor: number,
  days: readonly [number, number],
  more: Partial<ServiceData> = {},
): ServiceData => ({
  code,
  kind,
  cutOff: '17:00',
  zones: [
    zone('europe', EUROPE, days, Math.round(490 * factor), Math.round(60 * factor)),
    zone('americas', AMERICAS, [days[0] + 2, days[1] + 3], Math.round(1290 * factor), Math.round(240 * factor)),
    zone('world', ['*'], [days[0] + 3, days[1] + 5], Math.round(1690 * factor), Math.round(320 * factor)),
  ],
  ...more,
});

const carrier = (name: string, reliability: number, services: ServiceData[]): DataOfKind<'carrier'> => ({
  name,
  adapter: 'simulated',
  enabled: true,
  currency: 'EUR',
  volumetricDivisor: 5000,
  reliability,
  claimDays: 14,
  services,
});

const step = (action: DataOfKind<'playbook'>['steps'][number]['action'], en: string, zh: string) => ({
  action,
  en,
  zh,
});
const contact = step('CONTACT_CUSTOMER', 'Ask the customer what to do.', '联系客户，确认处理方式。');
const close = step('CLOSE', 'It was cleared up; close it.', '问题已解决，关闭异常。');
const resend = step('RESEND', 'Send the units again from stock.', '从库存重新发货。');
const refund = step('REQUEST_REFUND', 'Ask for the money to go back to the customer.', '申请退款给客户。');
const claim = step('FILE_CLAIM', 'Claim the loss from the carrier.', '向承运商索赔。');
const back = step('RETURN_TO_SENDER', 'Have it brought back.', '退回发件方。');
const redeliver = step('REDELIVER', 'Have it delivered again on an agreed day.', '约定日期重新派送。');

const playbook = (dueHours: number, ...steps: DataOfKind<'playbook'>['steps']): DataOfKind<'playbook'> => ({
  owner: 'logistics',
  dueHours,
  steps,
});

/** What holds until somebody saves something else: version 0 of each. */
export const defaults: { readonly [K in DataKind]: Readonly<Record<string, DataOfKind<K>>> } = {
  carrier: {
    'speedy-express': carrier('Speedy Express', 0.97, [
      service('express', 'express', 2.1, [1, 1], { maxParcelGrams: 30_000 }),
    ]),
    'united-package': carrier('United Package', 0.93, [
      service('standard', 'standard', 1, [1, 3], { maxParcelGrams: 31_500 }),
    ]),
    'federal-shipping': carrier('Federal Shipping', 0.9, [
      service('standard', 'standard', 1.15, [1, 3], { maxParcelGrams: 31_500 }),
      service('freight', 'freight', 6, [3, 6]),
    ]),
    [OWN_FLEET]: {
      ...carrier('Own fleet', 0.98, [
        { code: 'standard', kind: 'standard', cutOff: '12:00', zones: [zone('own', ['*'], [0, 1], 0, 0)] },
      ]),
      adapter: 'manual',
    },
  },
  calendar: { default: { workingDays: ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] } },
  carton: {
    S: { lengthMm: 250, widthMm: 180, heightMm: 100, maxGrams: 5_000, tareGrams: 90, cost: 25 },
    M: { lengthMm: 350, widthMm: 250, heightMm: 200, maxGrams: 15_000, tareGrams: 210, cost: 45 },
    L: { lengthMm: 600, widthMm: 400, heightMm: 400, maxGrams: 30_000, tareGrams: 620, cost: 110 },
  },
  item: {},
  site: { default: { timeZone: 'UTC', handlingHours: 24 } },
  policy: {
    default: {
      rule: 'score',
      currency: 'EUR',
      costWeight: 0.6,
      promiseWeight: 0.3,
      reliabilityWeight: 0.1,
      bulkyGrams: 30_000,
      bulkySideMm: 1500,
    },
  },
  playbook: {
    ADDRESS_UNKNOWN: playbook(24, contact, redeliver, back, close),
    REFUSED: playbook(24, contact, back, refund, close),
    NOT_REACHED: playbook(24, contact, redeliver, back, close),
    DAMAGED: playbook(8, resend, claim, refund, contact, close),
    LOST: playbook(8, resend, claim, refund, contact, close),
    CUSTOMS: playbook(48, contact, back, close),
    DELAYED: playbook(48, contact, resend, close),
    CARRIER_PROBLEM: playbook(24, contact, redeliver, resend, claim, close),
  },
  vehicle: {},
};
