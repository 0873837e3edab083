import { Binary, Long } from 'bson';
import { readValue } from '../bson/decode.js';
import { eachElement } from '../bson/raw.js';
import { type Doc, isDoc, toNumber, typeOf } from '../bson/types.js';
import { MongoError } from '../errors.js';

/** A request as the handlers see it. */
export interface Command {
  readonly name: string;
  readonly db: string;
  readonly body: Doc;
  /** `documents`, `updates`, `deletes`, `ops`: raw, from the body or from a document sequence. */
  readonly lists: ReadonlyMap<string, readonly Buffer[]>;
  readonly connectionId: number;
}

/** A reply's fields, or its finished bytes in pieces. */
export type Reply = Doc | Buffer[];

const rawLists = new Set(['documents', 'updates', 'deletes', 'ops', 'nsInfo']);

/** Reads a command from its body and the sequences that came with it. @throws MongoError 22 or 9 */
export function parseCommand(bytes: Buffer, sequences: ReadonlyMap<string, Buffer[]>, connectionId: number): Command {
  const body: Doc = {};
  const lists = new Map<string, readonly Buffer[]>(sequences);
  let name: string | undefined;
  eachElement(bytes, 0, ({ type, nameStart, nameEnd, start, end }) => {
    const field = bytes.toString('utf8', nameStart, nameEnd);
    name ??= field;
    if (type === 0x04 && rawLists.has(field)) lists.set(field, documentsOf(bytes, start, field));
    else body[field] = readValue(type, bytes, start);
    return end < 0;
  });
  if (name === undefined) throw new MongoError(9, 'Empty command');
  const db = body['$db'];
  return { name, db: typeof db === 'string' ? db : 'admin', body, lists, connectionId };
}

function documentsOf(bytes: Buffer, start: number, field: string): Buffer[] {
  const documents: Buffer[] = [];
  eachElement(bytes, start, (element) => {
    if (element.type !== 0x03) throw new MongoError(14, `BSON field '${field}' must be an array of objects`);
    documents.push(bytes.subarray(element.start, element.end));
    return false;
  });
  return documents;
}

/** The name of the collection that the command's first field names. @throws MongoError 73 */
export function collectionName(command: Command): string {
  const name = command.body[command.name];
  if (typeof name !== 'string') throw new MongoError(73, `collection name has invalid type ${typeOf(name).name}`);
  if (name === '') throw new MongoError(73, `Invalid namespace specified '${command.db}.'`);
  return name;
}

/** @throws MongoError 14 when the field is there and no document */
export function docField(body: Doc, field: string): Doc | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (!isDoc(value))
    throw new MongoError(14, `BSON field '${field}' is the wrong type '${typeOf(value).name}', expected type 'object'`);
  return value;
}

export function listField(body: Doc, field: string): unknown[] | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value))
    throw new MongoError(14, `BSON field '${field}' is the wrong type '${typeOf(value).name}', expected type 'array'`);
  return value as unknown[];
}

/** @throws MongoError 2 when the number is negative */
export function countField(body: Doc, field: string, fallback: number): number {
  const value = body[field];
  if (value === undefined || value === null) return fallback;
  const number = toNumber(value);
  if (number === undefined || Number.isNaN(number))
    throw new MongoError(14, `BSON field '${field}' is the wrong type '${typeOf(value).name}', expected a number`);
  if (number < 0) throw new MongoError(51024, `BSON field '${field}' value must be >= 0, actual value '${number}'`);
  return Math.trunc(number);
}

export function isTrue(value: unknown): boolean {
  return value === true || (toNumber(value) ?? 0) !== 0;
}

/** The session's id as text, when the command belongs to one. */
export function sessionId(body: Doc): string | undefined {
  const lsid = body['lsid'];
  const id = isDoc(lsid) ? lsid['id'] : undefined;
  return id instanceof Binary ? Buffer.from(id.buffer).toString('hex') : undefined;
}

export function txnNumberOf(body: Doc): bigint | undefined {
  const number = body['txnNumber'];
  if (number instanceof Long) return number.toBigInt();
  return typeof number === 'number' ? BigInt(number) : undefined;
}

/** Refuses a collation other than the plain one: the indexes order by bytes. */
export function checkCollation(body: Doc): void {
  const collation = body['collation'];
  if (isDoc(collation) && collation['locale'] !== undefined && collation['locale'] !== 'simple') {
    throw new MongoError(238, 'Collations other than "simple" are not supported by this engine');
  }
}
