import { randomBytes } from 'node:crypto';
import { startTestEngines, type TestEngines } from '@orderloom/testing';
import { MongoConnections } from '../mongo/connections.js';
import { KeyErased, SealBroken } from './crypto.js';
import { Vault } from './vault.js';

describe('the vault', () => {
  const master = randomBytes(32).toString('base64');
  let engines: TestEngines;
  let mongo: MongoConnections;
  let vault: Vault;

  beforeAll(async () => {
    engines = await startTestEngines(['documentStore']);
    mongo = new MongoConnections(engines.mongoUrl);
    await mongo.connect();
    vault = new Vault(mongo.connection('vault'), master);
  });
  afterAll(async () => {
    await mongo?.close();
    await engines?.close();
  });

  const id = (name: string) => `customer:${name}-${randomBytes(4).toString('hex')}`;
  /** A vault of another process: nothing cached. */
  const elsewhere = async (keys = master): Promise<{ vault: Vault; close(): Promise<void> }> => {
    const url = new URL(engines.mongoUrl);
    url.searchParams.set('appName', randomBytes(4).toString('hex'));
    const other = new MongoConnections(url.href);
    await other.connect();
    return { vault: new Vault(other.connection('vault'), keys), close: () => other.close() };
  };

  it('seals and unseals, one by one and many at once, here and elsewhere', async () => {
    const key = id('a');
    const sealed = await vault.seal(key, { name: 'Ana', city: '上海' });
    expect(await vault.unseal(sealed)).toEqual({ name: 'Ana', city: '上海' });
    const ids = Array.from({ length: 50 }, (_, i) => id(`many${i % 20}`));
    const many = await vault.sealMany(
      ids.map((keyId, i) => ({ keyId, value: i })),
      { fresh: true },
    );
    const other = await elsewhere();
    expect(await other.vault.unsealMany(many)).toEqual(ids.map((_, i) => i));
    expect(await other.vault.unseal(sealed)).toMatchObject({ name: 'Ana' });
    await other.close();
  });

  it('gives one key to two processes that make it at once', async () => {
    const other = await elsewhere();
    const key = id('race');
    const sealed = await Promise.all([vault, other.vault, vault, other.vault].map((one, i) => one.seal(key, i)));
    expect(await vault.unsealMany(sealed)).toEqual([0, 1, 2, 3]);
    expect(await other.vault.unsealMany(sealed)).toEqual([0, 1, 2, 3]);
    await other.close();
  });

  it('forgets for good: what was sealed is null, and nothing new can be sealed', async () => {
    const [gone, stays] = [id('gone'), id('stays')];
    const sealed = await vault.sealMany([
      { keyId: gone, value: 'x' },
      { keyId: stays, value: 'y' },
    ]);
    await vault.destroyKey(gone);
    await vault.destroyKey(gone);
    const other = await elsewhere();
    for (const one of [vault, other.vault]) {
      expect(await one.unsealMany(sealed)).toEqual([null, 'y']);
      await expect(one.seal(gone, 'late')).rejects.toThrow(KeyErased);
      await expect(one.seal(gone, 'late', { fresh: true })).rejects.toThrow(KeyErased);
    }
    const stored = await mongo
      .connection('vault')
      .collection('keys')
      .findOne({ _id: gone as never });
    expect(stored).not.toHaveProperty('wrapped');
    await other.close();
  });

  it('lets a key be destroyed before it was ever made', async () => {
    const key = id('early');
    await vault.destroyKey(key);
    await expect(vault.seal(key, 1)).rejects.toThrow(KeyErased);
  });

  it('says so when a value was sealed in another vault', async () => {
    const sealed = await vault.seal(id('b'), 1);
    await expect(vault.unseal(sealed.replace(/customer:b-\w+/, 'customer:unknown') as never)).rejects.toThrow(
      SealBroken,
    );
  });

  it('moves to a new master key', async () => {
    const sealed = await vault.seal(id('rotate'), 'kept');
    const next = randomBytes(32).toString('base64');
    const both = await elsewhere(`2:${next},1:${master}`);
    expect(await both.vault.rewrapKeys()).toBeGreaterThan(0);
    expect(await both.vault.rewrapKeys()).toBe(0);
    await both.close();
    const only = await elsewhere(`2:${next}`);
    expect(await only.vault.unseal(sealed)).toBe('kept');
    await only.close();
  });
});
