import { encodeKey, shorten } from '../bson/key-encoding.js';

/**
 * Where things lie in the one table, by first byte:
 * 0 counters and settings · 1 collections · 2 documents by collection and _id · 3 index entries ·
 * 4 sizes of collections · 5 what is left to be deleted · 6 sessions' last retryable write
 */
export const Area = { meta: 0, collection: 1, document: 2, index: 3, size: 4, trash: 5, session: 6 } as const;

/** First byte and a 32-bit number. */
export function prefixed(area: number, id: number): Buffer {
  const bytes = Buffer.allocUnsafe(5);
  bytes[0] = area;
  bytes.writeUInt32BE(id, 1);
  return bytes;
}

/** The key bytes of a document's `_id`, shortened when it is very long. */
export function idPart(id: unknown): Buffer {
  return shorten(encodeKey(id));
}
