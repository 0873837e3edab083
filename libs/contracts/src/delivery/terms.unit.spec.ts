import type { DeliveryTerms } from '../events/logistics-terms.js';
import { promiseByTerms } from './terms.js';

const WEEK: DeliveryTerms['calendar'] = { workingDays: ['MON', 'TUE', 'WED', 'THU', 'FRI'] };
const way = (carrier: string, daysMax: number, more: object = {}): DeliveryTerms['lanes'][number]['ways'][number] => ({
  carrier,
  service: 'standard',
  kind: 'standard',
  cutOff: '17:00',
  calendar: WEEK,
  daysMin: 1,
  daysMax,
  ...more,
});
const terms: DeliveryTerms = {
  location: 'main',
  timeZone: 'Asia/Shanghai',
  handlingHours: 2,
  calendar: { ...WEEK, holidays: ['2026-03-04'] },
  lanes: [
    { countries: ['CN'], ways: [way('cheap', 3), way('quick', 1)] },
    { countries: ['AQ'], ways: [] },
    { countries: ['*'], ways: [way('far', 5, { takesMs: 1_000 })] },
  ],
  occurredAt: '2026-03-01T00:00:00.000Z',
};
/** Monday, 10:00 in Shanghai. */
const MONDAY = Date.parse('2026-03-02T02:00:00.000Z');

describe('a promise by published terms', () => {
  it('takes the best way: ready, leaves by the cut-off, so many working days', () => {
    expect(promiseByTerms(terms, { country: 'CN', at: MONDAY })).toEqual({
      promisedAt: '2026-03-05T12:00:00.000Z',
      earliestAt: '2026-03-03T12:00:00.000Z',
      location: 'main',
      carrier: 'cheap',
      service: 'standard',
      reason: 'BEST',
    });
  });

  it('leaves on the next day that both work when the cut-off is missed', () => {
    // Tuesday 16:00 + 2 h is after the cut-off; Wednesday the location is closed; Thursday it leaves.
    const at = Date.parse('2026-03-03T08:00:00.000Z');
    expect(promiseByTerms(terms, { country: 'CN', at })?.promisedAt).toBe('2026-03-10T12:00:00.000Z');
  });

  it('keeps a date that is asked for, by another way where it must, and says when nothing does', () => {
    const by = (requiredBy: string) => promiseByTerms(terms, { country: 'CN', at: MONDAY, requiredBy });
    expect(by('2026-03-04T00:00:00.000Z')).toMatchObject({ carrier: 'quick', reason: 'IN_TIME' });
    expect(by('2026-03-02T23:00:00.000Z')).toMatchObject({ carrier: 'quick', reason: 'LATE' });
    // A date with an offset is the same moment.
    expect(by('2026-03-05T20:00:00+08:00')).toMatchObject({ carrier: 'cheap', reason: 'BEST' });
  });

  it('knows the rest of the world, and where nobody goes', () => {
    expect(promiseByTerms(terms, { country: 'FR', at: MONDAY })).toMatchObject({
      carrier: 'far',
      promisedAt: '2026-03-02T02:00:01.000Z',
    });
    expect(promiseByTerms(terms, { country: 'AQ', at: MONDAY })).toBeUndefined();
  });
});
