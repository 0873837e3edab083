import { ObjectId } from 'bson';
import { encode, MAX_DOCUMENT_BYTES, readValue } from '../bson/decode.js';
import { eachElement, findElement, validate, withIdFirst } from '../bson/raw.js';
import type { Doc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import type { Collection } from '../store/collection.js';
import { idPart } from '../store/keys.js';
import { type Command, collectionName } from './command.js';
import { type Engine, runStatements, writeErrorsField } from './context.js';

/** A document ready to be stored. */
export interface Prepared {
  readonly id: Buffer;
  readonly bytes: Buffer;
}

/** Checks a document that comes from outside and puts its `_id` first, giving it one when it has none. */
export function prepare(raw: Buffer): Prepared {
  if (raw.length > MAX_DOCUMENT_BYTES)
    throw new MongoError(
      10334,
      `BSONObj size: ${raw.length} is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}`,
    );
  validate(raw);
  let bytes = withIdFirst(raw);
  let element = findElement(bytes, 0, '_id');
  if (element === undefined) {
    bytes = withIdFirst(raw, encode({ _id: new ObjectId() }).subarray(4, -1));
    element = findElement(bytes, 0, '_id')!;
  }
  if (element.type === 0x04 || element.type === 0x0b || element.type === 0x06) {
    throw new MongoError(
      element.type === 0x04 ? 53 : 2,
      `The '_id' value cannot be of type ${element.type === 0x04 ? 'array' : element.type === 0x0b ? 'regex' : 'undefined'}`,
    );
  }
  eachElement(bytes, 0, ({ nameStart, nameEnd }) => {
    if (bytes[nameStart] === 0x24) {
      const name = bytes.toString('utf8', nameStart, nameEnd);
      if (name !== '$ref' && name !== '$id' && name !== '$db')
        throw new MongoError(
          52,
          `The dollar ($) prefixed field '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
        );
    }
    return false;
  });
  return { id: idPart(readValue(element.type, bytes, element.start)), bytes };
}

export async function insert(engine: Engine, command: Command): Promise<Doc> {
  const name = collectionName(command);
  const documents = command.lists.get('documents');
  if (documents === undefined || documents.length === 0)
    throw new MongoError(2, 'Write batch sizes must be between 1 and 100000. Got 0 operations.');
  const { catalog } = engine.store;
  let collection: Collection;
  let inserted = 0;
  return runStatements(
    engine,
    command,
    documents.length,
    command.body['ordered'] !== false,
    () => {
      collection = catalog.obtain(command.db, name);
    },
    (kv, sink, index) => {
      const { id, bytes } = prepare(documents[index]!);
      collection.change(kv, sink, id, undefined, bytes);
      inserted += 1;
    },
    (errors) => ({ n: inserted, ...writeErrorsField(errors), ok: 1 }),
  );
}
