import { TestClock } from '@orderloom/testing/service-harness';
import { SignedLinks } from './signed-links.js';

const key = (letter: string): string => Buffer.alloc(32, letter).toString('base64');

describe('signed links', () => {
  it('open what they were issued for, until their end', () => {
    const clock = new TestClock();
    const links = new SignedLinks({ ORDERLOOM_MASTER_KEY: key('a') }, clock);
    const { token, until } = links.issue('portal', 'p1', 60);
    expect([links.open('portal', token), until]).toEqual(['p1', '2026-03-01T09:01:00.000Z']);
    expect(() => links.open('other', token)).toThrow('LINK_INVALID');
    clock.advance(60_000);
    expect(() => links.open('portal', token)).toThrow('LINK_INVALID');
  });

  it('open nothing that was changed or signed by others', () => {
    const clock = new TestClock();
    const links = new SignedLinks({ ORDERLOOM_MASTER_KEY: key('a') }, clock);
    const foreign = new SignedLinks({ ORDERLOOM_MASTER_KEY: key('b') }, clock).issue('portal', 'p1', 60).token;
    const [payload = '', signature = ''] = links.issue('portal', 'p1', 60).token.split('.');
    const other = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('p1', 'p2')).toString('base64url');
    for (const token of [foreign, `${other}.${signature}`, payload, '', 'a.b']) {
      expect(() => links.open('portal', token)).toThrow('LINK_INVALID');
    }
  });

  it('survive a new master key', () => {
    const clock = new TestClock();
    const { token } = new SignedLinks({ ORDERLOOM_MASTER_KEY: key('a') }, clock).issue('portal', 'p1', 60);
    const rotated = new SignedLinks({ ORDERLOOM_MASTER_KEY: `2:${key('b')},1:${key('a')}` }, clock);
    expect(rotated.open('portal', token)).toBe('p1');
  });
});
