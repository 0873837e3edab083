import { Refused } from '@orderloom/contracts';
import type { ExpectedRevision, RecordedEvent, StreamRevision } from './types.js';

/** The stream is at another revision than the append expected. */
export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision';
  constructor(
    readonly streamId: string,
    readonly expected: ExpectedRevision,
    /** Revision the server named; -1n when the stream does not exist. */
    readonly actual: StreamRevision,
  ) {
    super(`${streamId} is at revision ${actual}, expected ${expected}`);
  }
}

/** The stream was deleted for good. */
export class StreamGone extends Error {
  override readonly name = 'StreamGone';
  constructor(readonly streamId: string) {
    super(`${streamId} has been deleted`);
  }
}

/** The store did not answer in time or is away; `outcomeUnknown` when an append may still have been written. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  /** As the client's own errors say it, so that whoever classifies errors sees an engine that is away. */
  readonly type = 'unavailable';
  constructor(
    message: string,
    readonly outcomeUnknown: boolean,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** The append can never succeed: too large, access denied, malformed. */
export class AppendRejected extends Error {
  override readonly name = 'AppendRejected';
}

/** A holder of a newer epoch has taken over: stop. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
  constructor(
    readonly subject: string,
    readonly epoch: bigint,
  ) {
    super(`${subject} has been taken over: epoch ${epoch} is no longer the newest`);
  }
}

/** The caller's expected revision (`If-Match`) is not the stream's; carries what happened since. */
export class RevisionConflict extends Refused {
  constructor(
    readonly streamId: string,
    readonly expected: StreamRevision,
    readonly actual: StreamRevision,
    /** Events after the caller's revision, oldest first. */
    readonly events: readonly RecordedEvent[],
  ) {
    super('REVISION_CONFLICT', {
      stream: streamId,
      expected: expected.toString(),
      actual: actual.toString(),
      events: events.map((event) => ({
        id: event.id,
        type: event.type,
        revision: event.revision.toString(),
        at: event.recordedAt,
        actor: event.metadata.actor,
        data: event.data,
      })),
    });
  }
}

/** Other writers kept winning; nothing was written. Worth trying again later. */
export class TooManyConflicts extends Error {
  override readonly name = 'TooManyConflicts';
  constructor(
    readonly streamId: string,
    readonly attempts: number,
  ) {
    super(`${streamId} changed under each of ${attempts} attempts`);
  }
}
