import { randomBytes } from 'node:crypto';
import { Binary, Double } from 'bson';
import { afterPrefix } from '../../storage/index.js';
import { decode, encode } from '../bson/decode.js';
import { type Doc, isDoc, toNumber } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { Collection, Index, type IndexSpec, type SizeSink } from './collection.js';
import { Area, prefixed } from './keys.js';
import type { CommittedKv } from './kv.js';

const NEXT_ID = Buffer.from([Area.meta, 1]);

/** Which collections and indexes there are; kept in memory and written through. */
export class Catalog implements SizeSink {
  private readonly databases = new Map<string, Map<string, Collection>>();
  private readonly changed = new Set<Collection>();
  private nextId = 1;

  constructor(private readonly kv: CommittedKv) {
    const next = kv.get(NEXT_ID);
    if (next !== undefined) this.nextId = next.readUInt32BE(0);
    const from = Buffer.from([Area.collection]);
    for (const { value } of kv.range(from, afterPrefix(from)!, false, Number.MAX_SAFE_INTEGER))
      this.load(decode(value));
  }

  find(db: string, name: string): Collection | undefined {
    return this.databases.get(db)?.get(name);
  }

  /** @throws MongoError 26 */
  get(db: string, name: string): Collection {
    const collection = this.find(db, name);
    if (collection === undefined) throw new MongoError(26, `ns does not exist: ${db}.${name}`);
    return collection;
  }

  collections(db: string): Collection[] {
    return [...(this.databases.get(db)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  all(): Collection[] {
    return [...this.databases.values()].flatMap((collections) => [...collections.values()]);
  }

  databaseNames(): string[] {
    return [...this.databases]
      .filter(([, collections]) => collections.size > 0)
      .map(([name]) => name)
      .sort();
  }

  /** The collection, made when there is none. Only inside a job. */
  obtain(db: string, name: string, options: Doc = {}): Collection {
    const found = this.find(db, name);
    if (found !== undefined) return found;
    checkName(db, name);
    const collection = new Collection(db, name, this.takeId(), randomBytes(16), options);
    this.add(collection);
    this.save(collection);
    return collection;
  }

  /** Takes the collection out of the catalogue; its data is deleted later, a piece at a time. */
  drop(collection: Collection): void {
    this.databases.get(collection.db)?.delete(collection.name);
    collection.dropped = true;
    collection.version += 1;
    this.changed.delete(collection);
    this.kv.remove(catalogKey(collection.db, collection.name));
    this.kv.remove(prefixed(Area.size, collection.id));
    this.discard(collection.prefix);
    for (const index of collection.indexes) this.discard(index.prefix);
  }

  rename(collection: Collection, db: string, name: string): void {
    checkName(db, name);
    this.databases.get(collection.db)?.delete(collection.name);
    this.kv.remove(catalogKey(collection.db, collection.name));
    collection.db = db;
    collection.name = name;
    collection.version += 1;
    this.add(collection);
    this.save(collection);
  }

  addIndex(collection: Collection, spec: Omit<IndexSpec, 'id' | 'arrays'>): Index {
    const index = new Index({ ...spec, id: this.takeId(), arrays: 0 });
    collection.setIndexes([...collection.indexes, index]);
    this.save(collection);
    return index;
  }

  replaceIndex(collection: Collection, index: Index, spec: IndexSpec): Index {
    const changed = new Index(spec);
    collection.setIndexes(collection.indexes.map((other) => (other.spec.id === index.spec.id ? changed : other)));
    this.save(collection);
    return changed;
  }

  dropIndex(collection: Collection, index: Index): void {
    collection.setIndexes(collection.indexes.filter((other) => other !== index));
    this.discard(index.prefix);
    this.save(collection);
  }

  grow(collection: Collection, documents: number, bytes: number): void {
    collection.documents += documents;
    collection.bytes += bytes;
    this.changed.add(collection);
  }

  sawArrays(collection: Collection, index: Index, arrays: number): void {
    index.spec.arrays |= arrays;
    collection.version += 1;
    this.save(collection);
  }

  /** Writes the sizes that this job has changed. */
  flushSizes(): void {
    for (const collection of this.changed) {
      const value = Buffer.allocUnsafe(16);
      value.writeDoubleBE(collection.documents, 0);
      value.writeDoubleBE(collection.bytes, 8);
      this.kv.put(prefixed(Area.size, collection.id), value);
    }
    this.changed.clear();
  }

  private takeId(): number {
    const id = this.nextId;
    this.nextId += 1;
    const value = Buffer.allocUnsafe(4);
    value.writeUInt32BE(this.nextId, 0);
    this.kv.put(NEXT_ID, value);
    return id;
  }

  private discard(prefix: Buffer): void {
    this.kv.put(Buffer.concat([Buffer.from([Area.trash]), prefix]), Buffer.from([1]));
  }

  private add(collection: Collection): void {
    let collections = this.databases.get(collection.db);
    if (collections === undefined) {
      collections = new Map();
      this.databases.set(collection.db, collections);
    }
    collections.set(collection.name, collection);
  }

  private save(collection: Collection): void {
    const { db, name, id, uuid, options, indexes } = collection;
    this.kv.put(
      catalogKey(db, name),
      encode({
        db,
        name,
        id,
        uuid: new Binary(uuid, 4),
        options,
        indexes: indexes.map(({ spec }) => ({
          ...spec,
          expireAfterSeconds: spec.expireAfterSeconds === undefined ? undefined : new Double(spec.expireAfterSeconds),
        })),
      }),
    );
  }

  private load(saved: Doc): void {
    const { db, name, id, uuid, options, indexes } = saved;
    if (
      typeof db !== 'string' ||
      typeof name !== 'string' ||
      typeof id !== 'number' ||
      !(uuid instanceof Binary) ||
      !Array.isArray(indexes)
    ) {
      throw new Error('The catalogue of the document store is damaged');
    }
    const collection = new Collection(db, name, id, Buffer.from(uuid.buffer), isDoc(options) ? options : {});
    collection.setIndexes(indexes.filter(isDoc).map((spec) => new Index(readSpec(spec))));
    const size = this.kv.get(prefixed(Area.size, id));
    if (size !== undefined) {
      collection.documents = size.readDoubleBE(0);
      collection.bytes = size.readDoubleBE(8);
    }
    this.add(collection);
  }
}

function readSpec(spec: Doc): IndexSpec {
  const expire = toNumber(spec['expireAfterSeconds']);
  const partial = spec['partialFilterExpression'];
  return {
    id: toNumber(spec['id']) ?? 0,
    name: String(spec['name']),
    key: isDoc(spec['key']) ? spec['key'] : {},
    arrays: toNumber(spec['arrays']) ?? 0,
    ...(spec['unique'] === true ? { unique: true } : {}),
    ...(spec['sparse'] === true ? { sparse: true } : {}),
    ...(spec['hidden'] === true ? { hidden: true } : {}),
    ...(spec['building'] === true ? { building: true } : {}),
    ...(isDoc(partial) ? { partialFilterExpression: partial } : {}),
    ...(expire === undefined ? {} : { expireAfterSeconds: expire }),
  };
}

function catalogKey(db: string, name: string): Buffer {
  return Buffer.concat([Buffer.from([Area.collection]), Buffer.from(`${db}\0${name}`)]);
}

/** @throws MongoError 73 */
export function checkName(db: string, name: string): void {
  if (db === '' || /[\s"$*<>:|?/\\.\0]/.test(db) || Buffer.byteLength(db) > 63)
    throw new MongoError(73, `Invalid database name: '${db}'`);
  if (
    name === '' ||
    name.includes('\0') ||
    name.startsWith('.') ||
    name.includes('$') ||
    Buffer.byteLength(`${db}.${name}`) > 255
  ) {
    throw new MongoError(73, `Invalid collection name: '${name}'`);
  }
}
