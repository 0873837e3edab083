import type { Collection, Document } from 'mongodb';
import { type DocumentStoreUnderTest, documentStoreUnderTest, failure } from './under-test.js';

type Doc = Document & { _id: string | number };

describe('aggregation', () => {
  let server: DocumentStoreUnderTest;
  let orders: Collection<Doc>;
  const run = (pipeline: Document[]): Promise<Document[]> => orders.aggregate(pipeline).toArray();

  beforeAll(async () => {
    server = await documentStoreUnderTest();
    orders = server.db.collection<Doc>('orders');
    await orders.insertMany([
      {
        _id: 1,
        customer: 'a',
        day: new Date('2024-01-01T10:00:00Z'),
        lines: [
          { sku: 'x', q: 2, price: 100 },
          { sku: 'y', q: 1, price: 50 },
        ],
      },
      { _id: 2, customer: 'b', day: new Date('2024-01-01T20:00:00Z'), lines: [{ sku: 'x', q: 1, price: 100 }] },
      { _id: 3, customer: 'a', day: new Date('2024-01-02T10:00:00Z'), lines: [] },
    ]);
    await server.db.collection<Doc>('customers').insertMany([
      { _id: 'a', name: 'Anna' },
      { _id: 'b', name: 'Bob' },
    ]);
  });
  afterAll(() => server.stop());

  it('unwinds, groups and sorts', async () => {
    expect(
      await run([
        { $unwind: '$lines' },
        {
          $group: {
            _id: '$lines.sku',
            units: { $sum: '$lines.q' },
            value: { $sum: { $multiply: ['$lines.q', '$lines.price'] } },
            orders: { $addToSet: '$_id' },
            most: { $max: '$lines.q' },
            mean: { $avg: '$lines.q' },
          },
        },
        { $sort: { _id: 1 } },
      ]),
    ).toEqual([
      { _id: 'x', units: 3, value: 300, orders: [1, 2], most: 2, mean: 1.5 },
      { _id: 'y', units: 1, value: 50, orders: [1], most: 1, mean: 1 },
    ]);
  });

  it('groups by a document of expressions, with dates', async () => {
    expect(
      await run([
        {
          $group: {
            _id: { day: { $dateToString: { date: '$day', format: '%Y-%m-%d' } }, customer: '$customer' },
            n: { $sum: 1 },
          },
        },
        { $sort: { '_id.day': 1, '_id.customer': 1 } },
      ]),
    ).toEqual([
      { _id: { day: '2024-01-01', customer: 'a' }, n: 1 },
      { _id: { day: '2024-01-01', customer: 'b' }, n: 1 },
      { _id: { day: '2024-01-02', customer: 'a' }, n: 1 },
    ]);
  });

  it('projects with expressions', async () => {
    expect(
      await run([
        { $match: { _id: 1 } },
        {
          $project: {
            _id: 0,
            n: { $size: '$lines' },
            big: { $cond: [{ $gt: [{ $size: '$lines' }, 1] }, 'yes', 'no'] },
            skus: { $map: { input: '$lines', as: 'l', in: '$$l.sku' } },
          },
        },
      ]),
    ).toEqual([{ n: 2, big: 'yes', skus: ['x', 'y'] }]);
    expect(
      await run([
        { $match: { _id: 3 } },
        { $addFields: { who: { $ifNull: ['$nick', '$customer'] } } },
        { $project: { who: 1 } },
      ]),
    ).toEqual([{ _id: 3, who: 'a' }]);
  });

  it('counts, skips, limits and replaces the root', async () => {
    expect(await run([{ $match: { customer: 'a' } }, { $count: 'n' }])).toEqual([{ n: 2 }]);
    expect(await run([{ $match: { customer: 'zz' } }, { $count: 'n' }])).toEqual([]);
    expect(
      await run([{ $sort: { _id: -1 } }, { $skip: 1 }, { $limit: 1 }, { $replaceRoot: { newRoot: { id: '$_id' } } }]),
    ).toEqual([{ id: 2 }]);
    expect(await run([{ $sortByCount: '$customer' }])).toEqual([
      { _id: 'a', count: 2 },
      { _id: 'b', count: 1 },
    ]);
    expect(await run([{ $bucket: { groupBy: '$_id', boundaries: [0, 2, 10], output: { n: { $sum: 1 } } } }])).toEqual([
      { _id: 0, n: 1 },
      { _id: 2, n: 2 },
    ]);
  });

  it('looks up by field and by pipeline', async () => {
    expect(
      await run([
        { $lookup: { from: 'customers', localField: 'customer', foreignField: '_id', as: 'c' } },
        { $unwind: '$c' },
        { $project: { name: '$c.name' } },
        { $sort: { _id: 1 } },
      ]),
    ).toEqual([
      { _id: 1, name: 'Anna' },
      { _id: 2, name: 'Bob' },
      { _id: 3, name: 'Anna' },
    ]);
    expect(
      await run([
        { $match: { _id: 2 } },
        {
          $lookup: {
            from: 'customers',
            let: { who: '$customer' },
            pipeline: [{ $match: { $expr: { $eq: ['$_id', '$$who'] } } }, { $project: { name: 1, _id: 0 } }],
            as: 'c',
          },
        },
        { $project: { c: 1 } },
      ]),
    ).toEqual([{ _id: 2, c: [{ name: 'Bob' }] }]);
  });

  it('runs facets and unions', async () => {
    expect(
      await run([
        {
          $facet: {
            total: [{ $count: 'n' }],
            first: [{ $sort: { _id: 1 } }, { $limit: 1 }, { $project: { customer: 1 } }],
          },
        },
      ]),
    ).toEqual([{ total: [{ n: 3 }], first: [{ _id: 1, customer: 'a' }] }]);
    expect(
      await run([
        { $project: { _id: 1 } },
        { $unionWith: { coll: 'customers', pipeline: [{ $project: { _id: 1 } }] } },
      ]),
    ).toHaveLength(5);
  });

  it('writes results with $out and $merge', async () => {
    await run([{ $group: { _id: '$customer', n: { $sum: 1 } } }, { $out: 'totals' }]);
    const totals = server.db.collection<Doc>('totals');
    expect(await totals.find({}).sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', n: 2 },
      { _id: 'b', n: 1 },
    ]);
    await run([
      { $match: { customer: 'a' } },
      { $group: { _id: '$customer', last: { $max: '$_id' } } },
      { $merge: { into: 'totals', whenMatched: 'merge' } },
    ]);
    expect(await totals.findOne({ _id: 'a' })).toEqual({ _id: 'a', n: 2, last: 3 });
  });

  it('refuses unknown stages', async () => {
    expect((await failure(run([{ $nonsense: {} }]))).message).toMatch(/nonsense/);
  });
});
