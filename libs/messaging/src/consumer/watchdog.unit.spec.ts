import { Watchdog } from './watchdog.js';

const vital = { expected: true, work: true, progressAt: 0, fetchedAt: 0, full: false };

describe('the watchdog', () => {
  it('speaks when there is work and no progress', () => {
    const dog = new Watchdog(1000, 0);
    expect(dog.check({ ...vital, fetchedAt: 900 }, 900)).toBeUndefined();
    expect(dog.check({ ...vital, fetchedAt: 1900 }, 1001)).toMatch(/made no progress/);
  });

  it('is quiet while batches come to an end, and while there is nothing to do', () => {
    const dog = new Watchdog(1000, 0);
    expect(dog.check({ ...vital, progressAt: 4500, fetchedAt: 5000 }, 5000)).toBeUndefined();
    expect(dog.check({ ...vital, work: false, fetchedAt: 60_000 }, 60_000)).toBeUndefined();
    // The first event after a quiet hour is not late at once.
    expect(dog.check({ ...vital, progressAt: 4500, fetchedAt: 60_500 }, 60_500)).toBeUndefined();
  });

  it('is quiet while an engine is known to be away, and counts anew afterwards', () => {
    const dog = new Watchdog(1000, 0);
    expect(dog.check({ ...vital, expected: false }, 50_000)).toBeUndefined();
    expect(dog.check({ ...vital }, 50_900)).toBeUndefined();
    expect(dog.check({ ...vital }, 51_100)).toMatch(/no progress/);
  });

  it('speaks when fetches are no longer answered, unless they are held back on purpose', () => {
    const dog = new Watchdog(1000, 0);
    expect(dog.check({ ...vital, work: false, fetchedAt: 100 }, 1200)).toMatch(/no answer to a fetch/);
    const full = new Watchdog(1000, 0);
    expect(full.check({ ...vital, progressAt: 1100, fetchedAt: 100, full: true }, 1200)).toBeUndefined();
  });
});
