import type { WorkingCalendar } from '../events/logistics-terms.js';

/** Names of `WorkingCalendar.workingDays`, Sunday first as `getUTCDay` counts. */
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const DAY_MS = 86_400_000;

/** A calendar day, as days since 1970-01-01. */
export type DayNumber = number;

const formatters = new Map<string, Intl.DateTimeFormat>();
const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(timeZone, made);
  return made;
};

/** True for an IANA time zone that this runtime knows. */
export const isTimeZone = (timeZone: string): boolean => {
  try {
    formatterOf(timeZone);
    return true;
  } catch {
    return false;
  }
};

/** What a wall clock in the zone shows, as if it were UTC, ms. */
const wallOf = (at: number, timeZone: string): number => {
  if (timeZone === 'UTC') return at;
  const parts = Object.fromEntries(
    formatterOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
};

/** The calendar day and minute of the day in a zone. */
export const localTime = (at: number, timeZone: string): { readonly day: DayNumber; readonly minute: number } => {
  const wall = wallOf(at, timeZone);
  const day = Math.floor(wall / DAY_MS);
  return { day, minute: Math.floor((wall - day * DAY_MS) / 60_000) };
};

/** The moment of a local time, ms since 1970. In the hour that a clock change leaves out, the moment after it. */
export const momentOf = (day: DayNumber, minute: number, timeZone: string): number => {
  const wall = day * DAY_MS + minute * 60_000;
  if (timeZone === 'UTC') return wall;
  // Two rounds: the offset at the guess may differ from that at the result only around a clock change.
  let guess = wall;
  for (let round = 0; round < 2; round++) guess = wall - (wallOf(guess, timeZone) - guess);
  return guess;
};

/** True on days people work. */
export const isWorkingDay = ({ workingDays, holidays, extraDays }: WorkingCalendar, day: DayNumber): boolean => {
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  if (extraDays?.includes(date)) return true;
  if (holidays?.includes(date)) return false;
  return workingDays.includes(DAYS[new Date(day * DAY_MS).getUTCDay()] ?? '');
};

/** Longest a calendar may say that nobody works; a calendar without working days must not loop for ever. */
const LONGEST_BREAK = 60;

/** The day itself when people work on it, else the next on which they do. */
export const workingDayFrom = (calendar: WorkingCalendar, day: DayNumber): DayNumber => {
  for (let next = day; next < day + LONGEST_BREAK; next++) if (isWorkingDay(calendar, next)) return next;
  return day;
};

/** A number of working days after a day. */
export const addWorkingDays = (calendar: WorkingCalendar, day: DayNumber, count: number): DayNumber => {
  let current = workingDayFrom(calendar, day);
  for (let n = 0; n < count; n++) current = workingDayFrom(calendar, current + 1);
  return current;
};

/** Minutes since midnight of `17:30`. */
export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
