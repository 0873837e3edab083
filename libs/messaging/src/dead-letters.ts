import { Parked, type ParkedKey } from './dead/parked.js';
import { deadLetterTopic, decisionMessage, readRecord } from './dead/record.js';
import type { KafkaPublisher } from './publisher.js';
import type { KafkaLog } from './transport/log.js';

/** Which dead letters. `topic` is where the events came from, `group` the one that could not handle them. */
export interface DeadLetterQuery {
  readonly topic: string;
  readonly group: string;
  /** One key (stream id); `null` for messages without a key; every key when absent. */
  readonly key?: string | null;
}

export interface DeadLetter {
  readonly topic: string;
  readonly group: string;
  readonly key: string | null;
  /** `dead`: could not be handled; `parked`: waits behind a dead letter of its key. */
  readonly kind: 'dead' | 'parked';
  /** Stable code of the failure, e.g. a refusal's code, `NOT_JSON`, `TypeError`. */
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  /** When it was put here, ISO 8601 UTC. */
  readonly at: string;
  /** Where the message was read first. */
  readonly partition: number;
  readonly offset: string;
  readonly eventId?: string;
  readonly type?: string;
  /** True when a replay was asked for and has not been tried yet. */
  readonly replaying: boolean;
}

export interface DeadLettersHost {
  readonly log: KafkaLog;
  publisher(): KafkaPublisher;
}

/**
 * What lies in the dead letter topics, and what is to become of it. Decisions are written to the same topic, where
 * the group's member that owns the partition finds them; so this works from any process, and it is that member that
 * handles the messages again.
 */
export class DeadLetters {
  readonly #host: DeadLettersHost;

  constructor(host: DeadLettersHost) {
    this.#host = host;
  }

  /** Dead and parked messages, in order per key. `limit` defaults to 1,000. */
  async list(query: DeadLetterQuery & { readonly limit?: number }): Promise<DeadLetter[]> {
    const keys = await this.#keys(query);
    const letters = keys.flatMap((key) =>
      key.entries.map((entry) => ({
        topic: query.topic,
        group: query.group,
        key: key.key,
        kind: entry.kind,
        code: entry.code ?? '',
        message: entry.message ?? '',
        attempts: entry.attempts ?? 0,
        at: entry.time,
        partition: key.partition,
        offset: String(entry.offset),
        eventId: entry.eventId,
        type: entry.type,
        replaying: key.due,
      })),
    );
    return letters.slice(0, query.limit ?? 1000);
  }

  /** Asks the group to handle the messages again, in order per key. Answers the number of keys asked for. */
  async replay(query: DeadLetterQuery): Promise<number> {
    const keys = await this.#keys(query);
    await this.#decide(
      query,
      keys.map((key) => decisionMessage('replay', key.partition, key.key, keyless(key), now())),
    );
    return keys.length;
  }

  /**
   * Gives up the first dead message of a key, or the one at its original `offset` (needed for a message without a
   * key, together with its `partition`), or `all` of the key. What is parked behind goes on by itself.
   * Answers the number of messages given up.
   */
  async discard(
    query: DeadLetterQuery & {
      readonly key: string | null;
      readonly partition?: number;
      readonly offset?: string;
      readonly all?: boolean;
    },
  ): Promise<number> {
    const keys = (await this.#keys(query)).filter((key) => (query.partition ?? key.partition) === key.partition);
    const wanted = keys.flatMap((key) => {
      if (query.offset !== undefined) return pick(key, (entry) => String(entry.offset) === query.offset);
      if (query.key === null && !query.all) return [];
      const first = key.entries.find((entry) => entry.kind === 'dead');
      return pick(key, (entry) => query.all === true || entry === first);
    });
    await this.#decide(
      query,
      wanted.map(({ key, offset }) => decisionMessage('discard', key.partition, key.key, offset, now())),
    );
    return wanted.length;
  }

  async #decide(query: DeadLetterQuery, messages: ReturnType<typeof decisionMessage>[]): Promise<void> {
    if (messages.length === 0) return;
    await this.#host.publisher().send(deadLetterTopic(query.topic, query.group), messages);
  }

  async #keys({ topic, group, key }: DeadLetterQuery): Promise<ParkedKey[]> {
    const dead = deadLetterTopic(topic, group);
    const ends = await this.#host.log.ends(dead);
    if (!ends) return [];
    const starts = (await this.#host.log.starts(dead)) ?? [];
    const parked = new Parked();
    const ranges = ends.map((to, partition) => ({ partition, from: starts[partition] ?? 0, to }));
    await this.#host.log.read(
      dead,
      ranges.filter(({ from, to }) => to > from),
      (partition, message) => {
        const record = readRecord(partition, message);
        if (record) parked.apply(record);
      },
    );
    return parked.keys().filter((own) => key === undefined || own.key === key);
  }
}

const now = (): string => new Date().toISOString();
/** A message without a key is named by its offset. */
const keyless = (key: ParkedKey): number | undefined => (key.key === null ? key.entries[0]?.offset : undefined);
const pick = (key: ParkedKey, which: (entry: ParkedKey['entries'][number]) => boolean) =>
  key.entries.filter(which).map((entry) => ({ key, offset: entry.offset }));
