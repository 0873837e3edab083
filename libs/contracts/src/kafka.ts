import { findEvent } from './catalogue.js';
import { type EventEnvelope, schemaUri } from './envelope.js';
import { type Problem, problemsOfAttributes, problemsOfData } from './validate.js';

/**
 * The CloudEvents Kafka protocol binding in binary content mode: attributes as `ce_` headers, data as the
 * message value. Spec: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 */
export interface KafkaEventMessage {
  /** Stream id: events of one stream stay in order. */
  key: string;
  value: Buffer;
  headers: Record<string, string>;
  /** Milliseconds since 1970 of the event's `time`, decimal. */
  timestamp: string;
}

type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;

/** What a Kafka client hands over; the shapes of kafkajs fit. */
export interface IncomingKafkaMessage {
  key?: Buffer | string | null;
  value: Buffer | string | null;
  headers?: Record<string, HeaderValue>;
}

/** Why a Kafka message is no event of ours. It will never become one: retrying is useless. */
export type MalformedCode =
  | 'NO_VALUE'
  | 'NO_HEADERS'
  | 'UNSUPPORTED_CONTENT_TYPE'
  | 'NOT_JSON'
  | 'BAD_ATTRIBUTES'
  | 'BAD_DATA'
  | 'KEY_MISMATCH'
  | 'UNKNOWN_TYPE';

/** Thrown for a message that cannot be read as an event. */
export class MalformedEvent extends Error {
  override readonly name = 'MalformedEvent';
  constructor(
    readonly code: MalformedCode,
    readonly problems: readonly Problem[] = [],
  ) {
    super(`${code}${problems.length ? `: ${problems.map((p) => `${p.path} ${p.message}`).join('; ')}` : ''}`);
  }
}

/** Writes an event as a Kafka message. Does not validate: what was stored is what is published. */
export function toKafkaMessage(event: EventEnvelope): KafkaEventMessage {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_subject: event.subject,
    ce_time: event.time,
    ce_dataschema: event.dataschema,
    ce_sequence: event.sequence,
    ce_correlationid: event.correlationid,
    ce_causationid: event.causationid,
    ce_actor: event.actor,
    'content-type': 'application/json',
  };
  if (event.traceparent) headers['ce_traceparent'] = event.traceparent;
  return {
    key: event.subject,
    value: Buffer.from(JSON.stringify(event.data ?? null)),
    headers,
    timestamp: String(Date.parse(event.time)),
  };
}

const headerText = (value: HeaderValue): string | undefined => {
  const one = Array.isArray(value) ? value[0] : value;
  if (one === undefined || one === null) return undefined;
  return typeof one === 'string' ? one : one.toString('utf8');
};

/** The public type of a message (`ce_type`) without reading the rest: lets a reader skip what it does not handle. */
export const eventTypeOf = (message: Pick<IncomingKafkaMessage, 'headers'>): string | undefined =>
  headerText(message.headers?.['ce_type']);

/**
 * Reads a Kafka message as an event and checks attributes and data.
 * A type that is not in the catalogue is accepted when its attributes are sound (it is from a newer version);
 * with `requireKnownType` it is refused.
 * @throws MalformedEvent with a code and every problem found
 */
export function fromKafkaMessage(
  message: IncomingKafkaMessage,
  options: { requireKnownType?: boolean } = {},
): EventEnvelope {
  const { headers, value } = message;
  if (!headers || eventTypeOf(message) === undefined) throw new MalformedEvent('NO_HEADERS');
  if (value === null || value.length === 0) throw new MalformedEvent('NO_VALUE');
  const contentType = headerText(headers['content-type']);
  if (contentType !== undefined && !/^application\/json\b/i.test(contentType)) {
    throw new MalformedEvent('UNSUPPORTED_CONTENT_TYPE', [{ path: 'content-type', message: `is ${contentType}` }]);
  }
  const attributes = readAttributes(headers);
  const problems = problemsOfAttributes(attributes);
  if (problems.length > 0) throw new MalformedEvent('BAD_ATTRIBUTES', problems);
  let data: unknown;
  try {
    data = JSON.parse(value.toString());
  } catch {
    throw new MalformedEvent('NOT_JSON', [{ path: 'data', message: 'is not JSON' }]);
  }
  const event = { ...attributes, data } as EventEnvelope; // attributes were checked just above
  const key = message.key?.toString();
  if (key !== undefined && key !== event.subject) {
    throw new MalformedEvent('KEY_MISMATCH', [{ path: 'key', message: 'differs from ce_subject' }]);
  }
  const definition = findEvent(event.type);
  if (definition) {
    const wrong = problemsOfData(definition, data);
    if (wrong.length > 0) throw new MalformedEvent('BAD_DATA', wrong);
  } else if (options.requireKnownType) {
    throw new MalformedEvent('UNKNOWN_TYPE', [{ path: 'type', message: `${event.type} is not in the catalogue` }]);
  }
  return event;
}

function readAttributes(headers: Record<string, HeaderValue>): Partial<EventEnvelope> {
  const type = headerText(headers['ce_type']) ?? '';
  const traceparent = headerText(headers['ce_traceparent']);
  // The casts claim only what problemsOfAttributes goes on to check.
  return {
    specversion: headerText(headers['ce_specversion']) as '1.0',
    id: headerText(headers['ce_id']),
    source: headerText(headers['ce_source']) as EventEnvelope['source'],
    type,
    subject: headerText(headers['ce_subject']),
    time: headerText(headers['ce_time']),
    dataschema: headerText(headers['ce_dataschema']) ?? schemaUri(type),
    datacontenttype: 'application/json',
    sequence: headerText(headers['ce_sequence']),
    correlationid: headerText(headers['ce_correlationid']),
    causationid: headerText(headers['ce_causationid']),
    actor: headerText(headers['ce_actor']),
    ...(traceparent ? { traceparent } : {}),
  };
}
