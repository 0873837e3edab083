import { eventTypeOf, fromKafkaMessage } from '@orderloom/contracts';
import type { KafkaMessage } from 'kafkajs';
import { parkedId } from '../dead/parked.js';
import { FetchedMessage } from '../transport/fetch-decoder.js';
import type { ReceivedEvent } from '../types.js';
import type { PartitionProgress } from './offsets.js';

/** A message in hand. */
export interface Entry {
  /** Events of one lane are handled one after the other. */
  readonly lane: string;
  readonly parkedId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly message: Pick<KafkaMessage, 'key' | 'value' | 'headers'>;
  /** Absent when the message cannot be read as an event; then `malformed` says why. */
  readonly event?: ReceivedEvent;
  readonly malformed?: unknown;
  /** Told when the message needs nothing more; absent for replayed messages. */
  readonly progress?: PartitionProgress;
}

export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * Reads a message as far as it is needed: of a type that nobody handles only one header is looked at.
 * @returns `undefined` for a type that is skipped on purpose
 */
export const readEntry = (
  message: Pick<KafkaMessage, 'key' | 'value' | 'headers'>,
  place: Place,
  handles: ReadonlySet<string>,
  progress?: PartitionProgress,
): Entry | undefined => {
  const type = message instanceof FetchedMessage ? message.header('ce_type') : eventTypeOf(message);
  if (type !== undefined && !handles.has(type)) return undefined;
  const { key } = message;
  const id = parkedId(place.partition, key === null ? null : key.toString(), place.offset);
  const { topic, partition, offset } = place;
  const lane = `${topic}|${id}`;
  try {
    // The three are added in place: copying a dozen attributes per event would cost more than reading them did.
    const event = fromKafkaMessage(message) as Mutable<ReceivedEvent>;
    event.topic = topic;
    event.partition = partition;
    event.offset = String(offset);
    return { lane, parkedId: id, topic, partition, offset, message, event, malformed: undefined, progress };
  } catch (malformed) {
    return { lane, parkedId: id, topic, partition, offset, message, event: undefined, malformed, progress };
  }
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
