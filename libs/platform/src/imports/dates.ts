import { isCalendarDay } from '../http/checks.js';
import { BadValue } from './bad-value.js';

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const TIME = String.raw`(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?`;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?${TIME}$`);
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const DOTS = new RegExp(String.raw`^(\d{1,2})\.(\d{1,2})\.(\d{4})${TIME}$`);
const SLASHES = new RegExp(String.raw`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})${TIME}$`);
const ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i;

/** Which comes first in dates like `3/12/2026`, as the dates of a file that can be read one way only tell. */
export type DateOrder = 'day-first' | 'month-first' | 'both';

/** What a date with slashes or dashes tells about the order; undefined when it can be read either way, or is no such date. */
export function dateOrderOf(text: string): 'day-first' | 'month-first' | undefined {
  const match = SLASHES.exec(text);
  const [first, second] = [Number(match?.[1]), Number(match?.[2])];
  if (first > 12 && second <= 12) return 'day-first';
  return first <= 12 && second > 12 ? 'month-first' : undefined;
}

/**
 * Reads a date or time to ISO 8601 UTC. Understood without a format: ISO 8601, `2026-3-1`, `2026/3/1 9:30`,
 * `20260301`, `2026年3月1日`, `1.3.2026`, and `M/d/yyyy` or `d/M/yyyy` when only one of them can be meant, or when the
 * other dates of the file tell which one is. A time without a zone is UTC; a format without a time takes one all the same.
 * @throws BadValue CSV_DATE_INVALID, CSV_DATE_AMBIGUOUS
 */
export function parseDate(text: string, column: string, format?: string, order?: DateOrder): string {
  const invalid = () => new BadValue('CSV_DATE_INVALID', { column, value: text });
  if (format) {
    const parts = formatReader(format)(text);
    if (!parts) throw invalid();
    return toIso(parts, invalid);
  }
  if (ZONED.test(text)) {
    const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(text) ?? [];
    const time = Date.parse(text);
    if (Number.isNaN(time) || !isCalendarDay(Number(year), Number(month), Number(day))) throw invalid();
    return new Date(time).toISOString();
  }
  const yearFirst = YEAR_FIRST.exec(text) ?? COMPACT.exec(text);
  if (yearFirst) return toIso(partsOf(yearFirst, 1, 2, 3), invalid);
  const dots = DOTS.exec(text);
  if (dots) return toIso(partsOf(dots, 3, 2, 1), invalid);
  const slashes = SLASHES.exec(text);
  if (!slashes) throw invalid();
  const [first, second] = [Number(slashes[1]), Number(slashes[2])];
  if (first <= 12 && second <= 12 && first !== second && (order === undefined || order === 'both')) {
    throw new BadValue('CSV_DATE_AMBIGUOUS', { column, value: text });
  }
  const dayFirst = first > 12 || (second <= 12 && order === 'day-first');
  return toIso(dayFirst ? partsOf(slashes, 3, 2, 1) : partsOf(slashes, 3, 1, 2), invalid);
}

const partsOf = (match: RegExpExecArray, year: number, month: number, day: number): Parts => ({
  year: Number(match[year]),
  month: Number(match[month]),
  day: Number(match[day]),
  hour: Number(match[4] ?? 0),
  minute: Number(match[5] ?? 0),
  second: Number(match[6] ?? 0),
});

function toIso(parts: Parts, invalid: () => BadValue): string {
  const { year, month, day, hour, minute, second } = parts;
  if (!isCalendarDay(year, month, day) || hour > 23 || minute > 59 || second > 59) throw invalid();
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second)).toISOString();
}

const tokens: Record<string, [keyof Parts, string]> = {
  yyyy: ['year', String.raw`(\d{4})`],
  MM: ['month', String.raw`(\d{1,2})`],
  M: ['month', String.raw`(\d{1,2})`],
  dd: ['day', String.raw`(\d{1,2})`],
  d: ['day', String.raw`(\d{1,2})`],
  HH: ['hour', String.raw`(\d{1,2})`],
  H: ['hour', String.raw`(\d{1,2})`],
  mm: ['minute', String.raw`(\d{1,2})`],
  ss: ['second', String.raw`(\d{1,2})`],
};

const readers = new Map<string, (text: string) => Parts | undefined>();

/** True when a format names year, month and day, and is short enough to be one. */
export const isDateFormat = (format: string): boolean =>
  format.length <= 40 && /yyyy/.test(format) && /M/.test(format) && /d/.test(format);

function formatReader(format: string): (text: string) => Parts | undefined {
  const known = readers.get(format);
  if (known) return known;
  const fields: (keyof Parts)[] = [];
  const source = format.replace(/yyyy|MM|M|dd|d|HH|H|mm|ss|[^A-Za-z]|[A-Za-z]/g, (part) => {
    const token = tokens[part];
    if (!token) return part.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
    fields.push(token[0]);
    return token[1];
  });
  // Where the format has a time, a file may still hold bare dates in it.
  const split = source.search(/[ T]\(/);
  const timed = split > 0 ? `${source.slice(0, split)}(?:${source.slice(split)})?` : source;
  // Where it has none, the dates of the file may have a time behind them.
  const untimed = !fields.includes('hour');
  if (untimed) fields.push('hour', 'minute', 'second');
  const pattern = new RegExp(`^${timed}${untimed ? TIME : ''}$`);
  const read = (text: string): Parts | undefined => {
    const match = pattern.exec(text);
    if (!match) return undefined;
    const parts: Parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    fields.forEach((field, index) => {
      parts[field] = Number(match[index + 1] ?? 0);
    });
    return parts;
  };
  if (readers.size < 100) readers.set(format, read);
  return read;
}
