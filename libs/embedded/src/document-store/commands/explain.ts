import { leading } from '../aggregate/pipeline.js';
import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { Finder, type Search } from '../plan/find.js';
import { type Command, collectionName, docField, type Reply } from './command.js';
import type { Engine } from './context.js';
import { searchOf } from './find.js';

/** explain of find, count, distinct, aggregate, update and delete: which index, and how much was looked at. */
export function explain(engine: Engine, command: Command): Reply {
  const inner = docField(command.body, 'explain') ?? {};
  const name = Object.keys(inner)[0] ?? '';
  const target: Command = { ...command, name, body: inner };
  const search = searchFor(name, inner, target);
  const collectionOf = collectionName(target);
  const collection = engine.store.catalog.find(command.db, collectionOf);
  const namespace = `${command.db}.${collectionOf}`;
  const base = { explainVersion: '1', command: inner, serverInfo: { host: engine.address, version: '7.0.0' }, ok: 1 };
  if (collection === undefined)
    return { ...base, queryPlanner: { namespace, winningPlan: { stage: 'EOF' }, rejectedPlans: [] } };
  const finder = new Finder(engine.store.kv, collection, search);
  const { plan } = finder;
  const fetched =
    plan.ids !== undefined && plan.ids.length === 1
      ? { stage: 'IDHACK' }
      : plan.index === undefined && plan.scansAll
        ? { stage: 'COLLSCAN', direction: plan.reverse ? 'backward' : 'forward' }
        : {
            stage: 'FETCH',
            inputStage: {
              stage: 'IXSCAN',
              indexName: plan.index?.spec.name ?? '_id_',
              keyPattern: plan.index?.spec.key ?? { _id: 1 },
              isMultiKey: (plan.index?.spec.arrays ?? 0) !== 0,
              isUnique: plan.index?.unique ?? true,
              isSparse: plan.index?.spec.sparse ?? false,
              isPartial: plan.index?.partial !== undefined,
              direction: plan.reverse ? 'backward' : 'forward',
            },
          };
  // Several places of an index read side by side for the order's sake.
  const led =
    plan.merge === undefined
      ? fetched
      : { stage: 'SORT_MERGE', sortPattern: Object.fromEntries(search.sort ?? []), inputStage: fetched };
  const filtered: Doc = finder.hasFilter ? { ...led, filter: search.filter } : led;
  const winningPlan: Doc = finder.needsSort
    ? { stage: 'SORT', sortPattern: Object.fromEntries(search.sort ?? []), inputStage: filtered }
    : filtered;
  const queryPlanner = { namespace, parsedQuery: search.filter, winningPlan, rejectedPlans: [] };
  if (command.body['verbosity'] === 'queryPlanner') return { ...base, queryPlanner };
  const started = Date.now();
  let nReturned = 0;
  while (finder.next().done !== true) nReturned += 1;
  return {
    ...base,
    queryPlanner,
    executionStats: {
      executionSuccess: true,
      nReturned,
      executionTimeMillis: Date.now() - started,
      totalKeysExamined: finder.scan.keys,
      totalDocsExamined: finder.scan.examined,
      executionStages: { ...winningPlan, nReturned },
    },
  };
}

function searchFor(name: string, inner: Doc, target: Command): Search {
  switch (name) {
    case 'find':
      return searchOf(target);
    case 'count':
    case 'distinct':
    case 'findAndModify':
      return searchOf(target, 'query');
    case 'aggregate':
      return leading(Array.isArray(inner['pipeline']) ? inner['pipeline'].filter(isDoc) : []).search;
    case 'update':
    case 'delete': {
      const list = target.lists.get(`${name}s`) ?? inner[`${name}s`];
      const first: unknown = Array.isArray(list) ? list[0] : undefined;
      return { filter: isDoc(first) ? (docField(first, 'q') ?? {}) : {} };
    }
    default:
      throw new MongoError(59, `Explain failed due to unknown command: ${name}`);
  }
}
