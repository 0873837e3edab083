import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { isIndex } from '../query/paths.js';

type Container = Doc | unknown[];

/** How far one may write past the end of an array, as MongoDB allows. */
const MAX_PADDING = 1_500_000;

function child(container: Container, part: string): unknown {
  if (Array.isArray(container)) return isIndex(part) ? container[Number(part)] : undefined;
  return Object.hasOwn(container, part) ? container[part] : undefined;
}

/** The value at the path, or undefined. */
export function readAt(doc: Doc, parts: readonly string[]): unknown {
  let value: unknown = doc;
  for (const part of parts) {
    if (!Array.isArray(value) && !isDoc(value)) return undefined;
    value = child(value, part);
  }
  return value;
}

/** Sets the value at the path, making the documents on the way. @throws MongoError 28 when something is in the way */
export function writeAt(doc: Doc, parts: readonly string[], value: unknown): void {
  let container: Container = doc;
  for (let i = 0; i < parts.length - 1; i += 1) {
    const part = parts[i]!;
    let next = child(container, part);
    if (next === undefined) {
      next = {};
      put(container, part, next);
    } else if (!Array.isArray(next) && !isDoc(next)) notViable(parts[i + 1]!, part, next);
    container = next as Container;
  }
  put(container, parts.at(-1)!, value, parts.at(-2));
}

function put(container: Container, part: string, value: unknown, name = ''): void {
  if (!Array.isArray(container)) {
    if (part === '__proto__') throw new MongoError(2, "The field name '__proto__' is not allowed");
    container[part] = value;
    return;
  }
  if (!isIndex(part)) notViable(part, name, container);
  const index = Number(part);
  if (index > container.length + MAX_PADDING)
    throw new MongoError(2, 'Cannot pad the array by more than 1500000 elements');
  while (container.length < index) container.push(null);
  container[index] = value;
}

function notViable(part: string, parent: string, found: unknown): never {
  throw new MongoError(28, `Cannot create field '${part}' in element {${parent}: ${JSON.stringify(found)}}`);
}

/** Removes the field; an array's element becomes null. */
export function removeAt(doc: Doc, parts: readonly string[]): void {
  const container = readAt(doc, parts.slice(0, -1));
  const last = parts.at(-1)!;
  if (Array.isArray(container)) {
    if (isIndex(last) && Number(last) < container.length) container[Number(last)] = null;
  } else if (isDoc(container)) delete container[last];
}
