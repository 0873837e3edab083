import { addWorkingDays, isWorkingDay, localTime, momentOf, promiseOf, workingDayFrom } from '@orderloom/contracts';
import type { CalendarData } from '../data/kinds.js';

const week: CalendarData = { workingDays: ['MON', 'TUE', 'WED', 'THU', 'FRI'] };
const china: CalendarData = { ...week, holidays: ['2026-10-01', '2026-10-02'], extraDays: ['2026-10-10'] };
const day = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000;

describe('calendars', () => {
  it('know weekends, holidays and days that are worked all the same', () => {
    expect(isWorkingDay(china, day('2026-09-30'))).toBe(true);
    expect(isWorkingDay(china, day('2026-10-01'))).toBe(false);
    expect(isWorkingDay(china, day('2026-10-10'))).toBe(true);
    expect(workingDayFrom(china, day('2026-10-01'))).toBe(day('2026-10-05'));
    expect(addWorkingDays(china, day('2026-09-30'), 2)).toBe(day('2026-10-06'));
  });

  it('never loop, whatever they say', () => {
    expect(workingDayFrom({ workingDays: [] }, 100)).toBe(100);
  });

  it('count local time, also where clocks change', () => {
    expect(localTime(Date.parse('2026-03-01T20:30:00Z'), 'Asia/Shanghai')).toEqual({
      day: day('2026-03-02'),
      minute: 4 * 60 + 30,
    });
    for (const [date, zone] of [
      ['2026-03-29', 'Europe/Berlin'],
      ['2026-10-25', 'Europe/Berlin'],
      ['2026-07-01', 'America/New_York'],
      ['2026-01-01', 'Asia/Shanghai'],
    ] as const) {
      const moment = momentOf(day(date), 17 * 60, zone);
      expect(localTime(moment, zone)).toEqual({ day: day(date), minute: 17 * 60 });
    }
  });
});

describe('a promise', () => {
  const promise = (at: string, handlingHours = 0, carrierCalendar = week) =>
    promiseOf({
      at: Date.parse(at),
      handlingHours,
      timeZone: 'Europe/Berlin',
      siteCalendar: week,
      carrierCalendar,
      service: { cutOff: '17:00' },
      zone: { daysMin: 1, daysMax: 2 },
    });

  it('holds for what is ready before the cut-off', () => {
    // Monday, 16:59 in Berlin.
    expect(promise('2026-03-02T15:59:00Z')).toEqual({
      dispatchBy: '2026-03-02T16:00:00.000Z',
      leavesAt: '2026-03-02T16:00:00.000Z',
      earliestAt: '2026-03-03T19:00:00.000Z',
      promisedAt: '2026-03-04T19:00:00.000Z',
      missedCutOff: false,
    });
  });

  it('is a day later after the cut-off, and jumps weekends', () => {
    expect(promise('2026-03-02T16:01:00Z')).toMatchObject({ leavesAt: '2026-03-03T16:00:00.000Z', missedCutOff: true });
    // Friday evening: Monday, then Wednesday.
    expect(promise('2026-03-06T18:00:00Z').promisedAt).toBe('2026-03-11T19:00:00.000Z');
    expect(promise('2026-03-06T10:00:00Z', 24)).toMatchObject({
      leavesAt: '2026-03-09T16:00:00.000Z',
      missedCutOff: false,
    });
  });

  it('waits for a day on which both work', () => {
    const closed = { ...week, holidays: ['2026-03-02', '2026-03-03'] };
    expect(promise('2026-03-02T10:00:00Z', 0, closed).leavesAt).toBe('2026-03-04T16:00:00.000Z');
  });
});
