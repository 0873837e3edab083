import type { Reader } from '../protobuf.js';

export type Strategy = 'DispatchToSingle' | 'RoundRobin' | 'Pinned' | 'PinnedByCorrelation';

/** A group's settings; counts and milliseconds. */
export interface GroupSettings {
  readonly resolveLinks: boolean;
  readonly extraStatistics: boolean;
  readonly messageTimeoutMs: number;
  readonly maxRetryCount: number;
  readonly checkpointAfterMs: number;
  readonly minCheckpointCount: number;
  readonly maxCheckpointCount: number;
  /** 0: any number. */
  readonly maxSubscriberCount: number;
  readonly liveBufferSize: number;
  readonly readBatchSize: number;
  readonly historyBufferSize: number;
  readonly strategy: Strategy;
}

const STRATEGIES: readonly Strategy[] = ['DispatchToSingle', 'RoundRobin', 'Pinned'];

const TICKS_PER_MS = 10_000;

/** Settings of CreateReq and UpdateReq (persistent.proto); `revision` is the start in its old place. */
export function decodeSettings(reader: Reader): { settings: GroupSettings; revision: number } {
  const numbers = new Map<number, number>();
  let strategy: Strategy | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if ((tag & 7) === 0) numbers.set(tag >> 3, reader.int64());
    else if (tag === 0x82) strategy = strategyNamed(reader.string());
    else reader.skip(tag);
  }
  const number = (field: number, fallback: number): number => numbers.get(field) ?? fallback;
  const milliseconds = (ms: number, ticks: number, fallback: number): number =>
    numbers.get(ms) ?? (numbers.has(ticks) ? number(ticks, 0) / TICKS_PER_MS : fallback);
  return {
    revision: number(2, 0),
    settings: {
      resolveLinks: number(1, 0) !== 0,
      extraStatistics: number(3, 0) !== 0,
      messageTimeoutMs: milliseconds(14, 4, 30_000),
      maxRetryCount: number(5, 0),
      checkpointAfterMs: milliseconds(15, 6, 2_000),
      minCheckpointCount: number(7, 0),
      maxCheckpointCount: number(8, 0),
      maxSubscriberCount: number(9, 0),
      liveBufferSize: number(10, 500),
      readBatchSize: Math.max(1, number(11, 20)),
      historyBufferSize: Math.max(1, number(12, 500)),
      strategy: strategy ?? STRATEGIES[number(13, 0)] ?? 'RoundRobin',
    },
  };
}

function strategyNamed(name: string): Strategy | undefined {
  const known: readonly Strategy[] = [...STRATEGIES, 'PinnedByCorrelation'];
  return known.find((strategy) => strategy === name);
}
