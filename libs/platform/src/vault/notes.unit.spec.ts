import { isSealed, type Sealed } from '@orderloom/contracts';
import { Access } from '../access/access.js';
import { KeyErased, sealValue } from './crypto.js';
import { withSealedNotes } from './notes.js';
import { openAll } from './open-all.js';

const key = Buffer.alloc(32, 1);
const seal = (text: string): Sealed<string> => sealValue('customer:C', key, text);
const finance = new Access({ subject: 'f', roles: ['finance'] });

describe('what people write', () => {
  it('is sealed however deep it lies, once, and nothing else is', () => {
    const data = { reason: 'DAMAGED', note: 'rings twice', units: [{ lineId: 'L1', note: 'torn' }, { lineId: 'L2' }] };
    const sealed = withSealedNotes(data, seal);
    expect(JSON.stringify(sealed)).not.toMatch(/rings|torn/);
    expect(sealed).toMatchObject({ reason: 'DAMAGED', units: [{ lineId: 'L1' }, { lineId: 'L2' }] });
    expect(isSealed(sealed.note)).toBe(true);
    expect(withSealedNotes(sealed, seal)).toBe(sealed);
    expect(withSealedNotes({ reason: 'said on the phone' }, seal, ['reason']).reason).toMatch(/^sealed:/);
    const none = { reason: 'X', lines: [{ quantity: 1 }], empty: null };
    expect(withSealedNotes(none, seal)).toBe(none);
  });

  it('is opened for those who may see people, hidden from others, gone once erased', async () => {
    const vault = { unseal: async (value: string) => (value.includes(':gone:') ? null : ('opened' as never)) };
    const value = { note: seal('x'), all: [{ text: sealValue('gone', key, 'y') }], total: 3 };
    expect(await openAll(vault, value)).toEqual({ note: 'opened', all: [{ text: null }], total: 3 });
    expect(await openAll(vault, value, finance)).toMatchObject({ note: '***', total: 3 });
    const outage = { unseal: () => Promise.reject(new KeyErased('k')) };
    await expect(openAll(outage, value)).rejects.toThrow(KeyErased);
  });
});
