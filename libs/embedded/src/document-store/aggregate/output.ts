import { equalValues } from '../bson/compare.js';
import { decode, encode } from '../bson/decode.js';
import { type Doc, isDoc } from '../bson/types.js';
import type { Command } from '../commands/command.js';
import { transactionOf } from '../commands/context.js';
import type { Source } from '../commands/cursors.js';
import { describeIndex } from '../commands/indexes.js';
import { prepare } from '../commands/insert.js';
import { makeUpdate, runUpdate } from '../commands/update.js';
import { MongoError } from '../errors.js';
import { Finder } from '../plan/find.js';
import { getPath } from '../query/paths.js';
import type { Collection } from '../store/collection.js';
import type { Scope } from './scope.js';

const CHUNK = 1_000;

/** `$out` and `$merge`: the results go into a collection. */
export async function writeOut(scope: Scope, command: Command, results: Source, stage: Doc): Promise<void> {
  if (transactionOf(scope.engine, command) !== undefined)
    throw new MongoError(263, '$out and $merge cannot be used in a transaction');
  if ('$out' in stage) await out(scope, results, stage['$out']);
  else await merge(scope, results, stage['$merge']);
}

function target(scope: Scope, value: unknown): [db: string, name: string] {
  if (typeof value === 'string') return [scope.db, value];
  if (isDoc(value) && typeof value['coll'] === 'string')
    return [typeof value['db'] === 'string' ? value['db'] : scope.db, value['coll']];
  throw new MongoError(16990, '$out and $merge need the name of a collection');
}

/** Fills a new collection beside the old one and puts it in its place in one step. */
async function out(scope: Scope, results: Source, spec: unknown): Promise<void> {
  const { store } = scope.engine;
  const [db, name] = target(scope, spec);
  const temporary = await store.write(() => {
    const collection = store.catalog.obtain(db, `tmp.agg_out.${process.pid}.${Date.now()}`);
    for (const index of store.catalog.find(db, name)?.indexes ?? []) {
      const { v: _v, ...described } = describeIndex(index);
      store.catalog.addIndex(collection, described as never);
    }
    return collection;
  });
  try {
    await inChunks(results, (documents) =>
      store.write(() => {
        for (const raw of documents) {
          const { id, bytes } = prepare(raw);
          temporary.change(store.kv, store.catalog, id, undefined, bytes);
        }
      }),
    );
    await store.write(() => {
      const old = store.catalog.find(db, name);
      if (old !== undefined) store.catalog.drop(old);
      store.catalog.rename(temporary, db, name);
    });
  } catch (error) {
    await store.write(() => store.catalog.drop(temporary));
    throw error;
  } finally {
    store.emptyTrash();
  }
}

async function inChunks(results: Source, write: (documents: Buffer[]) => Promise<void>): Promise<void> {
  let documents: Buffer[] = [];
  for (let next = results.next(); next.done !== true; next = results.next()) {
    documents.push(next.value);
    if (documents.length < CHUNK) continue;
    await write(documents);
    documents = [];
  }
  if (documents.length > 0) await write(documents);
}

async function merge(scope: Scope, results: Source, spec: unknown): Promise<void> {
  const { store } = scope.engine;
  const [db, name] = target(scope, isDoc(spec) ? spec['into'] : spec);
  const on =
    isDoc(spec) && spec['on'] !== undefined
      ? Array.isArray(spec['on'])
        ? spec['on'].map(String)
        : [String(spec['on'])]
      : ['_id'];
  const whenMatched = (isDoc(spec) ? spec['whenMatched'] : undefined) ?? 'merge';
  const whenNotMatched = (isDoc(spec) ? spec['whenNotMatched'] : undefined) ?? 'insert';
  await inChunks(results, (documents) =>
    store.write(() => {
      const collection = store.catalog.obtain(db, name);
      for (const raw of documents) mergeOne(scope, collection, raw, on, whenMatched, whenNotMatched);
    }),
  );
}

function mergeOne(
  { engine: { store }, variables }: Scope,
  collection: Collection,
  raw: Buffer,
  on: readonly string[],
  whenMatched: unknown,
  whenNotMatched: unknown,
): void {
  const doc = decode(raw);
  const filter: Doc = Object.fromEntries(on.map((path) => [path, { $eq: getPath(doc, path) ?? null }]));
  const found = new Finder(store.kv, collection, { filter, limit: 1 }).next().value;
  if (found === undefined) {
    if (whenNotMatched === 'discard') return;
    if (whenNotMatched === 'fail')
      throw new MongoError(
        13113,
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      );
    const { id, bytes } = prepare(raw);
    collection.change(store.kv, store.catalog, id, undefined, bytes);
    return;
  }
  if (whenMatched === 'keepExisting') return;
  if (whenMatched === 'fail')
    throw new MongoError(
      11000,
      `E11000 duplicate key error collection: ${collection.namespace}: $merge with whenMatched "fail" found a document`,
    );
  const old = decode(found.bytes);
  if (Array.isArray(whenMatched)) {
    runUpdate(
      store.kv,
      store.catalog,
      collection,
      makeUpdate({}, undefined, whenMatched, { _id: old['_id'] }, { ...variables, new: doc }),
    );
    return;
  }
  if (doc['_id'] !== undefined && !equalValues(doc['_id'], old['_id']) && on.length > 0 && !on.includes('_id'))
    delete doc['_id'];
  const after = whenMatched === 'replace' ? { _id: old['_id'], ...doc } : { ...old, ...doc };
  collection.change(store.kv, store.catalog, found.id, found.bytes, encode(after));
}
