import type { Collection, Document } from 'mongodb';
import mongoose from 'mongoose';
import { type DocumentStoreUnderTest, documentStoreUnderTest, failure } from './under-test.js';

type Doc = Document & { _id: string | number };

describe('transactions and sessions', () => {
  let server: DocumentStoreUnderTest;
  let items: Collection<Doc>;

  beforeAll(async () => {
    server = await documentStoreUnderTest();
    items = server.db.collection<Doc>('items');
    await items.createIndex({ code: 1 }, { unique: true, sparse: true });
  });
  afterEach(() => items.deleteMany({}));
  afterAll(() => server.stop());

  it('shows its changes to itself first and to everybody after the commit', async () => {
    await items.insertMany([
      { _id: 1, n: 1 },
      { _id: 2, n: 2 },
    ]);
    await server.client.withSession(async (session) => {
      session.startTransaction();
      await items.insertOne({ _id: 3, n: 3 }, { session });
      await items.updateOne({ _id: 1 }, { $inc: { n: 10 } }, { session });
      await items.deleteOne({ _id: 2 }, { session });
      expect((await items.find({}, { session }).sort({ _id: 1 }).toArray()).map(({ n }) => n as number)).toEqual([
        11, 3,
      ]);
      expect(await items.countDocuments({}, { session })).toBe(2);
      expect((await items.find({}).sort({ _id: 1 }).toArray()).map(({ n }) => n as number)).toEqual([1, 2]);
      await session.commitTransaction();
      expect((await items.find({}).sort({ _id: 1 }).toArray()).map(({ n }) => n as number)).toEqual([11, 3]);
      expect(await items.countDocuments({})).toBe(2);
    });
  });

  it('leaves nothing of an aborted transaction', async () => {
    await server.client.withSession(async (session) => {
      session.startTransaction();
      await items.insertOne({ _id: 1, code: 'c' }, { session });
      await session.abortTransaction();
    });
    expect(await items.findOne({ _id: 1 })).toBeNull();
    await items.insertOne({ _id: 2, code: 'c' });
  });

  it('lets the second writer of a document fail with WriteConflict', async () => {
    await items.insertOne({ _id: 1, n: 0 });
    await server.client.withSession(async (first) => {
      await server.client.withSession(async (second) => {
        first.startTransaction();
        second.startTransaction();
        await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: first });
        const error = await failure(items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: second }));
        expect(error.code).toBe(112);
        expect(error.hasErrorLabel('TransientTransactionError')).toBe(true);
        await second.abortTransaction();
        await first.commitTransaction();
      });
    });
    expect((await items.findOne({ _id: 1 }))?.['n']).toBe(1);
  });

  it('reads the state from its beginning', async () => {
    await items.insertOne({ _id: 1, n: 0 });
    await server.client.withSession(async (session) => {
      session.startTransaction({ readConcern: { level: 'snapshot' } });
      expect((await items.findOne({ _id: 1 }, { session }))?.['n']).toBe(0);
      await items.updateOne({ _id: 1 }, { $set: { n: 5 } });
      await items.insertOne({ _id: 2 });
      expect((await items.findOne({ _id: 1 }, { session }))?.['n']).toBe(0);
      expect(await items.countDocuments({}, { session })).toBe(1);
      expect((await failure(items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session }))).code).toBe(112);
      await session.abortTransaction();
    });
  });

  it('counts right when many transactions fight for one document', async () => {
    await items.insertOne({ _id: 1, n: 0 });
    await Promise.all(
      Array.from({ length: 10 }, () =>
        server.client.withSession((session) =>
          session.withTransaction(async () => {
            const found = await items.findOne({ _id: 1 }, { session });
            await items.updateOne({ _id: 1 }, { $set: { n: (found?.['n'] as number) + 1 } }, { session });
          }),
        ),
      ),
    );
    expect((await items.findOne({ _id: 1 }))?.['n']).toBe(10);
  });

  it('lets plain writes wait for a transaction', async () => {
    await items.insertOne({ _id: 1, n: 0 });
    await server.client.withSession(async (session) => {
      session.startTransaction();
      await items.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
      const waiting = items.updateOne({ _id: 1 }, { $inc: { n: 10 } });
      await session.commitTransaction();
      await waiting;
    });
    expect((await items.findOne({ _id: 1 }))?.['n']).toBe(11);
  });

  it('serves mongoose: schemas, unique paths, populate, transactions', async () => {
    const connection = await mongoose
      .createConnection(server.url, { dbName: server.db.databaseName, autoIndex: false })
      .asPromise();
    try {
      const Author = connection.model(
        'Author',
        new mongoose.Schema({ _id: String, email: { type: String, unique: true }, born: Date }),
      );
      const Book = connection.model(
        'Book',
        new mongoose.Schema(
          { title: String, author: { type: String, ref: 'Author' }, tags: [String], meta: { pages: Number } },
          { timestamps: true, optimisticConcurrency: true },
        ),
      );
      await Author.createIndexes();
      await Author.create({ _id: 'a', email: 'a@example.org', born: new Date(0) });
      expect((await failure(Author.create({ _id: 'b', email: 'a@example.org' }))).code).toBe(11000);
      const book = await Book.create({ title: 'One', author: 'a', tags: ['x'], meta: { pages: 3 } });
      book.tags.push('y');
      book.set('meta.pages', 4);
      await book.save();
      const found = await Book.findOne({ tags: 'y', 'meta.pages': { $gte: 4 } })
        .populate<{ author: { email: string } }>('author')
        .lean();
      expect(found?.author.email).toBe('a@example.org');
      await connection.transaction(async (session) => {
        await Book.create([{ title: 'Two', author: 'a' }], { session });
        await Book.updateOne({ title: 'One' }, { $set: { title: 'Uno' } }, { session });
      });
      expect(await Book.find({}).sort({ title: 1 }).distinct('title')).toEqual(['Two', 'Uno']);
      await Book.bulkWrite([{ updateOne: { filter: { title: 'Two' }, update: { $inc: { 'meta.pages': 5 } } } }]);
      expect(await Book.aggregate([{ $group: { _id: null, pages: { $sum: '$meta.pages' } } }])).toEqual([
        { _id: null, pages: 9 },
      ]);
      expect(await Book.countDocuments({ author: 'a' })).toBe(2);
    } finally {
      await connection.close();
    }
  });
});
