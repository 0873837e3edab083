import { type Doc, isDoc } from '../bson/types.js';

/** What is asked of the value at the end of a path. */
export interface LeafTest {
  test(value: unknown): boolean;
  /** True: an array is tested as a whole only; otherwise its elements are tested first, then the whole. */
  readonly whole?: boolean;
}

const digits = /^(0|[1-9]\d*)$/;

export function isIndex(part: string): boolean {
  return digits.test(part);
}

/** MongoDB's path rule: arrays on the way are looked into, by position when the part is a number. */
export function matchPath(value: unknown, parts: readonly string[], from: number, leaf: LeafTest): boolean {
  if (from === parts.length) {
    if (leaf.whole !== true && Array.isArray(value)) {
      for (const element of value) if (leaf.test(element)) return true;
    }
    return leaf.test(value);
  }
  const part = parts[from]!;
  if (Array.isArray(value)) {
    if (isIndex(part) && Number(part) < value.length && matchPath(value[Number(part)], parts, from + 1, leaf))
      return true;
    for (const element of value) if (isDoc(element) && matchPath(element[part], parts, from + 1, leaf)) return true;
    return false;
  }
  return isDoc(value)
    ? matchPath(Object.hasOwn(value, part) ? value[part] : undefined, parts, from + 1, leaf)
    : leaf.test(undefined);
}

/**
 * The values at a path as an index or a sort sees them: arrays on the way and at the end are spread out.
 * `array` tells that one was met; an empty one yields nothing.
 */
export function collectPath(
  value: unknown,
  parts: readonly string[],
  from: number,
  found: { values: unknown[]; array: boolean },
): void {
  if (from === parts.length) {
    if (Array.isArray(value)) {
      found.array = true;
      for (const element of value) found.values.push(element);
    } else found.values.push(value);
    return;
  }
  const part = parts[from]!;
  if (Array.isArray(value)) {
    if (isIndex(part) && Number(part) < value.length) {
      collectPath(value[Number(part)], parts, from + 1, found);
      return;
    }
    found.array = true;
    let looked = false;
    for (const element of value) {
      if (!isDoc(element)) continue;
      looked = true;
      collectPath(element[part], parts, from + 1, found);
    }
    if (!looked && value.length > 0) found.values.push(undefined);
    return;
  }
  if (isDoc(value)) collectPath(Object.hasOwn(value, part) ? value[part] : undefined, parts, from + 1, found);
  else found.values.push(undefined);
}

/** The value at a path without looking into arrays by name; undefined when there is none. */
export function getPath(doc: Doc, path: string): unknown {
  let value: unknown = doc;
  for (const part of path.split('.')) {
    if (Array.isArray(value)) value = isIndex(part) ? (value as unknown[])[Number(part)] : undefined;
    else if (isDoc(value)) value = Object.hasOwn(value, part) ? value[part] : undefined;
    else return undefined;
  }
  return value;
}
