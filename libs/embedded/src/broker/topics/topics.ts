import { randomBytes } from 'node:crypto';
import { logRange, type Tables } from '../log/tables.js';
import { Topic, type TopicRecord } from './topic.js';

const GARBAGE = 'garbage:';
const NEXT_LOG = Buffer.from('next-log');
const DROP_STEP = 500;

/** The topics of this broker; changes are on disk when their promise resolves. */
export class Topics {
  private readonly byName = new Map<string, Topic>();
  private readonly byId = new Map<string, Topic>();
  private nextLog: number;
  private sweeping: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly tables: Tables) {
    this.nextLog = Number(tables.meta.get(NEXT_LOG)?.toString() ?? 1);
    for (const { key, value } of tables.topics.getRange({})) {
      this.add(new Topic(key.toString(), JSON.parse(value.toString()) as TopicRecord, tables));
    }
    this.sweep();
  }

  private add(topic: Topic): void {
    this.byName.set(topic.name, topic);
    this.byId.set(topic.record.id, topic);
  }

  get(name: string): Topic | undefined {
    return this.byName.get(name);
  }

  getById(id: string): Topic | undefined {
    return this.byId.get(id);
  }

  all(): Iterable<Topic> {
    return this.byName.values();
  }

  get size(): number {
    return this.byName.size;
  }

  /** Makes a topic that does not exist; it can be used at once and is on disk when the promise resolves. */
  create(
    name: string,
    partitions: number,
    configs: Readonly<Record<string, string>>,
  ): { topic: Topic; done: Promise<void> } {
    const record: TopicRecord = { id: randomBytes(16).toString('hex'), logs: this.takeLogs(partitions), configs };
    const topic = new Topic(name, record, this.tables);
    this.add(topic);
    return { topic, done: this.store(topic, record) };
  }

  private takeLogs(count: number): number[] {
    const first = this.nextLog;
    this.nextLog += count;
    return Array.from({ length: count }, (_, index) => first + index);
  }

  private store(topic: Topic, record: TopicRecord): Promise<void> {
    topic.record = record;
    const { nextLog } = this;
    return this.tables.storage.write(() => {
      this.tables.topics.putSync(Buffer.from(topic.name), Buffer.from(JSON.stringify(record)));
      this.tables.meta.putSync(NEXT_LOG, Buffer.from(String(nextLog)));
    });
  }

  addPartitions(topic: Topic, count: number): Promise<void> {
    const { record } = topic;
    return this.store(topic, { ...record, logs: [...record.logs, ...this.takeLogs(count - record.logs.length)] });
  }

  configure(topic: Topic, configs: Readonly<Record<string, string>>): Promise<void> {
    return this.store(topic, { ...topic.record, configs });
  }

  /** The topic is gone when it resolves; its space is freed in the background, also after a restart. */
  async delete(topic: Topic): Promise<void> {
    this.byName.delete(topic.name);
    this.byId.delete(topic.record.id);
    for (const log of topic.openLogs) for (const waiter of log.waiters) waiter.grown(Number.MAX_SAFE_INTEGER);
    await this.tables.storage.write(() => {
      this.tables.topics.removeSync(Buffer.from(topic.name));
      for (const log of topic.record.logs) this.tables.meta.putSync(Buffer.from(`${GARBAGE}${log}`), Buffer.of(1));
    });
    this.sweep();
  }

  private sweep(): void {
    this.sweeping ??= this.sweepAll().finally(() => {
      this.sweeping = undefined;
    });
  }

  private async sweepAll(): Promise<void> {
    try {
      while (!this.stopped && (await this.tables.storage.write(() => this.sweepStep()))) {
        // One step per shared transaction, so that writers are never held up for long.
      }
    } catch {
      // Nothing is lost: what is marked is swept after the next start.
    }
  }

  private sweepStep(): boolean {
    const { meta, batches, marks, producers, logs } = this.tables;
    for (const { key } of meta.getRange({ start: Buffer.from(GARBAGE), end: Buffer.from('garbage;'), limit: 1 })) {
      const log = Number(key.toString().slice(GARBAGE.length));
      let left = DROP_STEP;
      for (const table of [batches, marks, producers]) {
        const keys: Buffer[] = [];
        for (const found of table.getKeys({ ...logRange(log), limit: left })) keys.push(Buffer.from(found));
        for (const one of keys) table.removeSync(one);
        left -= keys.length;
        if (left <= 0) return true;
      }
      logs.removeSync(logRange(log).start);
      meta.removeSync(Buffer.from(key));
      return true;
    }
    return false;
  }

  /** Applies the retention settings of every topic. */
  async retain(now: number): Promise<void> {
    for (const topic of [...this.byName.values()]) {
      const { retentionMs, retentionBytes } = topic.settings;
      if (retentionMs < 0 && retentionBytes < 0) continue;
      for (let index = 0; index < topic.partitions; index += 1) {
        const log = topic.log(index);
        if (log === undefined) continue;
        await log.trimTo(log.retentionStart(now, retentionMs, retentionBytes));
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.sweeping;
    for (const topic of this.byName.values()) for (const log of topic.openLogs) await log.settled();
  }
}
