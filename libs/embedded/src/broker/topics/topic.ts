import { type LogSettings, PartitionLog } from '../log/partition-log.js';
import type { Tables } from '../log/tables.js';
import { topicConfigs } from './topic-configs.js';

/** A topic as it is stored (JSON). */
export interface TopicRecord {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** The log of each partition. */
  readonly logs: readonly number[];
  /** Settings that differ from the defaults. */
  readonly configs: Readonly<Record<string, string>>;
}

/** A topic in use. Logs are opened when they are first touched. */
export class Topic {
  private readonly opened: (PartitionLog | undefined)[] = [];
  settings: LogSettings & { readonly retentionMs: number; readonly retentionBytes: number };

  constructor(
    readonly name: string,
    private current: TopicRecord,
    private readonly tables: Tables,
  ) {
    this.settings = this.derive();
  }

  get record(): TopicRecord {
    return this.current;
  }

  set record(record: TopicRecord) {
    this.current = record;
    this.settings = this.derive();
  }

  private derive(): Topic['settings'] {
    const value = (name: string): string => this.current.configs[name] ?? topicConfigs[name]!.fallback;
    return {
      maxMessageBytes: Number(value('max.message.bytes')),
      appendTime: value('message.timestamp.type') === 'LogAppendTime',
      retentionMs: value('cleanup.policy').includes('delete') ? Number(value('retention.ms')) : -1,
      retentionBytes: value('cleanup.policy').includes('delete') ? Number(value('retention.bytes')) : -1,
    };
  }

  get partitions(): number {
    return this.current.logs.length;
  }

  /** Undefined when there is no such partition. */
  log(partition: number): PartitionLog | undefined {
    const open = this.opened[partition];
    if (open !== undefined) return open;
    const id = this.current.logs[partition];
    if (id === undefined) return undefined;
    const log = new PartitionLog(id, this.tables);
    log.resumeFreeing();
    this.opened[partition] = log;
    return log;
  }

  /** The logs that are open, for statistics. */
  get openLogs(): PartitionLog[] {
    return this.opened.filter((log) => log !== undefined);
  }
}
