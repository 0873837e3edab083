import { encode } from '../bson/decode.js';
import { eachElement } from '../bson/raw.js';
import type { Doc } from '../bson/types.js';
import { MongoError } from '../errors.js';

/** Messages of the MongoDB wire protocol (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/). */
export const OP_REPLY = 1;
export const OP_QUERY = 2004;
export const OP_COMPRESSED = 2012;
export const OP_MSG = 2013;
export const HEADER_BYTES = 16;
/** As announced in hello, with room for the header. */
export const MAX_MESSAGE_BYTES = 48_000_000 + 16 * 1024;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Bits 0-15 must be understood. */
const UNKNOWN_REQUIRED_FLAGS = 0xfffc;

export interface Request {
  readonly requestId: number;
  readonly opCode: number;
  readonly body: Buffer;
  readonly sequences: ReadonlyMap<string, Buffer[]>;
  /** The client wants no answer. */
  readonly silent: boolean;
  /** For OP_QUERY: the database that the query names. */
  readonly db?: string;
}

/** Reads one whole message. @throws MongoError or RangeError when it is malformed */
export function readMessage(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === OP_MSG) return readOpMsg(message, requestId);
  if (opCode === OP_QUERY) return readOpQuery(message, requestId);
  throw new MongoError(352, `Unsupported OP_CODE ${opCode}`);
}

function documentAt(message: Buffer, at: number, end: number): Buffer {
  const size = message.readInt32LE(at);
  if (size < 5 || at + size > end)
    throw new MongoError(22, 'Invalid BSON: a document reaches past the end of its message');
  return message.subarray(at, at + size);
}

function readOpMsg(message: Buffer, requestId: number): Request {
  const flags = message.readUInt32LE(HEADER_BYTES);
  if ((flags & UNKNOWN_REQUIRED_FLAGS) !== 0) throw new MongoError(50_798, 'OP_MSG has unknown required flags');
  const end = message.length - ((flags & CHECKSUM_PRESENT) !== 0 ? 4 : 0);
  let at = HEADER_BYTES + 4;
  let body: Buffer | undefined;
  const sequences = new Map<string, Buffer[]>();
  while (at < end) {
    const kind = message[at]!;
    at += 1;
    if (kind === 0) {
      if (body !== undefined) throw new MongoError(40_430, 'OP_MSG has more than one body');
      body = documentAt(message, at, end);
      at += body.length;
    } else if (kind === 1) {
      const stop = at + message.readInt32LE(at);
      const nameEnd = message.indexOf(0, at + 4);
      if (stop > end || nameEnd === -1 || nameEnd >= stop)
        throw new MongoError(40_432, 'OP_MSG has a broken document sequence');
      const documents: Buffer[] = [];
      sequences.set(message.toString('utf8', at + 4, nameEnd), documents);
      at = nameEnd + 1;
      while (at < stop) {
        const document = documentAt(message, at, stop);
        documents.push(document);
        at += document.length;
      }
    } else throw new MongoError(40_432, `OP_MSG has an unknown section kind ${kind}`);
  }
  if (body === undefined) throw new MongoError(40_587, 'OP_MSG has no body');
  return { requestId, opCode: OP_MSG, body, sequences, silent: (flags & MORE_TO_COME) !== 0 };
}

/** Only for the first hello of older drivers: a query on `<db>.$cmd`. */
function readOpQuery(message: Buffer, requestId: number): Request {
  const nameEnd = message.indexOf(0, HEADER_BYTES + 4);
  if (nameEnd === -1) throw new MongoError(9, 'OP_QUERY without a collection name');
  const namespace = message.toString('utf8', HEADER_BYTES + 4, nameEnd);
  if (!namespace.endsWith('.$cmd'))
    throw new MongoError(5_739_101, 'OP_QUERY is no longer supported. The client driver may require an upgrade.');
  let body = documentAt(message, nameEnd + 9, message.length);
  eachElement(body, 0, ({ type, nameStart, nameEnd: end, start, end: stop }) => {
    const name = body.toString('utf8', nameStart, end);
    if ((name === '$query' || name === 'query') && type === 0x03) body = body.subarray(start, stop);
    return true;
  });
  return { requestId, opCode: OP_QUERY, body, sequences: new Map(), silent: false, db: namespace.slice(0, -5) };
}

let lastRequestId = 0;

/** The answer's bytes, ready to be written in one go. */
export function writeReply(request: Pick<Request, 'requestId' | 'opCode'>, reply: Doc | Buffer[]): Buffer {
  const parts = Array.isArray(reply) ? reply : [encode(reply)];
  let size = 0;
  for (const part of parts) size += part.length;
  lastRequestId = (lastRequestId + 1) & 0x7fffffff;
  if (request.opCode === OP_QUERY) {
    const head = Buffer.alloc(HEADER_BYTES + 20);
    writeHeader(head, HEADER_BYTES + 20 + size, request.requestId, OP_REPLY);
    head.writeInt32LE(8, HEADER_BYTES);
    head.writeInt32LE(1, HEADER_BYTES + 16);
    return Buffer.concat([head, ...parts]);
  }
  const head = Buffer.alloc(HEADER_BYTES + 5);
  writeHeader(head, HEADER_BYTES + 5 + size, request.requestId, OP_MSG);
  return Buffer.concat([head, ...parts], HEADER_BYTES + 5 + size);
}

function writeHeader(head: Buffer, size: number, responseTo: number, opCode: number): void {
  head.writeInt32LE(size, 0);
  head.writeInt32LE(lastRequestId, 4);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(opCode, 12);
}
