import { decode } from '../bson/decode.js';
import { type Doc, toNumber } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { Finder } from '../plan/find.js';
import type { Collection, SizeSink } from '../store/collection.js';
import type { Kv } from '../store/kv.js';
import { type Command, checkCollation, collectionName, docField } from './command.js';
import { type Engine, runStatements, writeErrorsField } from './context.js';

/** Deletes what the filter finds; answers how many. */
export function runDelete(
  kv: Kv,
  sink: SizeSink,
  collection: Collection,
  filter: Doc,
  one: boolean,
  hint: unknown,
  variables: Doc,
): number {
  const finder = new Finder(kv, collection, { filter, hint, variables, limit: one ? 1 : 0 });
  const found: { id: Buffer; bytes: Buffer }[] = [];
  for (const { id, bytes } of finder) {
    kv.claim(collection.documentKey(id));
    found.push({ id: Buffer.from(id), bytes: collection.indexes.length > 0 ? bytes : Buffer.alloc(0) });
  }
  for (const { id, bytes } of found) {
    const before = bytes.length > 0 ? bytes : collection.get(kv, id);
    if (before !== undefined) collection.change(kv, sink, id, before, undefined);
  }
  return found.length;
}

export async function remove(engine: Engine, command: Command): Promise<Doc> {
  const name = collectionName(command);
  const deletes = command.lists.get('deletes');
  if (deletes === undefined || deletes.length === 0)
    throw new MongoError(2, 'Write batch sizes must be between 1 and 100000. Got 0 operations.');
  const variables = docField(command.body, 'let') ?? {};
  const collection = engine.store.catalog.find(command.db, name);
  let n = 0;
  return runStatements(
    engine,
    command,
    deletes.length,
    command.body['ordered'] !== false,
    () => undefined,
    (kv, sink, index) => {
      const statement = decode(deletes[index]!);
      checkCollation(statement);
      if (collection === undefined) return;
      n += runDelete(
        kv,
        sink,
        collection,
        docField(statement, 'q') ?? {},
        toNumber(statement['limit']) === 1,
        statement['hint'],
        variables,
      );
    },
    (errors) => ({ n, ...writeErrorsField(errors), ok: 1 }),
  );
}
