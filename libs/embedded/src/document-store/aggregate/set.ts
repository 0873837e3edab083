import { type Doc, isDoc } from '../bson/types.js';

/** A copy of the document with the value at a dotted path. */
export function setPath(doc: Doc, path: string, value: unknown): Doc {
  const dot = path.indexOf('.');
  if (dot === -1) return { ...doc, [path]: value };
  const head = path.slice(0, dot);
  const inner = doc[head];
  return { ...doc, [head]: setPath(isDoc(inner) ? inner : {}, path.slice(dot + 1), value) };
}
