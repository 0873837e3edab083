import { jest } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../contract/temporary.js';
import { afterPrefix, FolderInUse, lockFolder, openStorage, readU64, u64 } from './index.js';

// Two cores may be shared with other suites.
jest.setTimeout(60_000);

describe('storage', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('lets waiting writes share a transaction, in the order of the calls', async () => {
    const storage = openStorage(folder.path);
    const table = storage.table('numbers');
    const jobs = Array.from({ length: 500 }, (_, index) =>
      storage.write(() => {
        // Sees what the jobs before it wrote, though nothing is committed yet.
        const before = table.get(u64(index - 1 < 0 ? 1e9 : index - 1));
        void table.put(u64(index), u64(index));
        return before === undefined ? -1 : readU64(before);
      }),
    );
    expect(await Promise.all(jobs)).toEqual(Array.from({ length: 500 }, (_, index) => index - 1));
    expect(storage.stats().writes).toBe(500);
    expect(storage.stats().commits).toBeLessThan(20);
    await storage.close();
  });

  it('keeps nothing of an atomic job that throws, and everything of its neighbours', async () => {
    const storage = openStorage(folder.path);
    const table = storage.table('numbers');
    const put = (key: number): void => void table.put(u64(key), u64(key));
    const results = await Promise.allSettled([
      storage.write(() => put(1)),
      storage.writeAtomic(() => {
        put(2);
        put(1);
        throw new Error('no');
      }),
      storage.writeAtomic(() => put(3)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([1, 2, 3].map((key) => table.doesExist(u64(key)))).toEqual([true, false, true]);
    await storage.close();
    await expect(storage.write(() => put(4))).rejects.toThrow('closed');
  });

  it('finds everything again', async () => {
    const first = openStorage(folder.path);
    const table = first.table('numbers');
    await first.write(() => void table.put(u64(7), Buffer.from('seven')));
    await first.close();
    const second = openStorage(folder.path);
    expect(second.table('numbers').get(u64(7))?.toString()).toBe('seven');
    await second.close();
  });

  it('ends a prefix where the next begins', () => {
    expect(afterPrefix(Buffer.from([1, 2]))).toEqual(Buffer.from([1, 3]));
    expect(afterPrefix(Buffer.from([1, 255]))).toEqual(Buffer.from([2]));
    expect(afterPrefix(Buffer.from([255, 255]))).toBeUndefined();
  });

  it('is locked to one holder at a time', async () => {
    const lock = await lockFolder(folder.path);
    await expect(lockFolder(folder.path)).rejects.toBeInstanceOf(FolderInUse);
    await lock.release();
    await (await lockFolder(folder.path)).release();
  });
});
