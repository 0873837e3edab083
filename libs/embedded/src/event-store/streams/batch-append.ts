import type { Call, CallHandlers } from '../grpc/call.js';
import { joinFrames } from '../grpc/frames.js';
import { GrpcError, Status } from '../grpc/status.js';
import { ANY, NO_STREAM, type Outcome, STREAM_EXISTS } from '../log/commands.js';
import type { EventLog } from '../log/event-log.js';
import type { ProposedEvent } from '../log/record.js';
import { MalformedMessage, putVarint, Reader, varintSize, Writer } from '../protobuf.js';
import { type AppendOptions, checkStreamName, decodeAppendOptions, decodeProposed, sizeOf } from './decode-append.js';
import { MAX_APPEND_BYTES } from './errors.js';

/** An append whose last part has not come yet. */
interface Partial {
  readonly correlation: Buffer;
  options: AppendOptions | undefined;
  readonly events: ProposedEvent[];
  bytes: number;
  problem: Buffer | undefined;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** Appends of one caller that may be open at once; more is a mistake or an attack. */
const MAX_PARTIALS = 10_000;

/**
 * BatchAppend (streams.proto): many appends on one call, each answered by its correlation id. Answers of
 * appends that shared a flush leave in one write.
 */
export function batchAppend(log: EventLog, call: Call): CallHandlers {
  const partials = new Map<string, Partial>();
  let answers: Buffer[] = [];
  let unanswered = 0;
  let ended = false;

  const flush = (): void => {
    const frames = joinFrames(answers);
    answers = [];
    call.sendFrames(frames);
    if (ended && unanswered === 0) call.succeed();
  };
  const answer = (message: Buffer): void => {
    unanswered -= 1;
    // All settled by one commit are settled in one go; the microtask comes after the last of them.
    if (answers.push(message) === 1) queueMicrotask(flush);
  };

  const submit = (partial: Partial): void => {
    unanswered += 1;
    const { correlation, options, events, bytes } = partial;
    if (partial.problem !== undefined || options === undefined) {
      answer(failure(correlation, options, partial.problem ?? unknown('An append came without options')));
      return;
    }
    const { stream, streamBytes, expected } = options;
    log.submit(
      {
        kind: 'append',
        stream,
        streamBytes,
        expected,
        events,
        settle: (outcome) => answer(encodeOutcome(correlation, options, outcome)),
      },
      bytes,
    );
    if (log.isFull) {
      call.pause();
      void log.relieved().then(() => call.resume());
    }
  };

  return {
    message: (message) => {
      const part = decodePart(message);
      const key = part.correlation.toString('latin1');
      const partial: Partial = partials.get(key) ?? {
        correlation: part.correlation,
        options: undefined,
        events: [],
        bytes: 0,
        problem: undefined,
      };
      if (part.options !== undefined) partial.options = part.options;
      partial.problem ??= part.problem;
      partial.bytes += part.bytes;
      if (partial.bytes > MAX_APPEND_BYTES) {
        partial.problem ??= tooLarge();
        partial.events.length = 0;
      } else for (const event of part.events) partial.events.push(event);
      if (part.isFinal) {
        partials.delete(key);
        submit(partial);
      } else {
        if (partials.size >= MAX_PARTIALS)
          throw new GrpcError(Status.RESOURCE_EXHAUSTED, 'Too many unfinished appends');
        partials.set(key, partial);
      }
    },
    end: () => {
      ended = true;
      if (unanswered === 0) call.succeed();
    },
    closed: () => partials.clear(),
  };
}

interface Part {
  readonly correlation: Buffer;
  readonly options: AppendOptions | undefined;
  readonly events: ProposedEvent[];
  readonly bytes: number;
  readonly isFinal: boolean;
  readonly problem: Buffer | undefined;
}

function decodePart(message: Buffer): Part {
  const reader = new Reader(message);
  let correlation: Buffer = NOTHING;
  let options: AppendOptions | undefined;
  const events: ProposedEvent[] = [];
  let bytes = 0;
  let isFinal = false;
  let problem: Buffer | undefined;
  // One bad append must not fail the others on this call, so what is wrong is kept and answered.
  const attempt = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      if (error instanceof MalformedMessage || error instanceof GrpcError) problem ??= unknown(error.message);
      else throw error;
    }
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) correlation = reader.bytes();
    else if (tag === 0x12) {
      const nested = reader.message();
      attempt(() => {
        options = decodeAppendOptions(nested);
        checkStreamName(options);
      });
    } else if (tag === 0x1a) {
      const nested = reader.message();
      attempt(() => {
        const event = decodeProposed(nested);
        bytes += sizeOf(event);
        events.push(event);
      });
    } else if (tag === 0x20) isFinal = reader.bool();
    else reader.skip(tag);
  }
  return { correlation, options, events, bytes, isFinal, problem };
}

/** Encodes a success by hand: it is sent once per append. */
function encodeOutcome(correlation: Buffer, options: AppendOptions, outcome: Outcome): Buffer {
  switch (outcome.kind) {
    case 'done':
      return success(correlation, options.streamBytes, outcome.revision, outcome.position);
    case 'wrong-version':
      return failure(correlation, options, wrongVersion(options.expected, outcome.actual));
    case 'deleted':
      return failure(
        correlation,
        options,
        status(9, `Event stream '${options.stream}' is deleted.`, 'StreamDeleted', (details) =>
          details.message(1, (identifier) => identifier.bytes(3, options.streamBytes)),
        ),
      );
    case 'failed':
      return failure(correlation, options, unknown(outcome.reason));
  }
}

function success(correlation: Buffer, stream: Buffer, revision: number, position: number): Buffer {
  const positionSize = 2 + 2 * varintSize(position);
  const bodySize = (revision < 0 ? 2 : 1 + varintSize(revision)) + 2 + positionSize;
  const identifierSize = 1 + varintSize(stream.length) + stream.length;
  const out = Buffer.allocUnsafe(
    1 +
      varintSize(correlation.length) +
      correlation.length +
      2 +
      bodySize +
      1 +
      varintSize(identifierSize) +
      identifierSize,
  );
  out[0] = 0x0a;
  let at = putVarint(out, correlation.length, 1);
  at += correlation.copy(out, at);
  out[at] = 0x1a;
  out[at + 1] = bodySize;
  at += 2;
  if (revision < 0) {
    out[at] = 0x12;
    out[at + 1] = 0;
    at += 2;
  } else {
    out[at] = 0x08;
    at = putVarint(out, revision, at + 1);
  }
  out[at] = 0x1a;
  out[at + 1] = positionSize;
  out[at + 2] = 0x08;
  at = putVarint(out, position, at + 3);
  out[at] = 0x10;
  at = putVarint(out, position, at + 1);
  out[at] = 0x22;
  at = putVarint(out, identifierSize, at + 1);
  out[at] = 0x1a;
  at = putVarint(out, stream.length, at + 1);
  stream.copy(out, at);
  return out;
}

function failure(correlation: Buffer, options: AppendOptions | undefined, error: Buffer): Buffer {
  const writer = new Writer().bytes(1, correlation).bytes(2, error);
  writer.message(4, (identifier) => identifier.bytes(3, options?.streamBytes ?? NOTHING));
  if (options !== undefined) {
    if (options.expected === NO_STREAM) writer.bytes(6, NOTHING);
    else if (options.expected === ANY) writer.bytes(7, NOTHING);
    else if (options.expected === STREAM_EXISTS) writer.bytes(8, NOTHING);
    else writer.uint(5, options.expected);
  }
  return writer.finish();
}

/** google.rpc.Status with one detail, the way EventStoreDB fills it. */
function status(code: number, message: string, detail: string, write: (details: Writer) => void): Buffer {
  return new Writer()
    .uint(1, code)
    .string(2, message)
    .message(3, (any) =>
      any.string(1, `type.googleapis.com/event_store.client.${detail}`).message(2, (details) => write(details)),
    )
    .finish();
}

function wrongVersion(expected: number, actual: number): Buffer {
  return status(
    9,
    `WrongExpectedVersion: expected ${expected}, actual ${actual}`,
    'WrongExpectedVersion',
    (details) => {
      if (actual < 0) details.bytes(2, NOTHING);
      else details.uint(1, actual);
      if (expected === ANY) details.bytes(4, NOTHING);
      else if (expected === STREAM_EXISTS) details.bytes(5, NOTHING);
      else if (expected === NO_STREAM) details.bytes(6, NOTHING);
      else details.uint(3, expected);
    },
  );
}

const unknown = (message: string): Buffer => status(2, message, 'Unknown', () => undefined);

const tooLarge = (): Buffer =>
  status(3, `Maximum Append Size of ${MAX_APPEND_BYTES} Exceeded.`, 'MaximumAppendSizeExceeded', (details) =>
    details.uint(1, MAX_APPEND_BYTES),
  );
