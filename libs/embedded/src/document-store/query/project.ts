import { BSONRegExp } from 'bson';
import { decode, encode, toPlain } from '../bson/decode.js';
import { eachElement } from '../bson/raw.js';
import { type Doc, isDoc, toInteger, toNumber } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { mingoOptions, runStages } from './expression.js';
import { elementTest } from './match.js';

/** Turns a stored document into what the client asked for. */
export type Projector = (bytes: Buffer) => Buffer;

/** @throws MongoError 31254 when fields are both taken and left out */
export function compileProjection(projection: Doc | undefined, variables: Doc = {}): Projector | undefined {
  const entries = Object.entries(projection ?? {});
  if (entries.length === 0) return undefined;
  let including: boolean | undefined;
  let id: boolean | undefined;
  const special: [string, Doc][] = [];
  const paths: string[] = [];
  for (const [path, value] of entries) {
    const number = typeof value === 'boolean' ? Number(value) : toNumber(value);
    if (number !== undefined) {
      const include = number !== 0;
      if (path === '_id') {
        id = include;
        continue;
      }
      if (including !== undefined && including !== include)
        throw new MongoError(
          31254,
          `Cannot do ${include ? 'inclusion' : 'exclusion'} on field ${path} in ${including ? 'inclusion' : 'exclusion'} projection`,
        );
      including = include;
      paths.push(path);
    } else if (isDoc(value) && ('$slice' in value || '$elemMatch' in value) && Object.keys(value).length === 1) {
      if ('$elemMatch' in value && including === undefined) including = true;
      special.push([path, value]);
    } else return computed(projection!, variables);
  }
  if (paths.some((path) => path.endsWith('.$')))
    throw new MongoError(2, 'The positional projection is not supported by this engine; use $elemMatch');
  if (including === undefined) including = special.length === 0 && id === true;
  const includeId = id ?? true;
  const tree = including ? [...paths, ...special.map(([path]) => path)] : paths;
  if (special.length === 0 && tree.every((path) => !path.includes('.'))) {
    const names = new Set(tree);
    if (including ? includeId : !includeId) names.add('_id');
    return (bytes) => pick(bytes, names, including);
  }
  const root = toTree(tree);
  if (including ? includeId : !includeId) root.set('_id', undefined);
  return (bytes) => {
    let doc = decode(bytes);
    for (const [path, value] of special) doc = applySpecial(doc, path, value);
    return encode((including ? includeTree(doc, root) : excludeTree(doc, root)) as Doc);
  };
}

type Tree = Map<string, Tree | undefined>;

function toTree(paths: readonly string[]): Tree {
  const root: Tree = new Map();
  for (const path of paths) {
    let node = root;
    const parts = path.split('.');
    for (const [i, part] of parts.entries()) {
      if (i === parts.length - 1) {
        if (node.get(part) !== undefined) throw new MongoError(31249, `Path collision at ${path}`);
        node.set(part, undefined);
        break;
      }
      let next = node.get(part);
      if (next === undefined) {
        if (node.has(part)) throw new MongoError(31250, `Path collision at ${path}`);
        next = new Map();
        node.set(part, next);
      }
      node = next;
    }
  }
  return root;
}

function includeTree(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value))
    return value
      .filter((element) => isDoc(element) || Array.isArray(element))
      .map((element: unknown) => includeTree(element, tree));
  if (!isDoc(value)) return undefined;
  const result: Doc = {};
  for (const [name, inner] of Object.entries(value)) {
    if (!tree.has(name)) continue;
    const next = tree.get(name);
    const taken = next === undefined ? inner : includeTree(inner, next);
    if (taken !== undefined) result[name] = taken;
  }
  return result;
}

function excludeTree(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => excludeTree(element, tree));
  if (!isDoc(value)) return value;
  const result: Doc = {};
  for (const [name, inner] of Object.entries(value)) {
    if (!tree.has(name)) result[name] = inner;
    else {
      const next = tree.get(name);
      if (next !== undefined) result[name] = excludeTree(inner, next);
    }
  }
  return result;
}

/** Copies the elements as they are: nothing is decoded. */
function pick(bytes: Buffer, names: ReadonlySet<string>, including: boolean): Buffer {
  const parts: Buffer[] = [Buffer.alloc(4)];
  let size = 5;
  eachElement(bytes, 0, ({ nameStart, nameEnd, end }) => {
    if (names.has(bytes.toString('utf8', nameStart, nameEnd)) === including) {
      parts.push(bytes.subarray(nameStart - 1, end));
      size += end - nameStart + 1;
    }
    return false;
  });
  parts.push(Buffer.alloc(1));
  parts[0]!.writeInt32LE(size, 0);
  return Buffer.concat(parts, size);
}

function applySpecial(doc: Doc, path: string, value: Doc): Doc {
  const [head, ...rest] = path.split('.');
  const found = doc[head!];
  if (rest.length > 0) return isDoc(found) ? { ...doc, [head!]: applySpecial(found, rest.join('.'), value) } : doc;
  if (!Array.isArray(found)) {
    if (!('$elemMatch' in value)) return doc;
    const { [head!]: _left, ...others } = doc;
    return others;
  }
  if ('$elemMatch' in value) {
    const element: unknown = found.find(elementTest(value['$elemMatch']));
    const { [head!]: _left, ...others } = doc;
    return element === undefined ? others : { ...others, [head!]: [element] };
  }
  const slice = value['$slice'];
  if (!Array.isArray(slice)) {
    const count = toInteger(slice, 0);
    return { ...doc, [head!]: count >= 0 ? found.slice(0, count) : found.slice(count) };
  }
  const skip = toInteger(slice[0], 0);
  const from = skip < 0 ? Math.max(found.length + skip, 0) : skip;
  return { ...doc, [head!]: found.slice(from, from + toInteger(slice[1], 0)) };
}

function computed(projection: Doc, variables: Doc): Projector {
  for (const value of Object.values(projection))
    if (value instanceof BSONRegExp) throw new MongoError(2, 'A projection takes numbers, booleans and expressions');
  const stage = [{ $project: toPlain(projection) as Doc }];
  const options = mingoOptions(variables);
  return (bytes) => encode(runStages([decode(bytes, 'plain')], stage, options).next().value as Doc);
}
