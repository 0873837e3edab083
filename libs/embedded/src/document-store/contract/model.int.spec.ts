import * as fc from 'fast-check';
import type { Collection, Document } from 'mongodb';
import { type DocumentStoreUnderTest, documentStoreUnderTest } from './under-test.js';

type Doc = Document & { _id: number };
type Value = number | string | boolean | null | number[];

/** A plain list of documents with the little of MongoDB's semantics that the operations below need. */
class Model {
  readonly docs = new Map<number, Doc>();

  matches(doc: Doc, filter: Filter): boolean {
    const value = doc[filter.path] as Value | undefined;
    const candidates: unknown[] = Array.isArray(value) ? value : [value];
    const sameType = (x: unknown): boolean => typeof x === typeof filter.value;
    if (filter.operator === '$eq')
      return candidates.some((x) => (filter.value === null ? x === null || x === undefined : x === filter.value));
    if (filter.operator === '$in')
      return filter.values.some((wanted) =>
        candidates.some((x) => (wanted === null ? x === null || x === undefined : x === wanted)),
      );
    if (filter.value === null)
      return filter.operator === '$lte' && candidates.some((x) => x === null || x === undefined);
    return candidates.some(
      (x) =>
        sameType(x) &&
        (filter.operator === '$gt'
          ? (x as number) > (filter.value as number)
          : (x as number) <= (filter.value as number)),
    );
  }

  find(filter: Filter): number[] {
    return [...this.docs.values()]
      .filter((doc) => this.matches(doc, filter))
      .map(({ _id }) => _id)
      .sort((a, b) => a - b);
  }
}

interface Filter {
  readonly path: 'a' | 'b';
  readonly operator: '$eq' | '$gt' | '$lte' | '$in';
  readonly value: number | string | boolean | null;
  readonly values: readonly (number | string | boolean | null)[];
}

type Operation =
  | { kind: 'insert'; id: number; a: Value; b: Value }
  | { kind: 'upsert'; id: number; a: Value; b: Value }
  | { kind: 'set'; filter: Filter; b: Value }
  | { kind: 'inc'; id: number }
  | { kind: 'delete'; filter: Filter }
  | { kind: 'unset'; id: number };

const scalar = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('', 'a', 'ab', 'b', '中'),
  fc.boolean(),
  fc.constant(null),
);
// Only `a` is ever an array: an index over two of them is refused.
const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 3 }) },
);
const id = fc.integer({ min: 0, max: 12 });
const filter: fc.Arbitrary<Filter> = fc.record({
  path: fc.constantFrom('a', 'b'),
  operator: fc.constantFrom('$eq', '$gt', '$lte', '$in'),
  value: scalar,
  values: fc.array(scalar, { minLength: 1, maxLength: 3 }),
});
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), id, a: value, b: scalar }),
  fc.record({ kind: fc.constant('upsert' as const), id, a: value, b: scalar }),
  fc.record({ kind: fc.constant('set' as const), filter, b: scalar }),
  fc.record({ kind: fc.constant('inc' as const), id }),
  fc.record({ kind: fc.constant('delete' as const), filter }),
  fc.record({ kind: fc.constant('unset' as const), id }),
);

function condition({ path, operator, value: wanted, values }: Filter): Document {
  return { [path]: operator === '$in' ? { $in: values } : { [operator]: wanted } };
}

async function apply(operation: Operation, model: Model, collection: Collection<Doc>): Promise<void> {
  switch (operation.kind) {
    case 'insert': {
      const { id: _id, a, b } = operation;
      const refused = await collection.insertOne({ _id, a, b }).then(
        () => false,
        (error: { code?: number }) => error.code === 11000,
      );
      expect(refused).toBe(model.docs.has(_id));
      if (!refused) model.docs.set(_id, { _id, a, b });
      return;
    }
    case 'upsert': {
      const { id: _id, a, b } = operation;
      await collection.replaceOne({ _id }, { a, b }, { upsert: true });
      model.docs.set(_id, { _id, a, b });
      return;
    }
    case 'set': {
      const found = model.find(operation.filter);
      const { matchedCount } = await collection.updateMany(condition(operation.filter), { $set: { b: operation.b } });
      expect(matchedCount).toBe(found.length);
      for (const key of found) model.docs.set(key, { ...model.docs.get(key)!, b: operation.b });
      return;
    }
    case 'inc': {
      const doc = model.docs.get(operation.id);
      const numeric = doc?.['a'] === undefined || typeof doc['a'] === 'number';
      const outcome = await collection.updateOne({ _id: operation.id }, { $inc: { a: 1 } }).then(
        ({ matchedCount }) => matchedCount,
        () => -1,
      );
      expect(outcome).toBe(doc === undefined ? 0 : numeric ? 1 : -1);
      if (doc !== undefined && numeric)
        model.docs.set(operation.id, { ...doc, a: ((doc['a'] as number | undefined) ?? 0) + 1 });
      return;
    }
    case 'delete': {
      const found = model.find(operation.filter);
      expect((await collection.deleteMany(condition(operation.filter))).deletedCount).toBe(found.length);
      for (const key of found) model.docs.delete(key);
      return;
    }
    case 'unset': {
      await collection.updateOne({ _id: operation.id }, { $unset: { a: '' } });
      const doc = model.docs.get(operation.id);
      if (doc !== undefined) {
        const { a: _a, ...rest } = doc;
        model.docs.set(operation.id, rest as Doc);
      }
    }
  }
}

describe('compared with a model', () => {
  let server: DocumentStoreUnderTest;
  let run = 0;

  beforeAll(async () => {
    server = await documentStoreUnderTest();
  });
  afterAll(() => server.stop());

  it('answers like a plain list, and through indexes like without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 5, maxLength: 25 }),
        fc.array(filter, { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        async (operations, filters, descending) => {
          run += 1;
          const collection = server.db.collection<Doc>(`model${run}`);
          const model = new Model();
          // Some operations meet the indexes, some documents are there before them.
          for (const [i, step] of operations.entries()) {
            if (i === 4) {
              await collection.createIndexes([
                { key: { a: descending ? -1 : 1 }, name: 'a' },
                { key: { b: 1, a: 1 }, name: 'ba' },
              ]);
            }
            await apply(step, model, collection);
          }
          for (const wanted of filters) {
            const expected = model.find(wanted);
            const search = condition(wanted);
            const ids = async (options: { hint?: Document | string }): Promise<number[]> =>
              (await collection.find(search, options).toArray()).map(({ _id }) => _id).sort((x, y) => x - y);
            expect(await ids({})).toEqual(expected);
            expect(await ids({ hint: { $natural: 1 } })).toEqual(expected);
            expect(await ids({ hint: 'a' })).toEqual(expected);
            expect(await ids({ hint: 'ba' })).toEqual(expected);
            expect(await collection.countDocuments(search)).toBe(expected.length);
          }
          const all = await collection.find({}).sort({ _id: 1 }).toArray();
          expect(all).toEqual([...model.docs.values()].sort((x, y) => x._id - y._id));
          const order = async (hint: string): Promise<unknown[]> =>
            (await collection.find({}, { hint }).sort({ a: 1, _id: 1 }).toArray()).map(({ _id }) => _id);
          expect(await order('a')).toEqual(await order('_id_'));
        },
      ),
      { numRuns: 40, endOnFailure: false },
    );
  }, 60_000);
});
