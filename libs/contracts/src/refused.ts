import { messages, type RefusalCode, text } from './messages/index.js';

/** A problem with one field of what was sent. `path` is like `lines.0.quantity`. */
export interface FieldProblem {
  path: string;
  code: RefusalCode;
  details?: Record<string, unknown>;
}

/**
 * An expected refusal: the caller asked for something that cannot be, and learns why. Carries a stable code;
 * the sentence is made where the reader's language is known. Not an error of ours: never logged as one.
 */
export class Refused extends Error {
  override readonly name: string = 'Refused';
  constructor(
    readonly code: RefusalCode,
    readonly details: Record<string, unknown> = {},
    readonly fields?: readonly FieldProblem[],
  ) {
    super(`${code}: ${text(code, 'en', details)}`);
  }

  /** HTTP status the code answers with. */
  get status(): number {
    return messages[this.code].status;
  }
}

/** True for a `Refused`, also one made by another copy of this library. */
export const isRefused = (error: unknown): error is Refused =>
  error instanceof Refused ||
  (error instanceof Error && 'code' in error && 'details' in error && typeof error.code === 'string'
    ? Object.hasOwn(messages, error.code)
    : false);
