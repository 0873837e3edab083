import type { CommandContext, DomainEvent, StreamRevision } from './types.js';

/** One command of `handleMany`. */
export interface Command<S, E extends DomainEvent> {
  readonly id: string;
  /** Pure: called again when another writer was faster. */
  readonly decide: (state: S) => readonly E[];
  readonly context: CommandContext;
}

/** A folded aggregate. */
export interface Loaded<S> {
  readonly state: S;
  readonly revision: StreamRevision;
}
