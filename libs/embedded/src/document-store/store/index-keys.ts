import { KeyWriter, shorten } from '../bson/key-encoding.js';
import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { isIndex } from '../query/paths.js';

export interface IndexField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly direction: 1 | -1;
}

export interface IndexKeys {
  readonly keys: Buffer[];
  /** Bit i: field i met an array. */
  readonly arrays: number;
}

/** Marks an empty array at the end of a path. */
const EMPTY = Symbol('empty array');

interface Position {
  value: unknown;
  from: number;
  done: boolean;
}

const writer = new KeyWriter();

/**
 * The keys under which a document stands in an index: one, or with an array one per element. Fields below the
 * same array go together element by element.
 * @throws MongoError 171 when two different arrays would have to be combined
 */
export function indexKeys(doc: Doc, fields: readonly IndexField[], sparse: boolean): IndexKeys {
  const rows: unknown[][] = [];
  const met = { arrays: 0 };
  spread(
    fields.map(({ parts }) => ({
      value: Object.hasOwn(doc, parts[0]!) ? doc[parts[0]!] : undefined,
      from: 1,
      done: false,
    })),
    fields,
    rows,
    met,
  );
  const keys: Buffer[] = [];
  const seen = rows.length > 1 ? new Set<string>() : undefined;
  for (const row of rows) {
    if (sparse && row.every((value) => value === undefined)) continue;
    writer.reset();
    for (let i = 0; i < fields.length; i += 1) {
      const descending = fields[i]!.direction === -1;
      if (row[i] === EMPTY) writer.emptyArray(descending);
      else writer.value(row[i], descending);
    }
    const key = shorten(writer.take());
    if (seen !== undefined) {
      const text = key.toString('latin1');
      if (seen.has(text)) continue;
      seen.add(text);
    }
    keys.push(key);
  }
  return { keys, arrays: met.arrays };
}

function spread(
  positions: Position[],
  fields: readonly IndexField[],
  rows: unknown[][],
  met: { arrays: number },
): void {
  let array: readonly unknown[] | undefined;
  for (let i = 0; i < fields.length; i += 1) {
    const position = positions[i]!;
    advance(position, fields[i]!.parts);
    if (position.done || !Array.isArray(position.value)) continue;
    if (array === undefined) array = position.value;
    else if (array !== position.value) throw new MongoError(171, `cannot index parallel arrays [${fields[i]!.path}]`);
    met.arrays |= 1 << i;
  }
  if (array === undefined) {
    rows.push(positions.map(({ value }) => value));
    return;
  }
  const elements = array.length === 0 ? [EMPTY] : array;
  for (const element of elements) {
    const next = positions.map((position, i): Position => {
      if (position.done || position.value !== array) return { ...position };
      const { parts } = fields[i]!;
      if (position.from === parts.length) return { value: element, from: position.from, done: true };
      if (!isDoc(element)) return { value: undefined, from: parts.length, done: true };
      const part = parts[position.from]!;
      return { value: Object.hasOwn(element, part) ? element[part] : undefined, from: position.from + 1, done: false };
    });
    spread(next, fields, rows, met);
  }
}

/** Follows the path through documents up to its end or to an array. */
function advance(position: Position, parts: readonly string[]): void {
  while (!position.done) {
    if (Array.isArray(position.value)) {
      const part = parts[position.from];
      if (part === undefined || !isIndex(part)) return;
      position.value = (position.value as unknown[])[Number(part)];
      position.from += 1;
    } else if (position.from === parts.length) position.done = true;
    else if (isDoc(position.value)) {
      const part = parts[position.from]!;
      position.value = Object.hasOwn(position.value, part) ? position.value[part] : undefined;
      position.from += 1;
    } else {
      position.value = undefined;
      position.done = true;
    }
  }
}
