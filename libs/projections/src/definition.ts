/** An event as a projection sees it, from the service's own log or from another service's topic. */
export interface ProjectedEvent<T extends string = string, D = unknown> {
  readonly id: string;
  /** Bare name: `OrderSubmitted`. */
  readonly type: T;
  readonly schemaVersion: number;
  readonly streamId: string;
  /** Revision within its stream, from 0. A number here, since documents keep it: streams stay far below 2^53. */
  readonly sequence: number;
  /** ISO 8601 UTC: when it was recorded. */
  readonly time: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly actor: string;
  readonly data: D;
  /** Place in what it was read from: `log` with the commit position, or `<topic>/<partition>` with the offset. */
  readonly origin: { readonly source: string; readonly offset: bigint };
}

/** An index of a read model's collection. */
export interface IndexSpec {
  readonly key: Readonly<Record<string, 1 | -1 | 'text'>>;
  readonly name?: string;
  readonly unique?: boolean;
  readonly sparse?: boolean;
  readonly partialFilterExpression?: Readonly<Record<string, unknown>>;
  readonly expireAfterSeconds?: number;
}

/**
 * How a document knows which events it holds.
 * - `stream` (default): the document is keyed by its one source stream; `_sequence` is the last revision.
 * - `streams`: it gathers a bounded number of streams (a customer's orders); `_sequences` maps stream → revision.
 * - `log`: it gathers any number of streams (a day's totals); `_offsets` maps origin → position, one entry for
 *   the own log, one per partition of a topic. No gap can be seen.
 */
export type Guard = 'stream' | 'streams' | 'log';

/** A read model: a pure fold from events into documents. */
export interface ProjectionDefinition<D extends { _id: string }> {
  readonly name: string;
  /** Raised when the shape changes: the next start rebuilds beside the live collection. */
  readonly version: number;
  /** Own streams it reads, e.g. `['order-']`. */
  readonly prefixes: readonly string[];
  /** Id of the document the event belongs to; null: none. */
  keyOf(event: ProjectedEvent): string | null;
  /**
   * Document of a stream, where each is keyed by its one stream: lets a process that does not write the read model wait
   * for a revision by looking at the document.
   */
  keyOfStream?(streamId: string): string;
  /** Must not change `doc`. Returning null removes the document. */
  evolve(doc: D | null, event: ProjectedEvent): D | null;
  readonly indexes: readonly IndexSpec[];
  /** Side loads per batch, before folding: unsealing keys, names of other documents. */
  prepare?(events: readonly ProjectedEvent[]): Promise<void>;
  readonly guard?: Guard;
  /** False when some events of a stream are skipped on purpose (keyOf gives null): gaps are then no error. Default true. */
  readonly contiguous?: boolean;
}
