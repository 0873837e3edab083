import type { KafkaMessage } from 'kafkajs';
import type { KafkaPublisher } from '../publisher.js';
import type { KafkaLog, Range } from '../transport/log.js';
import { Parked, type ParkedEntry, type ParkedKey } from './parked.js';
import {
  type Burial,
  buryMessage,
  type DeadMessage,
  deadLetterTopic,
  decisionMessage,
  exhume,
  readRecord,
} from './record.js';

export interface KeeperOptions {
  readonly group: string;
  readonly log: KafkaLog;
  readonly publisher: KafkaPublisher;
  /** Creates a dead letter topic with as many partitions as its origin has. */
  readonly ensureTopic: (topic: string, partitions: number) => Promise<void>;
}

interface TopicState {
  readonly parked: Parked;
  readonly owned: ReadonlySet<number>;
}

/** A parked message with what it carried. */
export interface Exhumed {
  readonly entry: ParkedEntry;
  readonly message: Pick<KafkaMessage, 'key' | 'value' | 'headers'>;
}

/**
 * Knows which keys of the owned partitions are parked, and writes to the dead letter topics. What is parked is always
 * folded from the topic, also after an own write, so a restart and another member come to the same answer.
 */
export class DeadLetterKeeper {
  readonly #options: KeeperOptions;
  #topics = new Map<string, TopicState>();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Parked keys of the owned partitions. */
  get size(): number {
    let size = 0;
    for (const { parked } of this.#topics.values()) size += parked.size;
    return size;
  }

  isParked(topic: string, id: string): boolean {
    return this.#topics.get(topic)?.parked.has(id) ?? false;
  }

  get(topic: string, id: string): ParkedKey | undefined {
    return this.#topics.get(topic)?.parked.get(id);
  }

  /** Keys to be handled again. */
  due(): { topic: string; key: ParkedKey }[] {
    return [...this.#topics].flatMap(([topic, { parked }]) =>
      parked
        .keys()
        .filter((key) => key.due)
        .map((key) => ({ topic, key })),
    );
  }

  /** Other partitions are owned from now on: everything is read anew. */
  async own(partitions: readonly { topic: string; partition: number }[]): Promise<void> {
    const topics = new Map<string, Set<number>>();
    for (const { topic, partition } of partitions) {
      const owned = topics.get(topic) ?? new Set<number>();
      owned.add(partition);
      topics.set(topic, owned);
    }
    this.#topics = new Map([...topics].map(([topic, owned]) => [topic, { parked: new Parked(), owned }]));
    await this.refresh();
  }

  /** Reads what was added to the dead letter topics. */
  async refresh(): Promise<void> {
    for (const [topic, state] of this.#topics) await this.#read(topic, state);
  }

  /** Writes messages to the dead letters, durably; their keys are parked when this is fulfilled. */
  async bury(burials: readonly Burial[], now = new Date().toISOString()): Promise<void> {
    const topics = new Map<string, DeadMessage[]>();
    for (const burial of burials) {
      const list = topics.get(burial.topic) ?? [];
      list.push(buryMessage(burial, now));
      topics.set(burial.topic, list);
    }
    for (const [topic, messages] of topics) await this.#write(topic, messages);
  }

  /** The key's messages up to and including original offset `through` were handled. */
  async resolved(topic: string, key: ParkedKey, through: number): Promise<void> {
    await this.#write(topic, [decisionMessage('resolved', key.partition, key.key, through, new Date().toISOString())]);
  }

  /** The first messages of a parked key, in order. */
  async exhume(topic: string, key: ParkedKey, limit: number): Promise<Exhumed[]> {
    const entries = key.entries.slice(0, limit);
    const wanted = new Map(entries.map((entry) => [entry.at, entry]));
    const places = [...wanted.keys()];
    if (places.length === 0) return [];
    const found = new Map<ParkedEntry, Exhumed>();
    const range: Range = { partition: key.partition, from: Math.min(...places), to: Math.max(...places) + 1 };
    await this.#options.log.read(deadLetterTopic(topic, this.#options.group), [range], (_partition, message) => {
      const entry = wanted.get(Number(message.offset));
      if (entry) found.set(entry, { entry, message: exhume(message) });
    });
    return entries.flatMap((entry) => found.get(entry) ?? []);
  }

  async #write(topic: string, messages: DeadMessage[]): Promise<void> {
    const { group, log, publisher, ensureTopic } = this.#options;
    const dead = deadLetterTopic(topic, group);
    const partitions = (await log.ends(topic))?.length ?? 0;
    await ensureTopic(dead, Math.max(partitions, 1));
    await publisher.send(dead, messages);
    const state = this.#topics.get(topic);
    if (state) await this.#read(topic, state);
  }

  async #read(topic: string, { parked, owned }: TopicState): Promise<void> {
    const dead = deadLetterTopic(topic, this.#options.group);
    const ends = await this.#options.log.ends(dead);
    if (!ends) return;
    const behind = [...owned].filter((partition) => (ends[partition] ?? 0) > parked.next(partition));
    if (behind.length === 0) return;
    const starts = (await this.#options.log.starts(dead)) ?? [];
    const ranges = behind.map((partition) => ({
      partition,
      from: Math.max(parked.next(partition), starts[partition] ?? 0),
      to: ends[partition] ?? 0,
    }));
    await this.#options.log.read(dead, ranges, (partition, message) => {
      const record = readRecord(partition, message);
      if (record) parked.apply(record);
    });
    for (const { partition, to } of ranges) parked.readThrough(partition, to);
  }
}
