import { Refused } from '@orderloom/contracts';

/** Days, UTC, both included; open where undefined. */
export interface DayRange {
  readonly from?: string;
  readonly to?: string;
}

/** Reads the range of a report. A time counts as its UTC day. @throws Refused RANGE_INVALID when it ends before it begins */
export function dayRange(from: string | undefined, to: string | undefined): DayRange {
  const range = {
    ...(from === undefined ? {} : { from: new Date(from).toISOString().slice(0, 10) }),
    ...(to === undefined ? {} : { to: new Date(to).toISOString().slice(0, 10) }),
  };
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    throw new Refused('RANGE_INVALID', { from: range.from, to: range.to }, [{ path: 'to', code: 'RANGE_INVALID' }]);
  }
  return range;
}

/** The range as a condition on `day`. */
export function dayFilter({ from, to }: DayRange): { day?: { $gte?: string; $lte?: string } } {
  if (from === undefined && to === undefined) return {};
  return { day: { ...(from === undefined ? {} : { $gte: from }), ...(to === undefined ? {} : { $lte: to }) } };
}
