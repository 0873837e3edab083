import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Call } from '../grpc/call.js';
import { joinFrames } from '../grpc/frames.js';
import { isCategoryStream } from '../log/categories.js';
import type { EventLog } from '../log/event-log.js';
import { Writer } from '../protobuf.js';
import { streamDeleted } from './errors.js';
import { readResponse } from './read-event.js';
import type { ReadOptions } from './read-options.js';
import { lookAt } from './stream-view.js';

/** Events looked at between two writes to the subscriber. */
const PAGE = 512;

const NOTHING: Buffer = Buffer.alloc(0);
const CAUGHT_UP = new Writer().bytes(8, NOTHING).finish();
const FELL_BEHIND = new Writer().bytes(9, NOTHING).finish();

function confirm(call: Call): void {
  call.send(new Writer().message(2, (confirmation) => confirmation.string(1, randomUUID())).finish());
}

const checkpoint = (position: number): Buffer =>
  new Writer().message(3, (at) => at.uint(1, position).uint(2, position)).finish();

/**
 * Follows `$all`: from disk until the newest events in memory are reached, then each commit's events in one
 * write. A filtered subscription is told how far it has come after every `checkpointEvery` events and when
 * it has caught up, at most once per write.
 */
export async function subscribeToAll(log: EventLog, call: Call, options: ReadOptions): Promise<void> {
  const { filter, from } = options;
  let position = from === 'start' ? 0 : from === 'end' ? log.lastPosition : from;
  let sinceCheckpoint = 0;
  let live = false;
  let told = false;
  confirm(call);
  while (!call.isOver) {
    const { records, fromMemory } = log.readForwards(position + 1, PAGE);
    const messages: Buffer[] = [];
    if (records.length > 0) {
      if (live && !fromMemory) {
        live = false;
        messages.push(FELL_BEHIND);
      }
      let matched = false;
      for (const record of records) {
        matched = filter === undefined || filter.matches(record);
        if (matched) messages.push(readResponse(log, record, options));
      }
      position = Math.max(position, 0) + records.length;
      sinceCheckpoint += records.length;
      if (filter !== undefined && sinceCheckpoint >= filter.checkpointEvery) {
        sinceCheckpoint = 0;
        messages.push(checkpoint(position));
      }
    }
    const atEnd = position >= log.lastPosition;
    if (atEnd && !live) {
      live = true;
      if (filter !== undefined && !told && position > 0 && sinceCheckpoint > 0) {
        sinceCheckpoint = 0;
        messages.push(checkpoint(position));
      }
      told = true;
      messages.push(CAUGHT_UP);
    }
    if (messages.length > 0 && !call.sendFrames(joinFrames(messages))) await call.drained();
    if (atEnd && position >= log.lastPosition) await nextCommit(log, call, undefined);
    else await nextTurn();
  }
}

/** Follows one stream; what its metadata hides at the time of reading is left out. */
export async function subscribeToStream(
  log: EventLog,
  call: Call,
  stream: string,
  options: ReadOptions,
): Promise<void> {
  const category = isCategoryStream(stream);
  if (category) await log.categories.catchUp();
  const begin = lookAt(log, stream);
  if (begin.kind === 'deleted') throw streamDeleted(stream);
  const { from } = options;
  let next = 0;
  if (from === 'end') next = begin.kind === 'present' ? begin.last + 1 : begin.from;
  else if (from !== 'start') next = from + 1;
  let live = false;
  confirm(call);
  while (!call.isOver) {
    if (category) await log.categories.catchUp();
    const look = lookAt(log, stream);
    if (look.kind === 'deleted') throw streamDeleted(stream);
    const messages: Buffer[] = [];
    let atEnd = true;
    if (look.kind === 'present' && Math.max(next, look.first) <= look.last) {
      next = Math.max(next, look.first);
      const records = look.page(next, Math.min(PAGE, look.last - next + 1), false);
      for (const record of records) if (look.fresh(record)) messages.push(readResponse(log, record, options));
      next += records.length;
      atEnd = records.length === 0 || next > look.last;
    }
    if (atEnd && !live) {
      live = true;
      messages.push(CAUGHT_UP);
    }
    if (messages.length > 0 && !call.sendFrames(joinFrames(messages))) {
      await call.drained();
      continue;
    }
    if (atEnd) await nextCommit(log, call, category ? undefined : stream);
    else await nextTurn();
  }
}

/** Waits for a commit (of `stream`, when given) or the end of the call. */
async function nextCommit(log: EventLog, call: Call, stream: string | undefined): Promise<void> {
  if (call.isOver) return;
  const signal = stream === undefined ? log.commits.next() : log.commits.nextOf(stream);
  const stop = call.onOver(signal.abort);
  await signal.reached;
  stop();
}
