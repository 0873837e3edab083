import { randomBytes } from 'node:crypto';
import { isSealed, SEALED_PATTERN } from '@orderloom/contracts';
import fc from 'fast-check';
import { keyIdOf, openSealed, SealBroken, sealValue } from './crypto.js';
import { MasterKeys } from './master-keys.js';

const key = randomBytes(32);

describe('sealed values', () => {
  it('come back as they went in, for any JSON and any key id', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), fc.jsonValue(), async (keyId, value) => {
        const sealed = sealValue(keyId, key, value);
        expect(sealed).toMatch(new RegExp(SEALED_PATTERN));
        expect(isSealed(sealed)).toBe(true);
        expect(keyIdOf(sealed)).toBe(keyId);
        expect(await openSealed(sealed, async () => key)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  it('show nothing of what they hold, and differ each time', () => {
    const [a, b] = [sealValue('customer:c', key, { name: 'Ana' }), sealValue('customer:c', key, { name: 'Ana' })];
    expect(a).not.toBe(b);
    expect(a.startsWith('sealed:v1:customer:c:')).toBe(true);
    expect(Buffer.from(a.split(':').pop() ?? '', 'base64url').toString('latin1')).not.toContain('Ana');
  });

  it('cannot be damaged, moved to another customer or opened with another key', async () => {
    const sealed = sealValue('customer:c', key, 'secret');
    const open = (text: string, with_ = key) => openSealed(text, async () => with_);
    await expect(open(sealed, randomBytes(32))).rejects.toThrow(SealBroken);
    await expect(open(sealed.replace('customer:c', 'customer:d'))).rejects.toThrow(SealBroken);
    const flipped = sealed.slice(0, -3) + (sealed.at(-3) === 'A' ? 'B' : 'A') + sealed.slice(-2);
    await expect(open(flipped)).rejects.toThrow(SealBroken);
    for (const text of ['', 'plain', 'sealed:v1:', 'sealed:v1:k:', 'sealed:v1:%E0%A4%A:AAAA']) {
      await expect(open(text)).rejects.toThrow(SealBroken);
    }
    expect(await openSealed(sealed, async () => null)).toBeNull();
  });
});

describe('master keys', () => {
  const [old, fresh] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  it('wrap with the newest and unwrap with the one that wrapped', () => {
    const before = new MasterKeys(old);
    const wrapped = before.wrap('customer:c', key);
    const both = new MasterKeys(`2:${fresh},1:${old}`);
    expect([before.current, both.current]).toEqual([1, 2]);
    expect(both.unwrap('customer:c', 1, wrapped)).toEqual(key);
    expect(both.unwrap('customer:c', 2, both.wrap('customer:c', key))).toEqual(key);
    expect(() => both.unwrap('customer:d', 1, wrapped)).toThrow(SealBroken);
    expect(() => new MasterKeys(`2:${fresh}`).unwrap('customer:c', 1, wrapped)).toThrow('no version 1');
    expect(() => new MasterKeys('short')).toThrow('32 bytes');
  });
});
