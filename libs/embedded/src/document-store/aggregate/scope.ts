import type { Doc } from '../bson/types.js';
import type { Engine } from '../commands/context.js';
import type { Source } from '../commands/cursors.js';
import type { Kv } from '../store/kv.js';

/** What a pipeline reads from, and how its stages run pipelines of their own. */
export interface Scope {
  readonly engine: Engine;
  readonly kv: Kv;
  readonly db: string;
  /** `let` variables in plain form. */
  readonly variables: Doc;
  /** Outside of a transaction: the collection's counters hold. */
  readonly committed: boolean;
  /** The raw results of a pipeline over a collection (none: `$documents` and the like). */
  run(scope: Scope, collection: string | undefined, pipeline: readonly Doc[]): Source;
  /** The results of stages over documents in plain form. */
  compute(scope: Scope, documents: Iterable<Doc>, stages: readonly Doc[]): Iterator<unknown>;
}
