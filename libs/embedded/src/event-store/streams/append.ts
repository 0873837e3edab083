import type { Call, CallHandlers } from '../grpc/call.js';
import { ANY, NO_STREAM, type Outcome, STREAM_EXISTS } from '../log/commands.js';
import type { EventLog } from '../log/event-log.js';
import type { ProposedEvent } from '../log/record.js';
import { Reader, Writer } from '../protobuf.js';
import {
  type AppendOptions,
  checkSize,
  checkStreamName,
  decodeAppendOptions,
  decodeProposed,
  sizeOf,
} from './decode-append.js';
import { invalid, streamDeleted, unavailable, wrongExpectedVersion } from './errors.js';

const NOTHING: Buffer = Buffer.alloc(0);

/** Append (streams.proto): options first, then the events one by one, answered when the caller has ended. */
export function append(log: EventLog, call: Call): CallHandlers {
  let options: AppendOptions | undefined;
  let bytes = 0;
  const events: ProposedEvent[] = [];
  return {
    message: (message) => {
      const reader = new Reader(message);
      for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
        if (tag === 0x0a) {
          options = decodeAppendOptions(reader.message());
          checkStreamName(options);
        } else if (tag === 0x12) {
          const event = decodeProposed(reader.message());
          bytes += sizeOf(event);
          checkSize(bytes);
          events.push(event);
        } else reader.skip(tag);
      }
    },
    end: () => {
      if (options === undefined) throw invalid('An append came without options');
      const { stream, streamBytes, expected } = options;
      const settle = (outcome: Outcome): void => {
        if (outcome.kind === 'done') call.succeed(encodeDone(outcome.revision, outcome.position));
        else if (outcome.kind === 'wrong-version') call.succeed(encodeWrongVersion(expected, outcome.actual));
        else if (outcome.kind === 'deleted') call.fail(streamDeleted(stream));
        else call.fail(unavailable(outcome.reason));
      };
      log.submit({ kind: 'append', stream, streamBytes, expected, events, settle }, bytes);
    },
  };
}

function encodeDone(revision: number, position: number): Buffer {
  return new Writer()
    .message(1, (done) => {
      if (revision < 0) done.bytes(2, NOTHING);
      else done.uint(1, revision);
      done.message(3, (at) => at.uint(1, position).uint(2, position));
    })
    .finish();
}

function encodeWrongVersion(expected: number, actual: number): Buffer {
  return new Writer()
    .message(2, (refusal) => {
      if (actual < 0) refusal.bytes(7, NOTHING);
      else refusal.uint(6, actual);
      if (expected === ANY) refusal.bytes(9, NOTHING);
      else if (expected === STREAM_EXISTS) refusal.bytes(10, NOTHING);
      else if (expected === NO_STREAM) refusal.bytes(11, NOTHING);
      else refusal.uint(8, expected);
    })
    .finish();
}

/** Delete and Tombstone (streams.proto): same request, same answer. */
export function remove(log: EventLog, call: Call, kind: 'delete' | 'tombstone'): CallHandlers {
  let options: AppendOptions | undefined;
  return {
    message: (message) => {
      const reader = new Reader(message);
      for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
        if (tag === 0x0a) options = decodeAppendOptions(reader.message());
        else reader.skip(tag);
      }
    },
    end: () => {
      if (options === undefined) throw invalid(`A ${kind} came without options`);
      checkStreamName(options);
      const { stream, streamBytes, expected } = options;
      const settle = (outcome: Outcome): void => {
        if (outcome.kind === 'done') {
          call.succeed(
            new Writer().message(1, (at) => at.uint(1, outcome.position).uint(2, outcome.position)).finish(),
          );
        } else if (outcome.kind === 'wrong-version') call.fail(wrongExpectedVersion(stream, expected, outcome.actual));
        else if (outcome.kind === 'deleted') call.fail(streamDeleted(stream));
        else call.fail(unavailable(outcome.reason));
      };
      log.submit({ kind, stream, streamBytes, expected, events: [], settle });
    },
  };
}
