import { encode, toPlain } from '../bson/decode.js';
import { type Doc, isDoc } from '../bson/types.js';
import { statsOf } from '../commands/collections.js';
import {
  type Command,
  checkCollation,
  countField,
  docField,
  listField,
  type Reply,
  sessionId,
} from '../commands/command.js';
import { type Engine, reader, transactionOf } from '../commands/context.js';
import type { Source } from '../commands/cursors.js';
import { countMatches, decoded, rawSource } from '../commands/find.js';
import { describeIndex } from '../commands/indexes.js';
import { MongoError } from '../errors.js';
import { Finder } from '../plan/find.js';
import { mingoOptions, runStages } from '../query/expression.js';
import { compileProjection } from '../query/project.js';
import { group, groupable } from './group.js';
import { joinStages } from './join.js';
import { writeOut } from './output.js';
import { leading, neededFields } from './pipeline.js';
import { rewrite } from './rewrite.js';
import type { Scope } from './scope.js';

export async function aggregate(engine: Engine, command: Command): Promise<Reply> {
  const { body, db } = command;
  checkCollation(body);
  const name = body['aggregate'];
  const pipeline = (listField(body, 'pipeline') ?? []).map(checkStage);
  const cursor = docField(body, 'cursor');
  if (body['explain'] === true) throw new MongoError(9, 'Use the explain command');
  if (cursor === undefined)
    throw new MongoError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
  const scope: Scope = {
    engine,
    kv: reader(engine, command),
    db,
    variables: toPlain(docField(body, 'let') ?? {}) as Doc,
    committed: transactionOf(engine, command) === undefined,
    run,
    compute: computeStages,
  };
  const collection = typeof name === 'string' ? name : undefined;
  const namespace = `${db}.${collection ?? '$cmd.aggregate'}`;
  const options = {
    batchSize: cursor['batchSize'] === undefined ? undefined : countField(cursor, 'batchSize', 101),
    connectionId: command.connectionId,
    session: sessionId(body),
  };
  const last = pipeline.at(-1);
  if (last !== undefined && ('$out' in last || '$merge' in last)) {
    await writeOut(scope, command, run(scope, collection, pipeline.slice(0, -1), body['hint']), last);
    return engine.cursors.first({ next: () => ({ done: true, value: undefined }) }, namespace, options);
  }
  return engine.cursors.first(run(scope, collection, pipeline, body['hint']), namespace, options);
}

function checkStage(stage: unknown): Doc {
  if (!isDoc(stage) || Object.keys(stage).length !== 1)
    throw new MongoError(40323, 'A pipeline stage specification object must contain exactly one field.');
  const name = Object.keys(stage)[0]!;
  if (name === '$changeStream') throw new MongoError(40573, 'The $changeStream stage is not supported by this engine');
  return stage;
}

/** The raw result documents of a pipeline over a collection (none: `$documents` and the like). */
export function run(scope: Scope, name: string | undefined, pipeline: readonly Doc[], hint?: unknown): Source {
  const special = specialSource(scope, name, pipeline);
  if (special !== undefined) return special;
  const { search, rest } = leading(pipeline, hint);
  const collection = name === undefined ? undefined : scope.engine.store.catalog.find(scope.db, name);
  const full = { ...search, variables: scope.variables };
  if (collection !== undefined && rest.length <= 1) {
    const counted = countOf(rest[0]);
    if (counted !== undefined) {
      const n = countMatches(scope.kv, collection, full, scope.committed);
      return encoded((n === 0 ? [] : [counted(n)])[Symbol.iterator]());
    }
  }
  const finder = collection === undefined ? undefined : new Finder(scope.kv, collection, full);
  if (rest.length === 0) return finder === undefined ? encoded([][Symbol.iterator]()) : rawSource(finder);
  if (
    rest.length === 1 &&
    finder !== undefined &&
    isDoc(rest[0]!['$project']) &&
    isPlainProjection(rest[0]!['$project'])
  ) {
    return rawSource(finder, compileProjection(rest[0]!['$project']));
  }
  const documents: Iterable<Doc> = finder === undefined ? [] : decoded(finder, neededFields(rest));
  return encoded(computeStages(scope, documents, rest));
}

/** Runs the stages over decoded documents: grouping and joining here, everything else by mingo. */
export function computeStages(scope: Scope, documents: Iterable<Doc>, stages: readonly Doc[]): Iterator<unknown> {
  const options = mingoOptions(scope.variables);
  let source: Iterable<unknown> = documents;
  let pending: Doc[] = [];
  const flush = (): void => {
    if (pending.length === 0) return;
    const [from, run] = [source, pending];
    source = { [Symbol.iterator]: () => runStages(from, run, options) };
    pending = [];
  };
  for (const stage of stages.flatMap(rewrite)) {
    const spec = toPlain(stage) as Doc;
    const joined = joinStages(scope, stage);
    if (joined !== undefined) {
      flush();
      const from = source;
      source = joined(from);
    } else if (isDoc(spec['$group']) && groupable(spec['$group'])) {
      flush();
      const from = source;
      const grouping = spec['$group'];
      source = { [Symbol.iterator]: () => group(from, grouping, options) };
    } else pending.push(spec);
  }
  flush();
  return source[Symbol.iterator]();
}

function encoded(results: Iterator<unknown>): Source {
  return {
    next: () => {
      const { done, value } = results.next();
      if (done === true) return { done: true, value: undefined };
      if (!isDoc(value)) throw new MongoError(40228, 'A pipeline stage must yield documents');
      return { done: false, value: encode(value) };
    },
  };
}

/** `countDocuments` and `$count` need a number, not the documents. */
function countOf(stage: Doc | undefined): ((n: number) => Doc) | undefined {
  if (stage === undefined) return undefined;
  const field = stage['$count'];
  if (typeof field === 'string') return (n) => ({ [field]: n });
  const spec = stage['$group'];
  if (!isDoc(spec) || Object.keys(spec).length !== 2 || isDoc(spec['_id']) || typeof spec['_id'] === 'string')
    return undefined;
  const [name, accumulator] = Object.entries(spec).find(([key]) => key !== '_id') ?? [];
  if (name === undefined || !isDoc(accumulator) || accumulator['$sum'] !== 1) return undefined;
  return (n) => ({ _id: spec['_id'], [name]: n });
}

function isPlainProjection(spec: Doc): boolean {
  return Object.values(spec).every((value) => typeof value === 'boolean' || value === 0 || value === 1);
}

function specialSource(scope: Scope, name: string | undefined, pipeline: readonly Doc[]): Source | undefined {
  const first = pipeline[0];
  if (first === undefined) return undefined;
  const rest = pipeline.slice(1);
  const of = (documents: Doc[]): Source => encoded(computeStages(scope, documents, rest));
  if (Array.isArray(first['$documents'])) return of((toPlain(first['$documents']) as unknown[]).filter(isDoc));
  if (name === undefined) throw new MongoError(73, 'This pipeline needs a collection');
  const collection = scope.engine.store.catalog.find(scope.db, name);
  if ('$collStats' in first) {
    const count = collection?.documents ?? 0;
    return of([
      {
        ns: `${scope.db}.${name}`,
        localTime: new Date(),
        count,
        ...(collection === undefined ? {} : { storageStats: statsOf(collection) }),
      },
    ]);
  }
  if ('$indexStats' in first) {
    return of(
      (collection?.indexes ?? []).map((index) => ({
        name: index.spec.name,
        key: index.spec.key,
        accesses: { ops: 0 },
        spec: describeIndex(index),
      })),
    );
  }
  return undefined;
}
