import type { Collection, Document } from 'mongodb';
import { type DocumentStoreUnderTest, documentStoreUnderTest, eventually, failure } from './under-test.js';

type Doc = Document & { _id: string | number };

/** The name of the index in a winning plan, wherever it stands. */
function indexOf(plan: Document | undefined): string | undefined {
  if (plan === undefined) return undefined;
  return (
    (plan['indexName'] as string | undefined) ??
    indexOf((plan['inputStage'] ?? plan['queryPlan'] ?? plan['inputStages']?.[0]) as Document | undefined)
  );
}

describe('indexes', () => {
  let server: DocumentStoreUnderTest;
  let items: Collection<Doc>;
  let made = 0;

  const used = async (filter: Document, sort?: Document): Promise<string | undefined> => {
    const find = items.find(filter);
    const explained = await (sort === undefined ? find : find.sort(sort as Record<string, 1 | -1>)).explain(
      'executionStats',
    );
    return indexOf(explained['queryPlanner'].winningPlan as Document);
  };

  beforeAll(async () => {
    server = await documentStoreUnderTest();
  });
  beforeEach(() => {
    made += 1;
    items = server.db.collection<Doc>(`items${made}`);
  });
  afterAll(() => server.stop());

  it('lists what was created, twice is once, and drops', async () => {
    await items.createIndex({ a: 1, b: -1 }, { name: 'ab' });
    await items.createIndex({ a: 1, b: -1 }, { name: 'ab' });
    expect((await items.indexes()).map(({ name }) => name)).toEqual(['_id_', 'ab']);
    expect((await failure(items.createIndex({ c: 1 }, { name: 'ab' }))).code).toBe(86);
    await items.dropIndex('ab');
    expect((await failure(items.dropIndex('ab'))).code).toBe(27);
    expect((await failure(server.db.collection('nowhere').indexes())).code).toBe(26);
  });

  it('enforces unique indexes on inserts, updates and existing documents', async () => {
    await items.createIndex({ tenant: 1, number: 1 }, { unique: true });
    await items.insertMany([
      { _id: 1, tenant: 'a', number: 1 },
      { _id: 2, tenant: 'a', number: 2 },
    ]);
    const error = await failure(items.insertOne({ _id: 3, tenant: 'a', number: 1 }));
    expect([error.code, error['keyPattern'], error['keyValue']]).toEqual([
      11000,
      { tenant: 1, number: 1 },
      { tenant: 'a', number: 1 },
    ]);
    expect((await failure(items.updateOne({ _id: 2 }, { $set: { number: 1 } }))).code).toBe(11000);
    await items.updateOne({ _id: 1 }, { $set: { number: 3 } });
    await items.updateOne({ _id: 2 }, { $set: { number: 1 } });
    await items.insertOne({ _id: 4, tenant: 'b', number: 1 });
    expect((await failure(items.createIndex({ number: 1 }, { unique: true }))).code).toBe(11000);
    expect((await items.indexes()).length).toBe(2);
  });

  it('keeps unique multikey, sparse and partial indexes', async () => {
    await items.createIndex({ codes: 1 }, { unique: true, sparse: true });
    await items.insertMany([{ _id: 1, codes: ['a', 'b', 'a'] }, { _id: 2 }, { _id: 3 }]);
    expect((await failure(items.insertOne({ _id: 4, codes: ['c', 'b'] }))).code).toBe(11000);
    await items.createIndex({ email: 1 }, { unique: true, partialFilterExpression: { active: true } });
    await items.insertMany([
      { _id: 5, email: 'x', active: true, codes: ['5'] },
      { _id: 6, email: 'x', active: false, codes: ['6'] },
    ]);
    expect((await failure(items.updateOne({ _id: 6 }, { $set: { active: true } }))).code).toBe(11000);
    await items.updateOne({ _id: 5 }, { $set: { active: false } });
    await items.updateOne({ _id: 6 }, { $set: { active: true } });
    expect(await items.countDocuments({ email: 'x' })).toBe(2);
    expect((await items.findOne({ email: 'x', active: true }))?._id).toBe(6);
    expect(await items.countDocuments({ codes: null })).toBe(2);
  });

  it('uses indexes for equality, ranges, lists, sorting and pages by key', async () => {
    await items.insertMany(
      Array.from({ length: 500 }, (_, i) => ({
        _id: i,
        s: `s${i % 5}`,
        at: new Date(1e12 + i * 1000),
        n: i,
        tags: [`t${i % 50}`, 'all'],
      })),
    );
    await items.createIndex({ s: 1, at: -1 }, { name: 's_at' });
    await items.createIndex({ n: 1 }, { name: 'n' });
    await items.createIndex({ tags: 1 }, { name: 'tags' });
    expect(await used({ s: 's1' })).toBe('s_at');
    expect(await used({ s: 's1' }, { at: -1 })).toBe('s_at');
    expect(await used({ n: { $gte: 10, $lt: 20 } })).toBe('n');
    expect(await used({ tags: 't7' })).toBe('tags');
    expect(await used({ x: 1 })).toBeUndefined();
    const explained = await items.find({ n: { $in: [3, 7, 900] } }).explain('executionStats');
    expect(explained['executionStats'].totalDocsExamined).toBe(2);
    expect((await items.find({ s: 's1' }).sort({ at: -1 }).limit(3).toArray()).map(({ _id }) => _id)).toEqual([
      496, 491, 486,
    ]);
    expect((await items.find({ s: 's1' }).sort({ at: 1 }).limit(2).toArray()).map(({ _id }) => _id)).toEqual([1, 6]);
    expect((await items.find({ tags: 'all' }).toArray()).length).toBe(500);
    expect((await items.find({ tags: { $in: ['all', 't3'] } }).toArray()).length).toBe(500);
    expect(await items.countDocuments({ s: { $in: ['s1', 's2'] } })).toBe(200);
    const pages: unknown[] = [];
    let after: { n: number; _id: unknown } | undefined;
    for (;;) {
      const filter: Document =
        after === undefined ? {} : { $or: [{ n: { $lt: after.n } }, { n: after.n, _id: { $lt: after._id } }] };
      const page = await items.find(filter).sort({ n: -1, _id: -1 }).limit(60).toArray();
      pages.push(...page.map(({ _id }) => _id));
      const last = page.at(-1);
      if (last === undefined) break;
      after = { n: last['n'] as number, _id: last._id };
    }
    expect(pages).toEqual(Array.from({ length: 500 }, (_, i) => 499 - i));
  });

  it('finds by elements of arrays in the order of another field, each document once', async () => {
    await items.createIndex({ keys: 1, at: -1, _id: -1 });
    const names = ['a', 'b', 'c', 'd', 'e'];
    const documents = Array.from({ length: 400 }, (_, i) => ({
      _id: i,
      at: (i * 7) % 100,
      keys: names.filter((_name, n) => (i >> n) % 2 === 0),
    }));
    await items.insertMany(documents);
    await items.updateMany({ _id: { $lt: 50 } }, { $set: { keys: ['a', 'z'] } });
    const now = documents.map((doc) => (doc._id < 50 ? { ...doc, keys: ['a', 'z'] } : doc));
    const expected = (test: (keys: readonly string[], at: number) => boolean, sign: 1 | -1) =>
      now
        .filter((doc) => test(doc.keys, doc.at))
        .sort((a, b) => sign * (a.at - b.at || a._id - b._id))
        .map(({ _id }) => _id);
    const cases: [Document, (keys: readonly string[], at: number) => boolean][] = [
      [{ keys: 'a' }, (keys) => keys.includes('a')],
      [{ keys: { $in: ['b', 'c', 'z'] } }, (keys) => keys.some((key) => 'bcz'.includes(key))],
      [{ keys: { $regex: '^[b]' } }, (keys) => keys.includes('b')],
      [{ keys: { $regex: '^z' } }, (keys) => keys.includes('z')],
      [{ $and: [{ keys: { $regex: '^a' } }, { keys: { $lt: 'b' } }] }, (keys) => keys.includes('a')],
      [{ $and: [{ keys: 'a' }, { keys: 'z' }] }, (keys) => keys.includes('a') && keys.includes('z')],
      [
        { $and: [{ keys: { $in: ['d', 'e'] } }, { keys: 'a' }], at: { $gte: 20, $lt: 80 } },
        (keys, at) => keys.some((key) => 'de'.includes(key)) && keys.includes('a') && at >= 20 && at < 80,
      ],
      [
        { keys: { $in: ['b', 'e'] }, $or: [{ at: { $lt: 50 } }, { at: 50, _id: { $lt: 300 } }] },
        (keys, at) => keys.some((key) => 'be'.includes(key)) && at <= 50,
      ],
    ];
    for (const [filter, test] of cases) {
      const isCursor = filter['$or'] !== undefined;
      for (const sign of [-1, 1] as const) {
        const found = await items.find(filter).sort({ at: sign, _id: sign }).toArray();
        const right = expected(test, sign).filter((id) => !isCursor || now[id]!.at < 50 || id < 300);
        expect(found.map(({ _id }) => _id)).toEqual(right);
        const first = await items.find(filter).sort({ at: sign, _id: sign }).limit(7).toArray();
        expect(first.map(({ _id }) => _id)).toEqual(right.slice(0, 7));
      }
      const count = expected(test, 1).filter((id) => !isCursor || now[id]!.at < 50 || id < 300).length;
      expect(await items.countDocuments(filter)).toBe(count);
      expect(await items.countDocuments(filter, { limit: 3 })).toBe(Math.min(3, count));
    }
    expect(await used({ keys: 'a' }, { at: -1, _id: -1 })).toBe('keys_1_at_-1__id_-1');
    const explained = await items.find({ keys: 'a' }).sort({ at: -1, _id: -1 }).limit(5).explain('executionStats');
    expect(explained['executionStats'].totalDocsExamined).toBe(5);
  });

  it('deletes expired documents by a TTL index', async () => {
    await items.createIndex({ until: 1 }, { expireAfterSeconds: 0 });
    await items.insertMany([
      { _id: 'old', until: new Date(Date.now() - 1000) },
      { _id: 'young', until: new Date(Date.now() + 3_600_000) },
      { _id: 'no date', until: 5 },
    ]);
    await eventually(
      async () => (await items.countDocuments({})) === 2,
      'the expired document is still there',
      server.ttlDeadlineMs,
    );
    expect((await items.find({}).sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual(['no date', 'young']);
  }, 80_000);

  it('sorts by type where values differ in type', async () => {
    const values = [5, 'a', null, new Date(0), true, { a: 1 }, -1, 2.5, 'B'];
    await items.insertMany(values.map((v, i) => ({ _id: i, v })));
    const sorted = async (): Promise<unknown[]> =>
      (await items.find({}).sort({ v: 1 }).toArray()).map(({ _id }) => _id);
    const before = await sorted();
    await items.createIndex({ v: 1 });
    expect(await used({}, { v: 1 })).toBe('v_1');
    expect(await sorted()).toEqual(before);
    expect(before).toEqual([2, 6, 7, 0, 8, 1, 5, 4, 3]);
  });
});
