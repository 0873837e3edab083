import type { Logger } from 'kafkajs';
import { describeError } from '../errors.js';
import { spreadAssigner } from '../transport/assigner.js';
import {
  type ConsumerGroup,
  createConsumerGroup,
  type FetchedBatch,
  type OpenCluster,
} from '../transport/internals.js';
import type { MessagingLogger } from '../types.js';
import { atMultiples, backoffMs, pause, unlessAborted, within } from './backoff.js';
import { lingerAfter } from './linger.js';

/** First offset that is not done, of one assigned partition. */
export interface AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
}

export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What a member does with what it gets. */
export interface MemberHooks {
  /** Partitions were assigned; nothing is fetched before it is fulfilled. */
  assigned(partitions: readonly AssignedPartition[]): Promise<void>;
  /** A fetch was answered; empty when nothing new was there. */
  fetched(batches: readonly FetchedBatch[]): void;
  /** Fulfilled when more events may be fetched. */
  room(signal: AbortSignal): Promise<void>;
  /** The partitions go: finish what is in hand. Offsets are committed afterwards with {@link MemberHooks.positions}. */
  revoked(): Promise<void>;
  /** Offsets to commit that were not committed yet. */
  positions(): readonly Position[];
  committed(positions: readonly Position[]): void;
  /** The broker is away; tried again with growing pauses. */
  away(error: unknown): void;
  /** The broker said no for good. */
  fatal(error: Error): void;
}

export interface MemberOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly maxWaitMs: number;
  readonly lingerMs: number;
  readonly commitMs: number;
  readonly open: () => OpenCluster;
  readonly ensureTopics: () => Promise<void>;
  readonly kafkaLogger: Logger;
  readonly logger: MessagingLogger;
}

const REJOIN = new Set([
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
]);
const REFUSED = new Set([
  'GROUP_AUTHORIZATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_GROUP_ID',
  'INVALID_SESSION_TIMEOUT',
  'INCONSISTENT_GROUP_PROTOCOL',
  'UNSUPPORTED_VERSION',
]);

const text = (error: unknown, name: string): string => {
  for (let e = error; typeof e === 'object' && e !== null; e = Reflect.get(e, 'cause')) {
    const value = Reflect.get(e, name);
    if (typeof value === 'string' && (REJOIN.has(value) || REFUSED.has(value))) return value;
  }
  return '';
};

/**
 * Keeps one process a member of a consumer group: joins, fetches, sends heartbeats beside the work instead of between
 * messages, commits in the background, rejoins after a rebalance once the work in hand is finished, and comes back
 * after any outage. It ends only when it is stopped or refused for good.
 */
export class GroupMember {
  readonly #options: MemberOptions;
  readonly #hooks: MemberHooks;
  readonly #stopping = new AbortController();
  #memberId: string | null = null;
  #group: ConsumerGroup | undefined;
  #commitTimer: NodeJS.Timeout | undefined;
  #committing: Promise<void> = Promise.resolve();
  #interrupt: ((error: unknown) => void) | undefined;
  #ended: Promise<void> = Promise.resolve();
  #open: OpenCluster | undefined;

  constructor(options: MemberOptions, hooks: MemberHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  start(): void {
    this.#ended = this.#run();
  }

  /** Leaves the group after the work in hand is finished and its offsets are committed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#interrupt?.(undefined);
    // A join waits in the broker for slower members; there is nothing in hand yet, so it need not be waited for.
    if (!this.#group) this.#open?.close();
    await this.#ended;
  }

  /** Something is done: its offset is committed soon. */
  progressed(): void {
    if (this.#commitTimer || !this.#group) return;
    this.#commitTimer = setTimeout(() => {
      this.#commitTimer = undefined;
      void this.#commit();
    }, this.#options.commitMs);
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        await unlessAborted(this.#options.ensureTopics(), this.#stopping.signal);
        if (this.#stopping.signal.aborted) return;
        await this.#session(() => {
          failures = 0;
        });
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        const refused = text(error, 'type');
        if (REFUSED.has(refused)) {
          this.#hooks.fatal(
            new Error(`the broker refuses the group ${this.#options.group}: ${refused}`, { cause: error }),
          );
          return;
        }
        failures += 1;
        this.#hooks.away(error);
        this.#options.logger.warn(
          { group: this.#options.group, error: describeError(error), failures },
          'the consumer lost the broker and will come back',
        );
        await pause(backoffMs(failures, 200, 5000), this.#stopping.signal);
      }
    }
  }

  /** From one join to the next rebalance, failure or stop. */
  async #session(joined: () => void): Promise<void> {
    const options = this.#options;
    const open = options.open();
    this.#open = open;
    const group = createConsumerGroup({
      logger: options.kafkaLogger,
      cluster: open.cluster,
      groupId: options.group,
      topics: options.topics,
      fromBeginning: options.fromBeginning,
      assigner: spreadAssigner,
      sessionTimeout: options.sessionTimeoutMs,
      rebalanceTimeout: options.rebalanceTimeoutMs,
      maxWaitTimeInMs: options.maxWaitMs,
      maxBytesPerPartition: 512 * 1024,
      maxBytes: 8 * 1024 * 1024,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1000, factor: 0.2, multiplier: 2 },
    });
    // Coming back under the old name, the coordinator need not wait for a ghost's session to run out.
    group.memberId = this.#memberId;
    try {
      await open.cluster.connect();
      await open.cluster.addMultipleTargetTopics(options.topics);
      await group.joinAndSync();
      this.#memberId = group.memberId;
      if (this.#stopping.signal.aborted) {
        await group.leave();
        return;
      }
      await group.offsetManager.resolveOffsets();
      this.#group = group;
      joined();
      await this.#consume(group);
    } finally {
      this.#group = undefined;
      open.close();
    }
  }

  async #consume(group: ConsumerGroup): Promise<void> {
    const { heartbeatMs, group: id, logger } = this.#options;
    const ended = new AbortController();
    let failure: unknown;
    const end = (error?: unknown) => {
      if (ended.signal.aborted) return;
      failure = error;
      ended.abort();
    };
    this.#interrupt = end;
    if (this.#stopping.signal.aborted) end();
    // On a connection of its own (kafkajs keeps one for fetches only), so a long poll or a slow handler delays nothing.
    const endHeartbeats = atMultiples(heartbeatMs, () => {
      group.heartbeat({ interval: 0 }).catch((error: unknown) => end(error));
    });
    try {
      const partitions = group.assigned().flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({
          topic,
          partition,
          start: Number(group.offsetManager.nextOffset(topic, partition).toString()),
        })),
      );
      await unlessAborted(this.#hooks.assigned(partitions), ended.signal);
      while (!ended.signal.aborted) {
        const nodes = group.getNodeIds();
        if (nodes.length === 0) throw new Error('no broker is known');
        await Promise.all(nodes.map((node) => this.#fetch(group, node, nodes, ended.signal).catch(end)));
      }
      await this.#hooks.revoked();
    } catch (error) {
      end(error);
      await this.#hooks.revoked();
    } finally {
      endHeartbeats();
      clearTimeout(this.#commitTimer);
      this.#commitTimer = undefined;
      this.#interrupt = undefined;
    }
    await within(5000, this.#commit());
    if (this.#stopping.signal.aborted) {
      await within(
        2000,
        group.leave().catch(() => undefined),
      );
      this.#memberId = null;
      return;
    }
    const reason = text(failure, 'type');
    if (reason === 'UNKNOWN_MEMBER_ID') this.#memberId = null;
    if (REJOIN.has(reason)) {
      logger.info({ group: id, reason }, 'the group is rebalancing');
      return;
    }
    if (failure !== undefined) throw failure;
  }

  /** Fetches what one broker leads, until the session ends or the brokers change. */
  async #fetch(group: ConsumerGroup, node: string, nodes: readonly string[], ended: AbortSignal): Promise<void> {
    let last = 0;
    let linger = this.#options.lingerMs;
    while (!ended.aborted) {
      await this.#hooks.room(ended);
      const early = last + linger - Date.now();
      if (early > 0) await pause(early, ended);
      if (ended.aborted) return;
      const fetching = group.fetch(node);
      // When the session ends first, nobody is left to hear of its failure.
      fetching.catch(() => undefined);
      const batches = await unlessAborted(fetching, ended);
      if (!batches || ended.aborted) return;
      const news = batches.filter((batch) => !batch.isEmpty() || batch.isEmptyDueToFiltering());
      let messages = 0;
      for (const batch of news) {
        group.resolveOffset({ topic: batch.topic, partition: batch.partition, offset: batch.lastOffset() });
        messages += batch.messages.length;
      }
      linger = lingerAfter(linger, messages, this.#options.lingerMs);
      // A long poll that ended in vain has waited long enough.
      if (news.length > 0) last = Date.now();
      this.#hooks.fetched(news);
      const now = group.getNodeIds();
      if (now.length !== nodes.length || now.some((n) => !nodes.includes(n))) return;
    }
  }

  #commit(): Promise<void> {
    const group = this.#group;
    // One at a time: an older commit that arrives later would take the group back.
    this.#committing = this.#committing.then(async () => {
      const positions = this.#hooks.positions();
      if (positions.length === 0 || !group || group !== this.#group) return;
      const topics = new Map<string, { partition: number; offset: string }[]>();
      for (const { topic, partition, offset } of positions) {
        const list = topics.get(topic) ?? [];
        list.push({ partition, offset: String(offset) });
        topics.set(topic, list);
      }
      try {
        await group.commitOffsets({ topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })) });
        this.#hooks.committed(positions);
      } catch (error) {
        // Uncommitted work is repeated by whoever gets the partition, which consumers must bear anyway.
        this.#options.logger.debug(
          { group: this.#options.group, error: describeError(error) },
          'offsets could not be committed',
        );
        this.#interrupt?.(error);
      }
    });
    return this.#committing;
  }
}
