import { Binary, type Collection, Decimal128, type Document, Double, Long, ObjectId, Timestamp } from 'mongodb';
import { type DocumentStoreUnderTest, documentStoreUnderTest, failure } from './under-test.js';

type Doc = Document & { _id: string | number | ObjectId | Double };

describe('documents', () => {
  let server: DocumentStoreUnderTest;
  let items: Collection<Doc>;

  beforeAll(async () => {
    server = await documentStoreUnderTest();
    items = server.db.collection<Doc>('items');
  });
  afterEach(() => items.deleteMany({}));
  afterAll(() => server.stop());

  it('gives back every BSON type as it was stored, also after an update of another field', async () => {
    const doc = {
      _id: new ObjectId(),
      int: 7,
      long: Long.fromString('9007199254740993'),
      smallLong: Long.fromNumber(5),
      double: new Double(3),
      fraction: 0.1,
      decimal: Decimal128.fromString('12.3400'),
      date: new Date('2024-02-29T12:00:00Z'),
      binary: new Binary(Buffer.from([1, 2, 3]), 0),
      uuid: new Binary(Buffer.alloc(16, 7), 4),
      timestamp: new Timestamp({ t: 5, i: 6 }),
      regex: /a.b/i,
      nothing: null,
      nested: { list: [1, 'two', { three: true }], empty: {} },
      text: '汉字 and \u{1F600}',
    };
    await items.insertOne(doc);
    await items.updateOne({ _id: doc._id }, { $set: { touched: true } });
    const [raw] = await items.find({ _id: doc._id }, { promoteValues: false, projection: { touched: 0 } }).toArray();
    expect(raw?.['double']).toEqual(new Double(3));
    expect(raw?.['smallLong']).toEqual(Long.fromNumber(5));
    expect(raw?.['long']).toEqual(doc.long);
    expect(raw?.['decimal']?.toString()).toBe('12.3400');
    const found = await items.findOne({ _id: doc._id }, { projection: { touched: 0 }, promoteLongs: false });
    expect(found?.['uuid']?.sub_type).toBe(4);
    expect(found?.['date']).toEqual(doc.date);
    expect(found?.['timestamp'].equals(doc.timestamp)).toBe(true);
    expect(found?.['nested']).toEqual(doc.nested);
    expect(found?.['text']).toBe(doc.text);
  });

  it('gives documents without an _id one, and puts it first', async () => {
    const { insertedId } = await items.insertOne({ name: 'x' } as unknown as Doc);
    const found = await items.findOne({ name: 'x' });
    expect(found?._id).toEqual(insertedId);
    expect(Object.keys(found ?? {})[0]).toBe('_id');
  });

  it('refuses a second document with the same _id, also as another kind of number', async () => {
    await items.insertOne({ _id: 1 });
    const error = await failure(items.insertOne({ _id: new Double(1) }));
    expect(error.code).toBe(11000);
    expect(error['keyPattern']).toEqual({ _id: 1 });
    expect(error['keyValue']).toEqual({ _id: 1 });
  });

  it('compares numbers across int, long, double and decimal', async () => {
    await items.insertMany([
      { _id: 'i', n: 5 },
      { _id: 'l', n: Long.fromNumber(5) },
      { _id: 'd', n: new Double(5) },
      { _id: 'm', n: Decimal128.fromString('5.0') },
      { _id: 's', n: '5' },
    ]);
    expect(await items.countDocuments({ n: 5 })).toBe(4);
    expect(await items.countDocuments({ n: { $gt: 4.5, $lt: 5.5 } })).toBe(4);
  });

  it('finds with the query operators in common use', async () => {
    await items.insertMany([
      {
        _id: 1,
        tags: ['a', 'b'],
        qty: 5,
        lines: [
          { sku: 'x', n: 1 },
          { sku: 'y', n: 5 },
        ],
        note: null,
      },
      { _id: 2, tags: ['b'], qty: 10, lines: [{ sku: 'x', n: 5 }], name: 'Anna' },
      { _id: 3, tags: [], qty: 15, name: 'bob', lines: [] },
    ]);
    const ids = async (filter: Document): Promise<unknown[]> =>
      (await items.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    expect(await ids({ tags: 'b' })).toEqual([1, 2]);
    expect(await ids({ tags: { $all: ['a', 'b'] } })).toEqual([1]);
    expect(await ids({ tags: { $size: 0 } })).toEqual([3]);
    expect(await ids({ tags: ['b'] })).toEqual([2]);
    expect(await ids({ qty: { $in: [5, 15] } })).toEqual([1, 3]);
    expect(await ids({ qty: { $nin: [5, 15] } })).toEqual([2]);
    expect(await ids({ qty: { $not: { $gt: 5 } } })).toEqual([1]);
    expect(await ids({ 'lines.sku': 'x', 'lines.n': 5 })).toEqual([1, 2]);
    expect(await ids({ lines: { $elemMatch: { sku: 'x', n: 5 } } })).toEqual([2]);
    expect(await ids({ 'lines.0.sku': 'x' })).toEqual([1, 2]);
    expect(await ids({ name: /^a/i })).toEqual([2]);
    expect(await ids({ name: { $regex: '^b' } })).toEqual([3]);
    expect(await ids({ name: null })).toEqual([1]);
    expect(await ids({ name: { $exists: true } })).toEqual([2, 3]);
    expect(await ids({ note: { $type: 'null' } })).toEqual([1]);
    expect(await ids({ name: { $ne: 'bob' } })).toEqual([1, 2]);
    expect(await ids({ $or: [{ qty: 5 }, { name: 'bob' }] })).toEqual([1, 3]);
    expect(await ids({ $nor: [{ qty: 5 }, { name: 'bob' }] })).toEqual([2]);
    expect(await ids({ qty: { $mod: [10, 5] } })).toEqual([1, 3]);
    expect(await ids({ $expr: { $gt: ['$qty', { $size: '$tags' }] } })).toEqual([1, 2, 3]);
    expect((await failure(items.findOne({ qty: { $nope: 1 } }))).code).toBe(2);
  });

  it('projects, sorts, skips and limits', async () => {
    await items.insertMany(
      Array.from({ length: 10 }, (_, i) => ({ _id: i, a: i % 3, b: { c: i, d: -i }, list: [i, i + 1, i + 2] })),
    );
    const page = await items
      .find({}, { projection: { 'b.c': 1, _id: 0 } })
      .sort({ a: -1, _id: 1 })
      .skip(1)
      .limit(2)
      .toArray();
    expect(page).toEqual([{ b: { c: 5 } }, { b: { c: 8 } }]);
    expect(await items.findOne({ _id: 1 }, { projection: { b: 0, list: { $slice: -1 } } })).toEqual({
      _id: 1,
      a: 1,
      list: [3],
    });
    expect(await items.findOne({ _id: 2 }, { projection: { list: { $elemMatch: { $gt: 2 } } } })).toEqual({
      _id: 2,
      list: [3],
    });
    expect(await items.distinct('a')).toEqual([0, 1, 2]);
    expect(await items.distinct('list', { _id: { $lt: 2 } })).toEqual([0, 1, 2, 3]);
    expect(await items.estimatedDocumentCount()).toBe(10);
    expect(await items.countDocuments({ a: 0 }, { skip: 1, limit: 2 })).toBe(2);
  });

  it('updates with every operator', async () => {
    await items.insertOne({
      _id: 1,
      n: 1,
      big: Long.fromNumber(1),
      tags: ['a'],
      scores: [5, 1, 3],
      lines: [
        { sku: 'x', q: 1 },
        { sku: 'y', q: 2 },
      ],
      old: 1,
      flags: 5,
    });
    await items.updateOne({ _id: 1 }, {
      $inc: { n: 2, fresh: 1, big: 1 },
      $set: { 'deep.er.still': true },
      $unset: { old: '' },
      $push: { scores: { $each: [4, 2], $sort: 1, $slice: 4 } },
      $addToSet: { tags: { $each: ['a', 'b'] } },
      $min: { low: 3 },
      $max: { high: 9 },
      $mul: { nothing: 4 },
      $bit: { flags: { and: 4 } },
      $currentDate: { at: true },
      $setOnInsert: { never: 1 },
    } as Document);
    const { at, ...now } = (await items.findOne({ _id: 1 })) as unknown as Doc & { at: Date };
    expect(at).toBeInstanceOf(Date);
    expect(now).toEqual({
      _id: 1,
      n: 3,
      big: 2,
      tags: ['a', 'b'],
      scores: [1, 2, 3, 4],
      lines: [
        { sku: 'x', q: 1 },
        { sku: 'y', q: 2 },
      ],
      fresh: 1,
      deep: { er: { still: true } },
      low: 3,
      high: 9,
      nothing: 0,
      flags: 4,
    });
    await items.updateOne({ _id: 1 }, {
      $pull: { lines: { sku: 'x' }, scores: { $gte: 3 } },
      $pop: { tags: 1 },
      $rename: { n: 'm' },
    } as Document);
    const after = await items.findOne({ _id: 1 });
    expect([after?.['lines'], after?.['scores'], after?.['tags'], after?.['m'], after?.['n']]).toEqual([
      [{ sku: 'y', q: 2 }],
      [1, 2],
      ['a'],
      3,
      undefined,
    ]);
  });

  it('updates array elements by position, by all and by filter', async () => {
    await items.insertOne({
      _id: 1,
      lines: [
        { sku: 'x', q: 1 },
        { sku: 'y', q: 2 },
        { sku: 'x', q: 3 },
      ],
    });
    await items.updateOne({ _id: 1, 'lines.sku': 'y' }, { $set: { 'lines.$.hit': true } });
    await items.updateOne({ _id: 1 }, { $inc: { 'lines.$[].q': 10 } });
    await items.updateOne(
      { _id: 1 },
      { $set: { 'lines.$[l].big': true } },
      { arrayFilters: [{ 'l.sku': 'x', 'l.q': { $gt: 11 } }] },
    );
    await items.updateOne({ _id: 1, lines: { $elemMatch: { sku: 'x', q: 11 } } }, { $set: { 'lines.$.first': true } });
    expect((await items.findOne({ _id: 1 }))?.['lines']).toEqual([
      { sku: 'x', q: 11, first: true },
      { sku: 'y', q: 12, hit: true },
      { sku: 'x', q: 13, big: true },
    ]);
    expect((await failure(items.updateOne({ _id: 1 }, { $set: { 'lines.$[l].q': 1 } }))).code).toBe(2);
    expect((await failure(items.updateOne({ _id: 1 }, { $set: { 'lines.$.q': 1 } }))).code).toBe(2);
  });

  it('upserts from the filter, the update and $setOnInsert', async () => {
    const result = await items.updateOne(
      { _id: 'a', 'k.v': 2, n: { $gt: 5 } },
      { $set: { x: 1 }, $setOnInsert: { y: 2 } },
      { upsert: true },
    );
    expect([result.matchedCount, result.upsertedCount, result.upsertedId]).toEqual([0, 1, 'a']);
    expect(await items.findOne({ _id: 'a' })).toEqual({ _id: 'a', k: { v: 2 }, x: 1, y: 2 });
    const again = await items.updateOne({ _id: 'a' }, { $set: { x: 1 }, $setOnInsert: { y: 3 } }, { upsert: true });
    expect([again.matchedCount, again.modifiedCount, again.upsertedCount]).toEqual([1, 0, 0]);
    const replaced = await items.replaceOne({ _id: 'b' }, { z: 1 }, { upsert: true });
    expect(replaced.upsertedId).toBe('b');
    const guarded = await failure(items.replaceOne({ _id: 'b', z: { $lt: 1 } }, { z: 5 }, { upsert: true }));
    expect(guarded.code).toBe(11000);
  });

  it('updates with a pipeline', async () => {
    await items.insertOne({ _id: 1, a: 2, b: 3 });
    await items.updateOne({ _id: 1 }, [{ $set: { sum: { $add: ['$a', '$b'] } } }, { $unset: 'a' }]);
    expect(await items.findOne({ _id: 1 })).toEqual({ _id: 1, b: 3, sum: 5 });
  });

  it('finds and modifies in one step', async () => {
    await items.insertMany([
      { _id: 1, s: 'new', at: 2 },
      { _id: 2, s: 'new', at: 1 },
    ]);
    const first = await items.findOneAndUpdate(
      { s: 'new' },
      { $set: { s: 'taken' } },
      { sort: { at: 1 }, returnDocument: 'after' },
    );
    expect(first).toEqual({ _id: 2, s: 'taken', at: 1 });
    expect(await items.findOneAndDelete({ s: 'new' })).toEqual({ _id: 1, s: 'new', at: 2 });
    expect(await items.findOneAndUpdate({ s: 'new' }, { $set: { s: 'x' } })).toBeNull();
    const made = await items.findOneAndUpdate(
      { _id: 9 },
      { $inc: { n: 1 } },
      { upsert: true, returnDocument: 'after', includeResultMetadata: true },
    );
    expect([made.value, made.lastErrorObject?.['updatedExisting'], made.lastErrorObject?.['upserted']]).toEqual([
      { _id: 9, n: 1 },
      false,
      9,
    ]);
    expect(await items.findOneAndReplace({ _id: 9 }, { r: 1 })).toEqual({ _id: 9, n: 1 });
  });

  it('refuses what MongoDB refuses, with its codes', async () => {
    await items.insertOne({ _id: 1, n: 'text', list: 5 });
    expect((await failure(items.updateOne({ _id: 1 }, { $set: { _id: 2 } }))).code).toBe(66);
    expect((await failure(items.updateOne({ _id: 1 }, { $inc: { n: 1 } }))).code).toBe(14);
    expect((await failure(items.updateOne({ _id: 1 }, { $push: { list: 1 } } as Document))).code).toBe(2);
    expect((await failure(items.updateOne({ _id: 1 }, { $set: { 'n.x': 1 } }))).code).toBe(28);
    expect((await failure(items.updateOne({ _id: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }))).code).toBe(40);
    expect((await failure(items.updateOne({ _id: 1 }, { $bogus: { a: 1 } }))).code).toBe(9);
    expect((await failure(server.db.command({ nonsense: 1 }))).code).toBe(59);
    expect((await failure(server.db.renameCollection('nowhere', 'somewhere'))).code).toBe(26);
    await server.db.createCollection('twice');
    expect((await failure(server.db.createCollection('twice'))).code).toBe(48);
  });

  it('reports every error of an unordered bulk write by index, and stops at the first of an ordered one', async () => {
    await items.insertOne({ _id: 2 });
    const operations = (): Parameters<typeof items.bulkWrite>[0] => [
      { insertOne: { document: { _id: 1 } } },
      { insertOne: { document: { _id: 2 } } },
      { updateOne: { filter: { _id: 7 }, update: { $set: { a: 1 } }, upsert: true } },
      { replaceOne: { filter: { _id: 1 }, replacement: { b: 1 } } },
      { insertOne: { document: { _id: 1 } } },
      { deleteOne: { filter: { _id: 2 } } },
    ];
    const ordered = await failure(items.bulkWrite(operations()));
    expect([ordered.code, ordered['result'].insertedCount]).toEqual([11000, 1]);
    await items.deleteMany({ _id: 1 });
    const error = await failure(items.bulkWrite(operations(), { ordered: false }));
    expect((error['writeErrors'] as { index: number; code: number }[]).map(({ index, code }) => [index, code])).toEqual(
      [
        [1, 11000],
        [4, 11000],
      ],
    );
    expect(error['result'].upsertedIds).toEqual({ 2: 7 });
    expect((await items.find({}).sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual([1, 7]);
  });

  it('streams cursors over several batches and forgets killed ones', async () => {
    await items.insertMany(Array.from({ length: 1000 }, (_, i) => ({ _id: i, text: 'x'.repeat(100) })));
    const cursor = items.find({}).batchSize(7);
    const seen: unknown[] = [];
    for await (const { _id } of cursor) seen.push(_id);
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const left = items.find({}).batchSize(2);
    await left.next();
    const id = left.id!;
    await left.close();
    expect((await failure(server.db.command({ getMore: id, collection: 'items' }))).code).toBe(43);
  });

  it('lists, renames and drops', async () => {
    await server.db.collection('one').insertOne({ a: 1 });
    await server.db.renameCollection('one', 'two');
    const names = (await server.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name as string);
    expect(names).toContain('two');
    expect(names).not.toContain('one');
    const { databases } = await server.client.db().admin().listDatabases();
    expect(databases.map(({ name }) => name)).toContain(server.db.databaseName);
    expect(await server.db.collection('two').drop()).toBe(true);
    expect((await server.db.stats())['db']).toBe(server.db.databaseName);
  });
});
