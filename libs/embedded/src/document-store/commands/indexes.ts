import { Binary } from 'bson';
import { afterPrefix } from '../../storage/index.js';
import { encode } from '../bson/decode.js';
import { encodeKey } from '../bson/key-encoding.js';
import { type Doc, isDoc, toNumber } from '../bson/types.js';
import { asMongoError, MongoError } from '../errors.js';
import { compileFilter } from '../query/match.js';
import type { Collection, Index, IndexSpec } from '../store/collection.js';
import { type Command, collectionName, countField, docField, isTrue, listField, type Reply } from './command.js';
import type { Engine } from './context.js';

type NewIndex = Omit<IndexSpec, 'id' | 'arrays'>;

/** How many documents are indexed in one transaction while an index is built. */
const BUILD_CHUNK = 1_000;

export async function createIndexes(engine: Engine, command: Command): Promise<Reply> {
  const name = collectionName(command);
  const specs = (listField(command.body, 'indexes') ?? []).map(readSpec);
  if (specs.length === 0) throw new MongoError(2, 'Must specify at least one index to create');
  const { store } = engine;
  const existed = store.catalog.find(command.db, name) !== undefined;
  const collection = await store.write(() => store.catalog.obtain(command.db, name));
  const before = collection.indexes.length + 1;
  const made: Index[] = [];
  try {
    for (const spec of specs) {
      if (isIdIndex(spec.key) || hasSame(collection, spec)) continue;
      made.push(await build(engine, collection, spec));
    }
  } catch (error) {
    for (const index of made) await dropIndex(engine, collection, index.spec.name);
    throw error;
  }
  const after = collection.indexes.length + 1;
  return {
    numIndexesBefore: before,
    numIndexesAfter: after,
    createdCollectionAutomatically: !existed,
    ...(after === before ? { note: 'all indexes already exist' } : {}),
    ok: 1,
  };
}

/** Writers keep the new index up to date from its first moment; older documents are added a chunk at a time. */
async function build(engine: Engine, collection: Collection, spec: NewIndex): Promise<Index> {
  const { store } = engine;
  const { kv, catalog } = store;
  if (collection.documents === 0) return store.write(() => catalog.addIndex(collection, spec));
  const index = await store.write(() => catalog.addIndex(collection, { ...spec, building: true }));
  const end = afterPrefix(collection.prefix)!;
  let from = collection.prefix;
  try {
    for (;;) {
      const more = await store.write(() => {
        const chunk = kv.range(from, end, false, BUILD_CHUNK);
        for (const { key, value } of chunk)
          collection.backfill(kv, catalog, index, key.subarray(collection.prefix.length), value);
        const last = chunk.at(-1);
        if (last !== undefined) from = Buffer.concat([last.key, Buffer.from([0])]);
        return chunk.length === BUILD_CHUNK;
      });
      if (collection.dropped) throw new MongoError(26, 'The collection was dropped while its index was built');
      if (!more) break;
    }
  } catch (error) {
    if (!collection.dropped) await store.write(() => catalog.dropIndex(collection, index));
    store.emptyTrash();
    const known = asMongoError(error);
    throw known.code === 11000
      ? new MongoError(11000, `Index build failed: ${collection.namespace}: ${known.message}`, known.extra)
      : known;
  }
  const { building: _building, ...done } = index.spec;
  return store.write(() => catalog.replaceIndex(collection, index, done));
}

function readSpec(value: unknown): NewIndex {
  if (!isDoc(value)) throw new MongoError(14, 'The index specification must be an object');
  const key = docField(value, 'key');
  const name = value['name'];
  if (key === undefined || Object.keys(key).length === 0) throw new MongoError(67, 'Index keys cannot be empty.');
  if (typeof name !== 'string' || name === '')
    throw new MongoError(9, "The 'name' field is a required property of an index specification");
  if (Object.keys(key).length > 31) throw new MongoError(13103, 'too many compound keys');
  for (const [path, direction] of Object.entries(key)) {
    const number = direction === 'hashed' ? 1 : toNumber(direction);
    if (number === undefined || number === 0)
      throw new MongoError(
        67,
        `Values in v:2 index key pattern must be numbers; indexes of kind '${String(direction)}' are not supported by this engine`,
      );
    if (path === '' || path.startsWith('$') || path.includes('$**'))
      throw new MongoError(67, `Index key '${path}' is not supported by this engine`);
  }
  const partial = docField(value, 'partialFilterExpression');
  if (partial !== undefined) {
    if (isTrue(value['sparse'])) throw new MongoError(67, 'cannot mix "partialFilterExpression" and "sparse" options');
    compileFilter(partial);
  }
  const collation = value['collation'];
  if (isDoc(collation) && collation['locale'] !== 'simple')
    throw new MongoError(67, 'Collations other than "simple" are not supported by this engine');
  const expire = value['expireAfterSeconds'];
  if (expire !== undefined && (toNumber(expire) === undefined || toNumber(expire)! < 0))
    throw new MongoError(67, 'TTL index expireAfterSeconds must be a number and not negative');
  if (expire !== undefined && Object.keys(key).length > 1)
    throw new MongoError(67, 'TTL indexes are single-field indexes, compound indexes do not support TTL');
  return {
    name,
    key,
    ...(isTrue(value['unique']) ? { unique: true } : {}),
    ...(isTrue(value['sparse']) ? { sparse: true } : {}),
    ...(isTrue(value['hidden']) ? { hidden: true } : {}),
    ...(partial === undefined ? {} : { partialFilterExpression: partial }),
    ...(expire === undefined ? {} : { expireAfterSeconds: toNumber(expire)! }),
  };
}

function isIdIndex(key: Doc): boolean {
  return Object.keys(key).length === 1 && toNumber(key['_id']) === 1;
}

/** @throws MongoError 85 or 86 when the name or the key stands for another index */
function hasSame(collection: Collection, spec: NewIndex): boolean {
  for (const { spec: other } of collection.indexes) {
    const sameKey = encodeKey(other.key).equals(encodeKey(spec.key));
    const partial = encodeKey(other.partialFilterExpression ?? null).equals(
      encodeKey(spec.partialFilterExpression ?? null),
    );
    const sameOptions =
      (other.unique ?? false) === (spec.unique ?? false) &&
      (other.sparse ?? false) === (spec.sparse ?? false) &&
      other.expireAfterSeconds === spec.expireAfterSeconds &&
      partial;
    if (other.name === spec.name) {
      if (sameKey && sameOptions) return true;
      throw new MongoError(
        sameKey ? 85 : 86,
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${spec.name}`,
      );
    }
    if (sameKey && partial) throw new MongoError(85, `Index already exists with a different name: ${other.name}`);
  }
  return false;
}

export function describeIndex({ spec }: Index): Doc {
  const { id: _id, arrays: _arrays, building: _building, name, key, ...options } = spec;
  return { v: 2, key, name, ...options };
}

export function listIndexes(engine: Engine, command: Command): Reply {
  const name = collectionName(command);
  const collection = engine.store.catalog.get(command.db, name);
  const described = [{ v: 2, key: { _id: 1 }, name: '_id_' }, ...collection.indexes.map(describeIndex)].map(encode);
  const cursor = docField(command.body, 'cursor') ?? {};
  return engine.cursors.first(described[Symbol.iterator]() as Iterator<Buffer, undefined>, `${command.db}.${name}`, {
    batchSize: cursor['batchSize'] === undefined ? undefined : countField(cursor, 'batchSize', 101),
    connectionId: command.connectionId,
  });
}

export async function dropIndexes(engine: Engine, command: Command): Promise<Reply> {
  const collection = engine.store.catalog.get(command.db, collectionName(command));
  const wanted = command.body['index'];
  const before = collection.indexes.length + 1;
  const names =
    wanted === '*'
      ? collection.indexes.map(({ spec }) => spec.name)
      : Array.isArray(wanted)
        ? wanted.map(String)
        : isDoc(wanted)
          ? [nameByKey(collection, wanted)]
          : [String(wanted)];
  if (names.includes('_id_')) throw new MongoError(72, 'cannot drop _id index');
  for (const name of names)
    if (!collection.indexes.some(({ spec }) => spec.name === name))
      throw new MongoError(27, `index not found with name [${name}]`);
  for (const name of names) await dropIndex(engine, collection, name);
  return { nIndexesWas: before, ok: 1 };
}

async function dropIndex({ store }: Engine, collection: Collection, name: string): Promise<void> {
  await store.write(() => {
    const index = collection.indexes.find(({ spec }) => spec.name === name);
    if (index !== undefined) store.catalog.dropIndex(collection, index);
  });
  store.emptyTrash();
}

function nameByKey(collection: Collection, key: Doc): string {
  if (isIdIndex(key)) return '_id_';
  const found = collection.indexes.find(({ spec }) => encodeKey(spec.key).equals(encodeKey(key)));
  if (found === undefined) throw new MongoError(27, `can't find index with key: ${JSON.stringify(key)}`);
  return found.spec.name;
}

/** collMod: the life time of a TTL index, or whether an index is hidden. */
export async function collMod({ store }: Engine, command: Command): Promise<Reply> {
  const collection = store.catalog.get(command.db, collectionName(command));
  const change = docField(command.body, 'index');
  if (change === undefined) return { ok: 1 };
  const pattern = docField(change, 'keyPattern');
  const name =
    typeof change['name'] === 'string' ? change['name'] : pattern === undefined ? '' : nameByKey(collection, pattern);
  const index = collection.indexes.find(({ spec }) => spec.name === name);
  if (index === undefined) throw new MongoError(27, `cannot find index ${name} for ns ${collection.namespace}`);
  const expire = toNumber(change['expireAfterSeconds']);
  await store.write(() =>
    store.catalog.replaceIndex(collection, index, {
      ...index.spec,
      ...(expire === undefined ? {} : { expireAfterSeconds: expire }),
      ...(change['hidden'] === undefined ? {} : { hidden: isTrue(change['hidden']) }),
    }),
  );
  return { ok: 1 };
}

export function uuidOf(collection: Collection): Binary {
  return new Binary(collection.uuid, 4);
}
