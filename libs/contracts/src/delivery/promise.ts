import type { WorkingCalendar } from '../events/logistics-terms.js';
import { addWorkingDays, localTime, minuteOf, momentOf, workingDayFrom } from './calendar.js';

/** Until when a parcel that comes today is at the door, minutes of the day. */
const END_OF_DAY = 20 * 60;

/** A promise with how it came about. */
export interface DeliveryPromise {
  /** When the location hands over at the latest. */
  readonly dispatchBy: string;
  /** When the carrier leaves with it. */
  readonly leavesAt: string;
  readonly earliestAt: string;
  readonly promisedAt: string;
  /** True when the cut-off of the day was missed. */
  readonly missedCutOff: boolean;
}

/** What a promise is computed from. */
export interface PromiseInputs {
  /** When the order was placed, or the parcels are ready; ms since 1970. */
  readonly at: number;
  /** Hours the location needs; 0 when the parcels are ready. */
  readonly handlingHours: number;
  readonly timeZone: string;
  readonly siteCalendar: WorkingCalendar;
  readonly carrierCalendar: WorkingCalendar;
  readonly service: { readonly cutOff: string };
  readonly zone: { readonly daysMin: number; readonly daysMax: number };
}

/**
 * Ready after the handling time on a working day of the location; leaves at the next cut-off of the carrier on a day
 * both work; on the way for the zone's working days; there by 20:00 local time of the location.
 */
export const promiseOf = (inputs: PromiseInputs): DeliveryPromise => {
  const { at, handlingHours, timeZone, siteCalendar, carrierCalendar, service, zone } = inputs;
  const ready = localTime(at + handlingHours * 3_600_000, timeZone);
  const works = workingDayFrom(siteCalendar, ready.day);
  const cutOff = minuteOf(service.cutOff);
  // On a later day than it is ready, the whole day is left.
  const missedCutOff = works === ready.day && ready.minute > cutOff;
  const from = missedCutOff ? works + 1 : works;
  const leaves = bothWork(siteCalendar, carrierCalendar, from);
  const iso = (day: number, minute: number) => new Date(momentOf(day, minute, timeZone)).toISOString();
  return {
    dispatchBy: iso(leaves, cutOff),
    leavesAt: iso(leaves, cutOff),
    earliestAt: iso(addWorkingDays(carrierCalendar, leaves, zone.daysMin), END_OF_DAY),
    promisedAt: iso(addWorkingDays(carrierCalendar, leaves, zone.daysMax), END_OF_DAY),
    missedCutOff,
  };
};

const bothWork = (site: WorkingCalendar, carrier: WorkingCalendar, from: number): number => {
  let day = from;
  for (let n = 0; n < 60; n++) {
    const next = workingDayFrom(carrier, workingDayFrom(site, day));
    if (next === day) return day;
    day = next;
  }
  return day;
};
