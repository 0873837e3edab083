import type { EventLog } from '../log/event-log.js';
import { dataOf, idOf, isLink, positionOf, recordedEventOf, responseOf, withStructuredId } from '../log/record.js';
import { Writer } from '../protobuf.js';

/** How events are to be sent. */
export interface EventForm {
  readonly resolveLinks: boolean;
  readonly structuredIds: boolean;
}

/** An event and, where a link led to it, the link; `event` is undefined when the link leads nowhere. */
export interface ResolvedEvent {
  readonly event: Buffer | undefined;
  readonly link: Buffer | undefined;
}

/** Follows a link (`revision@stream`) when asked to. */
export function resolve(log: EventLog, record: Buffer, resolveLinks: boolean): ResolvedEvent {
  if (!resolveLinks || !isLink(record)) return { event: record, link: undefined };
  return { event: target(log, dataOf(record).toString('utf8')), link: record };
}

function target(log: EventLog, address: string): Buffer | undefined {
  const at = address.indexOf('@');
  const revision = Number(address.slice(0, at));
  if (at <= 0 || !Number.isSafeInteger(revision) || revision < 0) return undefined;
  const state = log.stream(address.slice(at + 1));
  if (state === undefined || state.tombstoned || revision < state.truncateBefore) return undefined;
  return log.recordAt(state.number, revision);
}

/** The `ReadResp` message for a record; in the plain form it lies there ready. */
export function readResponse(log: EventLog, record: Buffer, form: EventForm): Buffer {
  if (!form.structuredIds && !(form.resolveLinks && isLink(record))) return responseOf(record);
  const resolved = resolve(log, record, form.resolveLinks);
  return new Writer()
    .message(1, (event) => {
      writeResolved(event, resolved, form.structuredIds);
      event.uint(3, positionOf(record));
    })
    .finish();
}

/** Fields 1 and 2 of ReadEvent, alike in streams.proto and persistent.proto. */
export function writeResolved(target: Writer, resolved: ResolvedEvent, structuredIds: boolean): void {
  const encode = (record: Buffer): Buffer =>
    structuredIds ? withStructuredId(recordedEventOf(record), idOf(record)) : recordedEventOf(record);
  if (resolved.event !== undefined) target.bytes(1, encode(resolved.event));
  if (resolved.link !== undefined) target.bytes(2, encode(resolved.link));
}
