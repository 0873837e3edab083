import { decodeFields } from '../bson/decode.js';
import { sameBytes } from '../bson/raw.js';
import type { Doc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileFilter, type Matcher } from '../query/match.js';
import { getPath } from '../query/paths.js';
import { type IndexField, type IndexKeys, indexKeys } from './index-keys.js';
import { Area, prefixed } from './keys.js';
import type { Kv } from './kv.js';

/** An index as it is kept in the catalogue. */
export interface IndexSpec {
  readonly id: number;
  readonly name: string;
  readonly key: Doc;
  readonly unique?: boolean;
  readonly sparse?: boolean;
  readonly hidden?: boolean;
  readonly partialFilterExpression?: Doc;
  readonly expireAfterSeconds?: number;
  /** Bit i: field i has met an array. */
  arrays: number;
  /** Entries of older documents are still missing: kept up to date, not used. */
  building?: boolean;
}

export class Index {
  readonly prefix: Buffer;
  readonly fields: readonly IndexField[];
  readonly partial: Matcher | undefined;

  constructor(readonly spec: IndexSpec) {
    this.prefix = prefixed(Area.index, spec.id);
    this.fields = Object.entries(spec.key).map(([path, direction]) => ({
      path,
      parts: path.split('.'),
      direction: Number(direction) < 0 ? -1 : 1,
    }));
    this.partial = spec.partialFilterExpression === undefined ? undefined : compileFilter(spec.partialFilterExpression);
  }

  /** A unique index's key alone leads to its one document; others have the document's id behind the key. */
  get unique(): boolean {
    return this.spec.unique === true;
  }

  keysOf(doc: Doc): IndexKeys {
    if (this.partial !== undefined && !this.partial.test(doc)) return { keys: [], arrays: 0 };
    return indexKeys(doc, this.fields, this.spec.sparse === true);
  }

  entryKey(key: Buffer, id: Buffer): Buffer {
    return this.unique ? Buffer.concat([this.prefix, key]) : Buffer.concat([this.prefix, key, id]);
  }

  entryValue(key: Buffer, id: Buffer): Buffer {
    if (this.unique) return id;
    const value = Buffer.allocUnsafe(2);
    value.writeUInt16BE(5 + key.length, 0);
    return value;
  }

  /** The document's id bytes from an entry. */
  idOf(entryKey: Buffer, entryValue: Buffer): Buffer {
    return this.unique ? entryValue : entryKey.subarray(entryValue.readUInt16BE(0));
  }
}

/** What a change did to the collection's size. */
export interface SizeSink {
  /** `documents` and `bytes` more (or less). */
  grow(collection: Collection, documents: number, bytes: number): void;
  /** An index met arrays in fields it had not met them in before. */
  sawArrays(collection: Collection, index: Index, arrays: number): void;
}

/** A collection's documents and index entries, as keys and values. Knows nothing of commands or transactions. */
export class Collection {
  readonly prefix: Buffer;
  indexes: Index[] = [];
  documents = 0;
  bytes = 0;
  /** Changes with every index made or dropped; plans made before are made again. */
  version = 0;
  dropped = false;
  private indexedFields: ReadonlySet<string> | undefined = new Set<string>();

  constructor(
    public db: string,
    public name: string,
    readonly id: number,
    readonly uuid: Buffer,
    readonly options: Doc,
  ) {
    this.prefix = prefixed(Area.document, id);
  }

  get namespace(): string {
    return `${this.db}.${this.name}`;
  }

  setIndexes(indexes: Index[]): void {
    this.indexes = indexes;
    this.version += 1;
    let fields: Set<string> | undefined = new Set<string>();
    for (const index of indexes) {
      for (const { parts } of index.fields) fields?.add(parts[0]!);
      if (index.partial === undefined) continue;
      if (index.partial.fields === undefined) fields = undefined;
      else for (const field of index.partial.fields) fields?.add(field);
    }
    this.indexedFields = fields;
  }

  documentKey(id: Buffer): Buffer {
    return Buffer.concat([this.prefix, id]);
  }

  get(kv: Kv, id: Buffer): Buffer | undefined {
    return kv.get(this.documentKey(id));
  }

  /**
   * Puts `after` in the place of `before` (either may be missing) with all index entries.
   * Checks everything before it changes anything.
   * @throws MongoError 11000 when a unique index has the key already; Blocked or WriteConflict
   */
  change(kv: Kv, sink: SizeSink, id: Buffer, before: Buffer | undefined, after: Buffer | undefined): void {
    const key = this.documentKey(id);
    kv.claim(key);
    if (before === undefined && after !== undefined && kv.get(key) !== undefined) throw this.duplicateId(after);
    if (this.indexes.length > 0) {
      const oldDoc = before === undefined ? undefined : this.indexedPart(before);
      const newDoc = after === undefined ? undefined : this.indexedPart(after);
      const changes = this.indexes.map((index) => this.planIndexChange(kv, index, id, oldDoc, newDoc));
      for (const [i, { remove, add, arrays }] of changes.entries()) {
        const index = this.indexes[i]!;
        for (const entry of remove) kv.remove(index.entryKey(entry, id));
        for (const entry of add) kv.put(index.entryKey(entry, id), index.entryValue(entry, id));
        if ((arrays & ~index.spec.arrays) !== 0) sink.sawArrays(this, index, arrays);
      }
    }
    if (after === undefined) kv.remove(key);
    else kv.put(key, after);
    sink.grow(
      this,
      Number(after !== undefined) - Number(before !== undefined),
      (after?.length ?? 0) - (before?.length ?? 0),
    );
  }

  /** Adds the entries of one document to an index that is being built. */
  backfill(kv: Kv, sink: SizeSink, index: Index, id: Buffer, bytes: Buffer): void {
    const doc = this.indexedPart(bytes);
    const { keys, arrays } = index.keysOf(doc);
    for (const key of keys) {
      const entry = index.entryKey(key, id);
      if (index.unique) {
        const other = kv.get(entry);
        if (other !== undefined && !sameBytes(other, id)) throw this.duplicate(index, doc);
      }
      kv.put(entry, index.entryValue(key, id));
    }
    if ((arrays & ~index.spec.arrays) !== 0) sink.sawArrays(this, index, arrays);
  }

  indexedPart(bytes: Buffer): Doc {
    return this.indexedFields === undefined ? decodeWhole(bytes) : decodeFields(bytes, this.indexedFields);
  }

  private planIndexChange(
    kv: Kv,
    index: Index,
    id: Buffer,
    before: Doc | undefined,
    after: Doc | undefined,
  ): { remove: Buffer[]; add: Buffer[]; arrays: number } {
    if (before !== undefined && after !== undefined && sameParts(index, before, after))
      return { remove: [], add: [], arrays: 0 };
    const old = before === undefined ? none : index.keysOf(before);
    const now = after === undefined ? none : index.keysOf(after);
    if (old.keys.length === 1 && now.keys.length === 1 && sameBytes(old.keys[0]!, now.keys[0]!))
      return { remove: [], add: [], arrays: now.arrays };
    const remove = without(old.keys, now.keys);
    const add = without(now.keys, old.keys);
    if (index.unique) {
      for (const key of remove) kv.claim(index.entryKey(key, id));
      for (const key of add) {
        const entry = index.entryKey(key, id);
        kv.claim(entry);
        const other = kv.get(entry);
        if (other !== undefined && !sameBytes(other, id)) throw this.duplicate(index, after!);
      }
    }
    return { remove, add, arrays: now.arrays };
  }

  private duplicate(index: Index, doc: Doc): MongoError {
    const keyValue: Doc = {};
    for (const { path } of index.fields) keyValue[path] = getPath(doc, path) ?? null;
    return duplicateKey(this.namespace, index.spec.name, index.spec.key, keyValue);
  }

  private duplicateId(bytes: Buffer): MongoError {
    return duplicateKey(this.namespace, '_id_', { _id: 1 }, decodeFields(bytes, new Set(['_id'])));
  }
}

const none: IndexKeys = { keys: [], arrays: 0 };

/** True when plainly nothing changed that the index is made of; most updates touch few of a document's indexes. */
function sameParts({ fields, partial }: Index, before: Doc, after: Doc): boolean {
  const unchanged = (field: string): boolean => same(before[field], after[field]);
  if (partial !== undefined && (partial.fields === undefined || ![...partial.fields].every(unchanged))) return false;
  return fields.every(({ parts }) => unchanged(parts[0]!));
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => item === b[i]);
  return a === b;
}

/** The keys that are not among the others. */
function without(keys: readonly Buffer[], others: readonly Buffer[]): Buffer[] {
  if (keys.length * others.length < 32) return keys.filter((key) => !others.some((other) => sameBytes(key, other)));
  const known = new Set(others.map((key) => key.toString('latin1')));
  return keys.filter((key) => !known.has(key.toString('latin1')));
}

function decodeWhole(bytes: Buffer): Doc {
  return decodeFields(bytes, everything);
}
// A set that has every name: partial filters with $expr may read any field.
const everything: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true });

function duplicateKey(namespace: string, index: string, keyPattern: Doc, keyValue: Doc): MongoError {
  const shown = Object.entries(keyValue)
    .map(([path, value]) => `${path}: ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
  return new MongoError(
    11000,
    `E11000 duplicate key error collection: ${namespace} index: ${index} dup key: { ${shown} }`,
    { keyPattern, keyValue },
  );
}
