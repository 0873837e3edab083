import { decode, decodeFields } from '../bson/decode.js';
import { encodeKey } from '../bson/key-encoding.js';
import { type Doc, toInteger } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { Finder, type Search } from '../plan/find.js';
import { countPlan } from '../plan/scan.js';
import { compileFilter } from '../query/match.js';
import { collectPath } from '../query/paths.js';
import { compileProjection, type Projector } from '../query/project.js';
import { parseSort } from '../query/sort.js';
import type { Collection } from '../store/collection.js';
import { Area, prefixed } from '../store/keys.js';
import type { Kv } from '../store/kv.js';
import {
  type Command,
  checkCollation,
  collectionName,
  countField,
  docField,
  isTrue,
  type Reply,
  sessionId,
} from './command.js';
import { type Engine, reader } from './context.js';
import type { Source } from './cursors.js';

/** The raw documents a finder yields, projected. */
export function rawSource(finder: Iterator<{ readonly bytes: Buffer }, undefined>, project?: Projector): Source {
  return {
    next: () => {
      const { value } = finder.next();
      if (value === undefined) return { done: true, value: undefined };
      return { done: false, value: project === undefined ? value.bytes : project(value.bytes) };
    },
  };
}

/** What a find command searches. */
export function searchOf({ body }: Command, filterField = 'filter'): Search {
  checkCollation(body);
  const limit = toInteger(body['limit'], 0);
  return {
    filter: docField(body, filterField) ?? {},
    sort: parseSort(docField(body, 'sort')),
    hint: body['hint'] === '' ? undefined : body['hint'],
    skip: countField(body, 'skip', 0),
    limit: Math.abs(limit),
    variables: docField(body, 'let') ?? {},
  };
}

export function find(engine: Engine, command: Command): Reply {
  const { body, db, connectionId } = command;
  const name = collectionName(command);
  if (isTrue(body['tailable']))
    throw new MongoError(2, 'error processing query: tailable cursor requested on non capped collection');
  const search = searchOf(command);
  const variables = search.variables ?? {};
  const project = compileProjection(docField(body, 'projection'), variables);
  const collection = engine.store.catalog.find(db, name);
  const kv = reader(engine, command);
  const batch = body['batchSize'] === undefined ? undefined : countField(body, 'batchSize', 0);
  const limit = search.limit ?? 0;
  const single = isTrue(body['singleBatch']) || toInteger(body['limit'], 0) < 0;
  const batchSize = limit > 0 && (batch === undefined || limit < batch) ? Math.min(limit, batch ?? 101) : batch;
  const source: Source =
    collection === undefined ? checked(search) : rawSource(new Finder(kv, collection, search), project);
  return engine.cursors.first(source, `${db}.${name}`, { batchSize, single, connectionId, session: sessionId(body) });
}

/** A wrong filter is refused also where there is nothing to find. */
function checked(search: Search): Source {
  compileFilter(search.filter, search.variables);
  return { next: () => ({ done: true, value: undefined }) };
}

export function count(engine: Engine, command: Command): Reply {
  const search = searchOf(command, 'query');
  const collection = engine.store.catalog.find(command.db, collectionName(command));
  if (collection === undefined) return { n: 0, ok: 1 };
  return { n: countMatches(reader(engine, command), collection, search, command.body['autocommit'] !== false), ok: 1 };
}

/** The counter as it was written with the last committed change, not the one that a running job moves. */
function committedCount(kv: Kv, collection: Collection): number {
  return kv.get(prefixed(Area.size, collection.id))?.readDoubleBE(0) ?? 0;
}

/** How many documents match; from the collection's counter or the index alone where that is enough. */
export function countMatches(kv: Kv, collection: Collection, search: Search, committed: boolean): number {
  const bounded = (found: number): number => {
    const left = Math.max(0, found - (search.skip ?? 0));
    return search.limit === undefined || search.limit === 0 ? left : Math.min(left, search.limit);
  };
  if (Object.keys(search.filter).length === 0 && committed && search.hint === undefined)
    return bounded(committedCount(kv, collection));
  const finder = new Finder(kv, collection, { ...search, sort: [] });
  if (finder.plan.exact) return bounded(countPlan(kv, collection, finder.plan));
  let n = 0;
  while (finder.next().done !== true) n += 1;
  return n;
}

export function distinct(engine: Engine, command: Command): Reply {
  const { body } = command;
  const path = body['key'];
  if (typeof path !== 'string')
    throw new MongoError(14, "BSON field 'distinct.key' is the wrong type, expected type 'string'");
  const collection = engine.store.catalog.find(command.db, collectionName(command));
  if (collection === undefined) return { values: [], ok: 1 };
  const parts = path.split('.');
  const wanted = new Set([parts[0]!]);
  const values = new Map<string, unknown>();
  for (const { bytes } of new Finder(reader(engine, command), collection, { filter: docField(body, 'query') ?? {} })) {
    const found = { values: [] as unknown[], array: false };
    collectPath(decodeFields(bytes, wanted)[parts[0]!], parts, 1, found);
    for (const value of found.values) {
      if (value === undefined) continue;
      const key = encodeKey(value).toString('latin1');
      if (!values.has(key)) values.set(key, value);
    }
  }
  return { values: [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value), ok: 1 };
}

/** A finder over whole decoded documents, for stages that compute. */
export function* decoded(
  finder: Iterable<{ readonly bytes: Buffer }>,
  fields: ReadonlySet<string> | undefined,
): Generator<Doc> {
  for (const { bytes } of finder)
    yield fields === undefined ? decode(bytes, 'plain') : decodeFields(bytes, fields, 'plain');
}
