import type { ProposedEvent } from './record.js';

/** Expected revisions below zero are EventStoreDB's own numbers for the special forms. */
export const NO_STREAM = -1;
export const ANY = -2;
export const STREAM_EXISTS = -4;

export type Outcome =
  /** `revision` is the stream's last one after it, -1 when there is none; `position` that of its last event. */
  | { readonly kind: 'done'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong-version'; readonly actual: number }
  | { readonly kind: 'deleted' }
  /** Not stored, and nothing is known to be wrong with the request. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface Command {
  readonly kind: 'append' | 'delete' | 'tombstone';
  readonly stream: string;
  readonly streamBytes: Buffer;
  readonly expected: number;
  readonly events: readonly ProposedEvent[];
  /** Told once, after it is on disk. */
  readonly settle: (outcome: Outcome) => void;
}
