import { ObjectId } from 'bson';
import { equalValues } from '../bson/compare.js';
import { decode, encode, readValue } from '../bson/decode.js';
import {
  eachElement,
  findElement,
  idElement,
  sameBytes,
  startsWithDollar,
  validate,
  withIdFirst,
} from '../bson/raw.js';
import { type Doc, isDoc } from '../bson/types.js';
import { MongoError, writeConflict } from '../errors.js';
import { Finder } from '../plan/find.js';
import type { Found } from '../plan/scan.js';
import { parseSort, type SortSpec } from '../query/sort.js';
import type { Collection, SizeSink } from '../store/collection.js';
import { Blocked, type Kv } from '../store/kv.js';
import { compilePipelineUpdate, compileUpdate, type Updater } from '../update/apply.js';
import { seedOf } from '../update/upsert.js';
import { type Command, checkCollation, collectionName, docField, isTrue, listField } from './command.js';
import { type Engine, runStatements, writeErrorsField } from './context.js';
import { prepare } from './insert.js';

/** One update statement, ready to run. */
export interface UpdateStatement {
  readonly filter: Doc;
  readonly multi: boolean;
  readonly upsert: boolean;
  readonly hint?: unknown;
  readonly sort?: SortSpec;
  readonly variables: Doc;
  /** The new document as it came, for a replacement. */
  readonly replacement: Buffer | undefined;
  readonly updater: Updater | undefined;
}

export interface UpdateResult {
  readonly matched: number;
  readonly modified: number;
  readonly upsertedId?: unknown;
  readonly before?: Buffer;
  readonly after?: Buffer;
}

/** Reads `{q, u, multi, upsert, arrayFilters, hint, c, collation}`. */
export function parseUpdate(raw: Buffer, filterName = 'q', updateName = 'u', variables: Doc = {}): UpdateStatement {
  const fields: Doc = {};
  let update: { type: number; bytes: Buffer; value: unknown } | undefined;
  eachElement(raw, 0, ({ type, nameStart, nameEnd, start, end }) => {
    const name = raw.toString('utf8', nameStart, nameEnd);
    if (name === updateName) {
      const bytes = raw.subarray(start, end);
      update = {
        type,
        bytes,
        value: type === 0x04 || (type === 0x03 && startsWithDollar(bytes)) ? readValue(type, raw, start) : undefined,
      };
    } else fields[name] = readValue(type, raw, start);
    return false;
  });
  if (update === undefined) throw new MongoError(40414, `BSON field '${updateName}' is missing but a required field`);
  return makeUpdate(
    fields,
    update.type === 0x03 && update.value === undefined ? update.bytes : undefined,
    update.value,
    docField(fields, filterName) ?? {},
    { ...variables, ...docField(fields, 'c') },
  );
}

export function makeUpdate(
  fields: Doc,
  replacement: Buffer | undefined,
  update: unknown,
  filter: Doc,
  variables: Doc,
): UpdateStatement {
  checkCollation(fields);
  const multi = isTrue(fields['multi']);
  if (multi && replacement !== undefined)
    throw new MongoError(9, 'multi update is not supported for replacement-style update');
  if (replacement !== undefined) validate(replacement);
  const arrayFilters = listField(fields, 'arrayFilters');
  const updater =
    replacement !== undefined
      ? undefined
      : Array.isArray(update)
        ? compilePipelineUpdate(update, variables)
        : isDoc(update)
          ? compileUpdate(update, arrayFilters)
          : undefined;
  if (replacement === undefined && updater === undefined)
    throw new MongoError(9, 'Update argument must be either an object or an array');
  return {
    filter,
    multi,
    upsert: isTrue(fields['upsert']),
    replacement,
    updater,
    variables,
    ...(fields['hint'] === undefined ? {} : { hint: fields['hint'] }),
    ...(isDoc(fields['sort']) ? { sort: parseSort(fields['sort']) } : {}),
  };
}

/** Runs one statement on a collection; everything that could refuse is checked before anything is written. */
export function runUpdate(kv: Kv, sink: SizeSink, collection: Collection, statement: UpdateStatement): UpdateResult {
  const { filter, multi, upsert, hint, sort, variables } = statement;
  const finder = new Finder(kv, collection, {
    filter,
    hint,
    variables,
    limit: multi ? 0 : 1,
    ...(sort === undefined ? {} : { sort }),
  });
  if (!multi) {
    const { value: found } = finder.next();
    if (found === undefined) return upsert ? insertNew(kv, sink, collection, statement) : { matched: 0, modified: 0 };
    const after = changed(statement, found);
    const modified = !sameBytes(found.bytes, after);
    if (modified) collection.change(kv, sink, found.id, found.bytes, after);
    else kv.claim(collection.documentKey(found.id));
    return { matched: 1, modified: Number(modified), before: found.bytes, after };
  }
  // All are found and changed in memory first: an update must not meet its own results, and a document that a
  // transaction has is noticed before anything is written.
  const changes: { id: Buffer; before: Buffer; after: Buffer }[] = [];
  let matched = 0;
  for (const found of finder) {
    matched += 1;
    const after = changed(statement, found);
    if (sameBytes(found.bytes, after)) continue;
    kv.claim(collection.documentKey(found.id));
    changes.push({ id: Buffer.from(found.id), before: found.bytes, after });
  }
  if (matched === 0 && upsert) return insertNew(kv, sink, collection, statement);
  let done = 0;
  for (const { id, before, after } of changes) {
    try {
      collection.change(kv, sink, id, before, after);
    } catch (error) {
      // Waiting would run the whole statement again, on documents that it has changed already.
      throw error instanceof Blocked && done > 0 ? writeConflict() : error;
    }
    done += 1;
  }
  return { matched, modified: changes.length };
}

function changed({ replacement, updater, filter }: UpdateStatement, found: Found): Buffer {
  if (replacement !== undefined) {
    const old = idElement(found.bytes)!;
    const bytes = withIdFirst(replacement, old);
    const now = idElement(bytes)!;
    if (!sameBytes(old, now)) checkSameId(decode(found.bytes)['_id'], decode(bytes)['_id']);
    checkNames(bytes);
    return bytes;
  }
  const doc = decode(found.bytes);
  const id = doc['_id'];
  const after = updater!(doc, filter, false);
  if (after['_id'] === undefined) after['_id'] = id;
  checkSameId(id, after['_id']);
  return withIdFirst(encode(after));
}

function checkSameId(before: unknown, after: unknown): void {
  if (!equalValues(before, after))
    throw new MongoError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
}

function checkNames(bytes: Buffer): void {
  eachElement(bytes, 0, ({ nameStart, nameEnd }) => {
    if (bytes[nameStart] === 0x24)
      throw new MongoError(
        52,
        `The dollar ($) prefixed field '${bytes.toString('utf8', nameStart, nameEnd)}' in '' is not allowed in the context of an update's replacement document.`,
      );
    return false;
  });
}

function insertNew(
  kv: Kv,
  sink: SizeSink,
  collection: Collection,
  { filter, replacement, updater }: UpdateStatement,
): UpdateResult {
  const seed = seedOf(filter);
  let bytes: Buffer;
  if (replacement !== undefined) {
    const id = seed['_id'] === undefined ? new ObjectId() : seed['_id'];
    bytes = withIdFirst(replacement, encode({ _id: id }).subarray(4, -1));
    if (seed['_id'] !== undefined && findElement(replacement, 0, '_id') !== undefined)
      checkSameId(id, decode(bytes)['_id']);
    checkNames(bytes);
  } else {
    const id = seed['_id'];
    const doc = updater!(seed, filter, true);
    if (id !== undefined) checkSameId(id, doc['_id']);
    if (doc['_id'] === undefined) doc['_id'] = new ObjectId();
    bytes = withIdFirst(encode(doc));
  }
  const prepared = prepare(bytes);
  collection.change(kv, sink, prepared.id, undefined, prepared.bytes);
  const id = findElement(prepared.bytes, 0, '_id')!;
  return { matched: 0, modified: 0, upsertedId: readValue(id.type, prepared.bytes, id.start), after: prepared.bytes };
}

export async function update(engine: Engine, command: Command): Promise<Doc> {
  const name = collectionName(command);
  const updates = command.lists.get('updates');
  if (updates === undefined || updates.length === 0)
    throw new MongoError(2, 'Write batch sizes must be between 1 and 100000. Got 0 operations.');
  const variables = docField(command.body, 'let') ?? {};
  const { catalog } = engine.store;
  // Only an upsert makes a collection; the name of the option in the bytes is reason enough to expect one.
  const mayInsert = updates.some((raw) => raw.includes('upsert'));
  let collection: Collection | undefined;
  let n = 0;
  let modified = 0;
  const upserted: Doc[] = [];
  return runStatements(
    engine,
    command,
    updates.length,
    command.body['ordered'] !== false,
    () => {
      collection = mayInsert ? catalog.obtain(command.db, name) : catalog.find(command.db, name);
    },
    (kv, sink, index) => {
      const statement = parseUpdate(updates[index]!, 'q', 'u', variables);
      if (collection === undefined) return;
      const result = runUpdate(kv, sink, collection, statement);
      n += result.matched;
      modified += result.modified;
      if ('upsertedId' in result) {
        n += 1;
        upserted.push({ index, _id: result.upsertedId });
      }
    },
    (errors) => ({
      n,
      nModified: modified,
      ...(upserted.length > 0 ? { upserted } : {}),
      ...writeErrorsField(errors),
      ok: 1,
    }),
  );
}
