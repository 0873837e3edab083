import type { KafkaMessage } from 'kafkajs';

/** The topic that holds what a group could not handle, and what waits behind it. */
export const deadLetterTopic = (topic: string, group: string): string => `${topic}.${group}.dlq`;

/**
 * What a record of a dead letter topic says. `dead` and `parked` carry a message as it was read; the others are
 * decisions about earlier records, so that the topic alone tells what is parked, to every member and after a restart.
 */
export type DeadKind = 'dead' | 'parked' | 'resolved' | 'replay' | 'discard';

export interface DeadRecord {
  readonly kind: DeadKind;
  /** Offset in the dead letter topic. */
  readonly at: number;
  readonly partition: number;
  readonly key: string | null;
  /** Original offset: of the message (`dead`, `parked`, `discard`), or the last one resolved (`resolved`). */
  readonly offset?: number;
  readonly code?: string;
  readonly message?: string;
  readonly attempts?: number;
  /** When it was written, ISO 8601 UTC. */
  readonly time: string;
  readonly eventId?: string;
  readonly type?: string;
}

export type Headers = Record<string, Buffer | string>;

/** A message for the producer: to the same partition number as the original, so that order per key stays. */
export interface DeadMessage {
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  readonly partition: number;
}

/** A message that could not be handled, or waits behind one. */
export interface Burial {
  readonly kind: 'dead' | 'parked';
  readonly topic: string;
  readonly group: string;
  readonly partition: number;
  readonly offset: number;
  readonly message: Pick<KafkaMessage, 'key' | 'value' | 'headers'>;
  readonly code: string;
  readonly text: string;
  readonly attempts: number;
}

const PREFIX = 'dlq_';

const keptHeaders = (headers: KafkaMessage['headers']): Headers => {
  const kept: Headers = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const one = Array.isArray(value) ? value[0] : value;
    if (one !== undefined && !name.startsWith(PREFIX)) kept[name] = one;
  }
  return kept;
};

/** The message with its own key, value and headers, and beside them what happened to it. */
export const buryMessage = (burial: Burial, now: string): DeadMessage => ({
  key: burial.message.key,
  value: burial.message.value,
  partition: burial.partition,
  headers: {
    ...keptHeaders(burial.message.headers),
    dlq_kind: burial.kind,
    dlq_group: burial.group,
    dlq_topic: burial.topic,
    dlq_partition: String(burial.partition),
    dlq_offset: String(burial.offset),
    dlq_code: burial.code,
    dlq_message: burial.text,
    dlq_attempts: String(burial.attempts),
    dlq_time: now,
  },
});

/** A decision about the key's records. Without a key it concerns the record at `offset`, or for `replay` everything. */
export const decisionMessage = (
  kind: 'resolved' | 'replay' | 'discard',
  partition: number,
  key: string | null,
  offset: number | undefined,
  now: string,
): DeadMessage => ({
  key,
  value: null,
  partition,
  headers: {
    dlq_kind: kind,
    dlq_partition: String(partition),
    ...(offset === undefined ? {} : { dlq_offset: String(offset) }),
    dlq_time: now,
  },
});

const KINDS = new Set<string>(['dead', 'parked', 'resolved', 'replay', 'discard']);
const isKind = (value: string | undefined): value is DeadKind => value !== undefined && KINDS.has(value);

/** Reads a record of a dead letter topic; `undefined` for one that is not ours. */
export const readRecord = (partition: number, message: KafkaMessage): DeadRecord | undefined => {
  const header = (name: string): string | undefined => {
    const value = message.headers?.[name];
    const one = Array.isArray(value) ? value[0] : value;
    return one?.toString();
  };
  const kind = header('dlq_kind');
  if (!isKind(kind)) return undefined;
  const offset = header('dlq_offset');
  return {
    kind,
    at: Number(message.offset),
    partition,
    key: message.key === null ? null : message.key.toString(),
    offset: offset === undefined ? undefined : Number(offset),
    code: header('dlq_code'),
    message: header('dlq_message'),
    attempts: Number(header('dlq_attempts') ?? 0),
    time: header('dlq_time') ?? new Date(Number(message.timestamp)).toISOString(),
    eventId: header('ce_id'),
    type: header('ce_type'),
  };
};

/** The message as it was before it was buried. */
export const exhume = (message: KafkaMessage): Pick<KafkaMessage, 'key' | 'value' | 'headers'> => ({
  key: message.key,
  value: message.value,
  headers: keptHeaders(message.headers),
});
