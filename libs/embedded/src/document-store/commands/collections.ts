import { encode } from '../bson/decode.js';
import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileFilter } from '../query/match.js';
import type { Collection } from '../store/collection.js';
import { type Command, collectionName, docField, isTrue, type Reply } from './command.js';
import type { Engine } from './context.js';
import { describeIndex, uuidOf } from './indexes.js';

export async function create({ store }: Engine, command: Command): Promise<Reply> {
  const name = collectionName(command);
  const { body } = command;
  if (store.catalog.find(command.db, name) !== undefined)
    throw new MongoError(48, `Collection ${command.db}.${name} already exists.`);
  for (const option of ['viewOn', 'timeseries', 'validator', 'capped', 'clusteredIndex']) {
    if (
      body[option] !== undefined &&
      body[option] !== false &&
      !(isDoc(body[option]) && Object.keys(body[option]).length === 0)
    ) {
      throw new MongoError(115, `The option '${option}' of create is not supported by this engine`);
    }
  }
  await store.write(() => store.catalog.obtain(command.db, name));
  return { ok: 1 };
}

export async function drop({ store }: Engine, command: Command): Promise<Reply> {
  const collection = store.catalog.find(command.db, collectionName(command));
  if (collection === undefined) return { ok: 1 };
  const was = collection.indexes.length + 1;
  await store.write(() => store.catalog.drop(collection));
  store.emptyTrash();
  return { nIndexesWas: was, ns: `${command.db}.${collection.name}`, ok: 1 };
}

export async function dropDatabase({ store }: Engine, command: Command): Promise<Reply> {
  const collections = store.catalog.collections(command.db);
  if (collections.length === 0) return { ok: 1 };
  await store.write(() => {
    for (const collection of collections) store.catalog.drop(collection);
  });
  store.emptyTrash();
  return { dropped: command.db, ok: 1 };
}

export async function renameCollection({ store }: Engine, { body }: Command): Promise<Reply> {
  const [fromDb, fromName] = splitNamespace(body['renameCollection']);
  const [toDb, toName] = splitNamespace(body['to']);
  const collection = store.catalog.find(fromDb, fromName);
  if (collection === undefined) throw new MongoError(26, `Source collection ${fromDb}.${fromName} does not exist`);
  const target = store.catalog.find(toDb, toName);
  if (target === collection) throw new MongoError(20, "Can't rename a collection to itself");
  if (target !== undefined && !isTrue(body['dropTarget'])) throw new MongoError(48, 'target namespace exists');
  await store.write(() => {
    if (target !== undefined) store.catalog.drop(target);
    store.catalog.rename(collection, toDb, toName);
  });
  store.emptyTrash();
  return { ok: 1 };
}

function splitNamespace(value: unknown): [db: string, name: string] {
  const text = typeof value === 'string' ? value : '';
  const dot = text.indexOf('.');
  if (dot < 1 || dot === text.length - 1) throw new MongoError(73, `Invalid namespace specified '${text}'`);
  return [text.slice(0, dot), text.slice(dot + 1)];
}

export function listCollections({ store, cursors }: Engine, command: Command): Reply {
  const filter = compileFilter(docField(command.body, 'filter') ?? {});
  const nameOnly = isTrue(command.body['nameOnly']);
  const described = store.catalog
    .collections(command.db)
    .map(
      (collection): Doc => ({
        name: collection.name,
        type: 'collection',
        options: collection.options,
        info: { readOnly: false, uuid: uuidOf(collection) },
        idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
      }),
    )
    .filter((doc) => filter.test(doc))
    .map((doc) => encode(nameOnly ? { name: doc['name'], type: doc['type'] } : doc));
  return cursors.first(
    described[Symbol.iterator]() as Iterator<Buffer, undefined>,
    `${command.db}.$cmd.listCollections`,
    {
      batchSize: Number.MAX_SAFE_INTEGER,
      connectionId: command.connectionId,
    },
  );
}

export function listDatabases({ store }: Engine, { body }: Command): Reply {
  const filter = compileFilter(docField(body, 'filter') ?? {});
  const databases = store.catalog
    .databaseNames()
    .map(
      (name): Doc => ({
        name,
        sizeOnDisk: store.catalog.collections(name).reduce((sum, { bytes }) => sum + bytes, 0),
        empty: false,
      }),
    )
    .filter((doc) => filter.test(doc));
  if (isTrue(body['nameOnly'])) return { databases: databases.map(({ name }) => ({ name })), ok: 1 };
  const totalSize = databases.reduce((sum, { sizeOnDisk }) => sum + Number(sizeOnDisk), 0);
  return { databases, totalSize, totalSizeMb: Math.floor(totalSize / 1_048_576), ok: 1 };
}

export function statsOf(collection: Collection): Doc {
  return {
    ns: collection.namespace,
    size: collection.bytes,
    count: collection.documents,
    avgObjSize: collection.documents === 0 ? 0 : Math.round(collection.bytes / collection.documents),
    storageSize: collection.bytes,
    capped: false,
    nindexes: collection.indexes.length + 1,
    indexDetails: Object.fromEntries(collection.indexes.map((index) => [index.spec.name, describeIndex(index)])),
    totalIndexSize: 0,
    totalSize: collection.bytes,
    scaleFactor: 1,
  };
}

export function collStats({ store }: Engine, command: Command): Reply {
  const name = collectionName(command);
  const collection = store.catalog.find(command.db, name);
  if (collection === undefined)
    return {
      ns: `${command.db}.${name}`,
      size: 0,
      count: 0,
      storageSize: 0,
      nindexes: 0,
      totalIndexSize: 0,
      totalSize: 0,
      ok: 1,
    };
  return { ...statsOf(collection), ok: 1 };
}

export function dbStats({ store }: Engine, command: Command): Reply {
  const collections = store.catalog.collections(command.db);
  const size = collections.reduce((sum, { bytes }) => sum + bytes, 0);
  const objects = collections.reduce((sum, { documents }) => sum + documents, 0);
  return {
    db: command.db,
    collections: collections.length,
    views: 0,
    objects,
    avgObjSize: objects === 0 ? 0 : size / objects,
    dataSize: size,
    storageSize: size,
    indexes: collections.reduce((sum, { indexes }) => sum + indexes.length + 1, 0),
    indexSize: 0,
    totalSize: size,
    scaleFactor: 1,
    ok: 1,
  };
}
