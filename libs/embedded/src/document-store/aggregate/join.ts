import { decode, toPlain } from '../bson/decode.js';
import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { evaluate, mingoOptions, runStages } from '../query/expression.js';
import type { Scope } from './scope.js';
import { setPath } from './set.js';

type Joiner = (source: Iterable<unknown>) => Iterable<unknown>;

/** Stages that reach other collections, or run pipelines that might. */
export function joinStages(scope: Scope, stage: Doc): Joiner | undefined {
  if (isDoc(stage['$lookup'])) return lookup(scope, stage['$lookup']);
  if ('$unionWith' in stage) return unionWith(scope, stage['$unionWith']);
  if (isDoc(stage['$facet'])) return facet(scope, stage['$facet']);
  if (isDoc(stage['$graphLookup'])) return graphLookup(scope, stage['$graphLookup']);
  return undefined;
}

function documentsOf(scope: Scope, name: string | undefined, pipeline: readonly Doc[]): Doc[] {
  const source = scope.run(scope, name, pipeline);
  const documents: Doc[] = [];
  for (let next = source.next(); next.done !== true; next = source.next()) documents.push(decode(next.value, 'plain'));
  return documents;
}

/** Each document asks the other collection by index: an equality on `foreignField`, then the pipeline. */
function lookup(scope: Scope, spec: Doc): Joiner {
  const { from, localField, foreignField, as } = spec;
  if (typeof as !== 'string') throw new MongoError(9, "$lookup argument 'as' must be a string");
  const pipeline = Array.isArray(spec['pipeline']) ? spec['pipeline'].filter(isDoc) : [];
  if (typeof from !== 'string' && !('$documents' in (pipeline[0] ?? {})))
    throw new MongoError(9, "$lookup needs 'from'");
  const byField = typeof localField === 'string' && typeof foreignField === 'string';
  const letSpec = isDoc(spec['let']) ? spec['let'] : {};
  const options = mingoOptions(scope.variables);
  const cache = new Map<string, Doc[]>();
  return function* (source) {
    for (const document of source) {
      const doc = document as Doc;
      const variables: Doc = { ...scope.variables };
      for (const [name, expression] of Object.entries(letSpec))
        variables[name] = evaluate(doc, toPlain(expression), options) ?? null;
      const local = byField ? localValues(doc, localField) : [];
      const match = byField
        ? [{ $match: { [foreignField]: local.length === 1 ? { $eq: local[0] } : { $in: local } } }]
        : [];
      const key = cacheKey(local, Object.keys(letSpec).length > 0);
      let found = key === undefined ? undefined : cache.get(key);
      if (found === undefined) {
        found = documentsOf({ ...scope, variables }, typeof from === 'string' ? from : undefined, [
          ...match,
          ...pipeline,
        ]);
        if (key !== undefined && cache.size < 1000) cache.set(key, found);
      }
      yield setPath(doc, as, found);
    }
  };
}

/** Equal local values find the same documents; only short ones are remembered. */
function cacheKey(local: readonly unknown[], variable: boolean): string | undefined {
  if (variable || local.length > 1) return undefined;
  const value = local[0];
  return typeof value === 'string' || typeof value === 'number' || value === undefined
    ? `${typeof value}:${String(value)}`
    : undefined;
}

function localValues(doc: Doc, path: string): unknown[] {
  const value = valuesAt(doc, path.split('.'));
  return Array.isArray(value) ? (value as unknown[]) : [value ?? null];
}

function valuesAt(value: unknown, parts: readonly string[]): unknown {
  if (parts.length === 0) return value;
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, parts) ?? []);
  return isDoc(value) ? valuesAt(value[parts[0]!], parts.slice(1)) : undefined;
}

function unionWith(scope: Scope, spec: unknown): Joiner {
  const coll =
    typeof spec === 'string' ? spec : isDoc(spec) && typeof spec['coll'] === 'string' ? spec['coll'] : undefined;
  const pipeline = isDoc(spec) && Array.isArray(spec['pipeline']) ? spec['pipeline'].filter(isDoc) : [];
  return function* (source) {
    yield* source;
    const other = scope.run(scope, coll, pipeline);
    for (let next = other.next(); next.done !== true; next = other.next()) yield decode(next.value, 'plain');
  };
}

function facet(scope: Scope, spec: Doc): Joiner {
  return function* (source) {
    const documents = [...source] as Doc[];
    const result: Doc = {};
    for (const [name, pipeline] of Object.entries(spec)) {
      if (!Array.isArray(pipeline)) throw new MongoError(40170, `arguments to $facet must be arrays, ${name} is not`);
      const stages = pipeline.filter(isDoc);
      const results = scope.compute(
        scope,
        documents.map((doc) => ({ ...doc })),
        stages,
      );
      result[name] = [...{ [Symbol.iterator]: () => results }];
    }
    yield result;
  };
}

/** mingo walks the graph; it is given the other collection as a whole. */
function graphLookup(scope: Scope, spec: Doc): Joiner {
  const from = spec['from'];
  if (typeof from !== 'string') throw new MongoError(40327, "$graphLookup needs 'from'");
  const options = mingoOptions(scope.variables);
  return (source) => ({
    [Symbol.iterator]: () => {
      const documents = documentsOf(scope, from, []);
      return runStages(source, [{ $graphLookup: { ...(toPlain(spec) as Doc), from: documents } }], options);
    },
  });
}
