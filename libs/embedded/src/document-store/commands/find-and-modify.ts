import { decode, encode } from '../bson/decode.js';
import { startsWithDollar } from '../bson/raw.js';
import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { Finder } from '../plan/find.js';
import { compileProjection } from '../query/project.js';
import { parseSort } from '../query/sort.js';
import type { Collection } from '../store/collection.js';
import { type Command, collectionName, docField, isTrue } from './command.js';
import { type Engine, runStatements } from './context.js';
import { makeUpdate, runUpdate } from './update.js';

/** findAndModify: finds one document, changes or removes it, answers with it as it was or as it is now. */
export async function findAndModify(engine: Engine, command: Command): Promise<Doc> {
  const { body } = command;
  const name = collectionName(command);
  const filter = docField(body, 'query') ?? {};
  const variables = docField(body, 'let') ?? {};
  const project = compileProjection(docField(body, 'fields') ?? docField(body, 'projection'), variables);
  const removing = isTrue(body['remove']);
  const update = body['update'];
  if (removing === (update !== undefined))
    throw new MongoError(
      9,
      removing
        ? "Cannot specify both an 'update' and 'remove'=true"
        : "Either an 'update' or 'remove'=true must be specified",
    );
  const replacement = isDoc(update) ? encode(update) : undefined;
  const isReplacement = replacement !== undefined && !startsWithDollar(replacement);
  const statement = removing
    ? undefined
    : makeUpdate(
        { ...body, multi: false },
        isReplacement ? replacement : undefined,
        isReplacement ? undefined : update,
        filter,
        variables,
      );
  const wantsNew = isTrue(body['new']);
  const sort = parseSort(docField(body, 'sort'));
  const { catalog } = engine.store;
  let collection: Collection | undefined;
  let value: Buffer | undefined;
  let last: Doc = {};
  return runStatements(
    engine,
    command,
    1,
    true,
    () => {
      collection = statement?.upsert === true ? catalog.obtain(command.db, name) : catalog.find(command.db, name);
    },
    (kv, sink) => {
      if (statement === undefined) {
        last = { n: 0 };
        const found =
          collection === undefined
            ? undefined
            : new Finder(kv, collection, { filter, sort, hint: body['hint'], variables, limit: 1 }).next().value;
        if (collection === undefined || found === undefined) return;
        collection.change(kv, sink, found.id, found.bytes, undefined);
        value = found.bytes;
        last = { n: 1 };
        return;
      }
      last = { n: 0, updatedExisting: false };
      if (collection === undefined) return;
      const result = runUpdate(kv, sink, collection, statement);
      value = wantsNew ? result.after : result.before;
      last = { n: result.matched, updatedExisting: result.matched > 0 };
      if ('upsertedId' in result) last = { n: 1, updatedExisting: false, upserted: result.upsertedId };
    },
    ([failed]) => {
      if (failed !== undefined) return failed.error.toReply();
      return {
        lastErrorObject: last,
        value: value === undefined ? null : decode(project === undefined ? value : project(value)),
        ok: 1,
      };
    },
  );
}
