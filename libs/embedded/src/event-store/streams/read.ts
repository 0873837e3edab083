import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Call, CallHandlers } from '../grpc/call.js';
import { joinFrames } from '../grpc/frames.js';
import { isCategoryStream } from '../log/categories.js';
import type { EventLog } from '../log/event-log.js';
import { Writer } from '../protobuf.js';
import { invalid, streamDeleted } from './errors.js';
import { readResponse } from './read-event.js';
import { decodeReadRequest, type ReadOptions } from './read-options.js';
import { lookAt } from './stream-view.js';
import { subscribeToAll, subscribeToStream } from './subscribe.js';

/** Events fetched and sent at a time. */
const PAGE = 256;

/** Read (streams.proto): reads and catch-up subscriptions, of one stream or of `$all`. */
export function read(log: EventLog, call: Call): CallHandlers {
  return {
    message: (message) => {
      const options = decodeReadRequest(message);
      serve(log, call, options).catch((error: unknown) => call.fail(error));
    },
    end: () => undefined,
  };
}

async function serve(log: EventLog, call: Call, options: ReadOptions): Promise<void> {
  const { stream, count } = options;
  if (stream === '') throw invalid('The stream name is empty.');
  if (count === undefined) {
    if (options.backwards) throw invalid('A subscription cannot go backwards.');
    await (stream === undefined ? subscribeToAll(log, call, options) : subscribeToStream(log, call, stream, options));
    return;
  }
  if (count <= 0) throw invalid('The number of events to read must be at least 1.');
  if (stream === undefined) await readAll(log, call, options, count);
  else await readStream(log, call, stream, options, count);
  call.succeed();
}

async function readStream(
  log: EventLog,
  call: Call,
  stream: string,
  options: ReadOptions,
  count: number,
): Promise<void> {
  const { backwards, from } = options;
  if (!backwards && from === 'end') throw invalid('A stream cannot be read forwards from its end.');
  if (isCategoryStream(stream)) await log.categories.catchUp();
  const look = lookAt(log, stream);
  if (look.kind === 'deleted') throw streamDeleted(stream);
  if (look.kind === 'empty') {
    call.send(streamNotFound(stream));
    return;
  }
  const { first, last } = look;
  let at = from === 'start' ? (backwards ? 0 : first) : from === 'end' ? last : from;
  at = backwards ? Math.min(at, last) : Math.max(at, first);
  let left = count;
  while (left > 0 && at >= first && at <= last) {
    const records = look.page(at, Math.min(PAGE, left, backwards ? at - first + 1 : last - at + 1), backwards);
    if (records.length === 0) break;
    at += backwards ? -records.length : records.length;
    const fresh = records.filter(look.fresh);
    left -= fresh.length;
    if (!call.sendFrames(joinFrames(fresh.map((record) => readResponse(log, record, options))))) await call.drained();
    if (call.isOver) return;
    if (left > 0 && at >= first && at <= last) await nextTurn();
  }
}

async function readAll(log: EventLog, call: Call, options: ReadOptions, count: number): Promise<void> {
  const { backwards, from, filter } = options;
  if (!backwards && from === 'end') return;
  // Forwards includes the position given, backwards begins before it.
  let at = from === 'start' ? (backwards ? 0 : 1) : from === 'end' ? log.lastPosition + 1 : from;
  let left = count;
  while (left > 0) {
    const size = filter === undefined ? Math.min(PAGE, left) : PAGE;
    const records = backwards ? log.readBackwards(at, size) : log.readForwards(at, size).records;
    if (records.length === 0) break;
    at = backwards ? Math.min(at, log.lastPosition + 1) - records.length : Math.max(1, at) + records.length;
    const matching = filter === undefined ? records : records.filter((record) => filter.matches(record));
    const wanted = matching.slice(0, left);
    left -= wanted.length;
    if (!call.sendFrames(joinFrames(wanted.map((record) => readResponse(log, record, options))))) await call.drained();
    if (call.isOver) return;
    if (left > 0) await nextTurn();
  }
}

function streamNotFound(stream: string): Buffer {
  return new Writer().message(4, (missing) => missing.message(1, (id) => id.string(3, stream))).finish();
}
