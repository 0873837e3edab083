import { MongoClient, MongoServerError } from 'mongodb';
import { killRepeatedly, seededRandom } from '../../contract/kill.js';
import { temporaryFolder } from '../../contract/temporary.js';

interface Written {
  readonly id: string;
  readonly version: number;
}

describe('killed with SIGKILL while it is written to', () => {
  it('has everything it acknowledged, nothing by halves, and indexes that agree with the documents', async () => {
    const folder = await temporaryFolder();
    const seed = Date.now() % 1_000_000;
    const highest = new Map<string, number>();
    try {
      await killRepeatedly<Written>({
        engine: 'document-store',
        dataDir: folder.path,
        rounds: 50,
        verifyEvery: 10,
        longestMs: 150,
        random: seededRandom(seed),
        write: async (url, acknowledged, stopped, round) => {
          const client = new MongoClient(url, { serverSelectionTimeoutMS: 250, retryWrites: false });
          // Else the driver would look for the killed server until its time is up.
          stopped.addEventListener('abort', () => void client.close(true));
          try {
            const items = client
              .db('crash')
              .collection<{ _id: string; version: number; code: string; tags: string[]; half: number }>('items');
            await items.createIndex({ code: 1 }, { unique: true });
            await items.createIndex({ tags: 1, version: -1 });
            await Promise.all(
              [0, 1, 2, 3].map(async (writer) => {
                for (let n = 0; !stopped.aborted; n += 1) {
                  const ids = Array.from({ length: 5 }, (_, i) => `w${writer}-${(n * 5 + i) % 40}`);
                  const version = round * 100_000 + n;
                  await items.bulkWrite(
                    ids.map((_id) => ({
                      replaceOne: {
                        filter: { _id },
                        replacement: {
                          version,
                          code: `${_id}/${version}`,
                          tags: [_id, `v${version % 7}`],
                          half: version,
                        },
                        upsert: true,
                      },
                    })),
                  );
                  for (const id of ids) {
                    acknowledged.push({ id, version });
                    highest.set(id, Math.max(version, highest.get(id) ?? -1));
                  }
                }
              }),
            );
          } catch (error) {
            // The connection breaks with the engine; what the engine itself refuses is a fault.
            if (error instanceof MongoServerError && error.code !== undefined) throw error;
          } finally {
            await client.close(true);
          }
        },
        verify: async (url) => {
          const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 });
          try {
            const items = client
              .db('crash')
              .collection<{ _id: string; version: number; code: string; tags: string[]; half: number }>('items');
            const all = await items.find({}).toArray();
            const byId = new Map(all.map((doc) => [doc._id, doc]));
            for (const [id, version] of highest) expect(byId.get(id)?.version).toBeGreaterThanOrEqual(version);
            for (const doc of all) expect([doc.half, doc.code]).toEqual([doc.version, `${doc._id}/${doc.version}`]);
            if (all.length === 0) return;
            expect(await items.estimatedDocumentCount()).toBe(all.length);
            expect((await items.find({ code: { $gte: '' } }, { hint: 'code_1' }).toArray()).length).toBe(all.length);
            for (const { _id, tags } of all.slice(0, 20)) {
              expect(
                (await items.find({ tags: _id }, { hint: 'tags_1_version_-1' }).toArray()).map((doc) => doc._id),
              ).toEqual([_id]);
              expect(await items.countDocuments({ tags: tags[1]! }, { hint: 'tags_1_version_-1' })).toBe(
                all.filter((doc) => doc.tags.includes(tags[1]!)).length,
              );
            }
          } finally {
            await client.close();
          }
        },
      });
    } catch (error) {
      throw new Error(`With seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    } finally {
      await folder.remove();
    }
    expect(highest.size).toBeGreaterThan(0);
  }, 120_000);
});
