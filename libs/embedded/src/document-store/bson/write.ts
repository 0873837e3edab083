/** Building a reply around raw documents, without decoding them. */

/** A BSON array (its bytes as a document) of raw documents. */
export function rawArray(docs: readonly Buffer[]): Buffer[] {
  const parts: Buffer[] = [Buffer.alloc(4)];
  let size = 5;
  for (let i = 0; i < docs.length; i += 1) {
    const head = headOf(i);
    parts.push(head, docs[i]!);
    size += head.length + docs[i]!.length;
  }
  parts.push(zero);
  parts[0]!.writeInt32LE(size, 0);
  return parts;
}

const zero = Buffer.alloc(1);
const heads: Buffer[] = [];

function headOf(position: number): Buffer {
  const known = heads[position];
  if (known !== undefined) return known;
  const head = Buffer.from(`\x03${position}\0`, 'latin1');
  if (position === heads.length && position < 20_000) heads.push(head);
  return head;
}

/** `{cursor: {firstBatch|nextBatch: docs, …rest}, …tail}` where `rest` and `tail` are encoded documents. */
export function cursorReply(
  batch: 'firstBatch' | 'nextBatch',
  docs: readonly Buffer[],
  rest: Buffer,
  tail: Buffer,
): Buffer[] {
  const array = rawArray(docs);
  const arrayHead = Buffer.from(`\x04${batch}\0`, 'latin1');
  const restElements = rest.subarray(4);
  const cursorSize = 4 + arrayHead.length + lengthOf(array) + restElements.length;
  const tailElements = tail.subarray(4);
  const cursorHead = Buffer.from('\x03cursor\0', 'latin1');
  const total = 4 + cursorHead.length + cursorSize + tailElements.length;
  return [int32(total), cursorHead, int32(cursorSize), arrayHead, ...array, restElements, tailElements];
}

function lengthOf(parts: readonly Buffer[]): number {
  let size = 0;
  for (const part of parts) size += part.length;
  return size;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32LE(value, 0);
  return bytes;
}
