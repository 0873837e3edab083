import { lingerAfter } from './linger.js';

describe('the pause between two fetches', () => {
  it('grows while many messages come, up to four times', () => {
    const pauses = [1, 2, 3, 4].reduce<number[]>((all) => [...all, lingerAfter(all.at(-1) ?? 0, 100, 80)], [80]);
    expect(pauses).toEqual([80, 160, 320, 320, 320]);
  });

  it('shrinks again when few come', () => {
    expect([lingerAfter(320, 3, 80), lingerAfter(160, 0, 80), lingerAfter(80, 1, 80)]).toEqual([160, 80, 80]);
  });

  it('stays away when it was switched off', () => {
    expect(lingerAfter(0, 1000, 0)).toBe(0);
  });
});
