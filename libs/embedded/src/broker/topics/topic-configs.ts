/** The protocol's numbers for the type of a setting. */
export const ConfigType = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const;

interface Definition {
  readonly type: number;
  readonly fallback: string;
  readonly documentation: string;
  /** Undefined when the value is acceptable, else why not. */
  check(value: string): string | undefined;
}

function integer(fallback: number, min: number, documentation: string, type: number = ConfigType.LONG): Definition {
  return {
    type,
    fallback: String(fallback),
    documentation,
    check: (value) =>
      /^-?\d{1,19}$/.test(value) && Number(value) >= min ? undefined : `must be an integer of at least ${min}`,
  };
}

function oneOf(fallback: string, values: readonly string[], documentation: string): Definition {
  return {
    type: ConfigType.STRING,
    fallback,
    documentation,
    check: (value) => (values.includes(value) ? undefined : `must be one of ${values.join(', ')}`),
  };
}

const IGNORED = 'Accepted for compatibility; has no effect here.';

/** Every topic setting that is known. Those without an effect are kept and shown, as clients expect. */
export const topicConfigs: Readonly<Record<string, Definition>> = {
  'cleanup.policy': {
    type: ConfigType.LIST,
    fallback: 'delete',
    documentation: 'delete: retention applies. compact: accepted, but every record is kept.',
    check: (value) =>
      value.split(',').every((one) => ['delete', 'compact'].includes(one.trim()))
        ? undefined
        : 'must be delete, compact or both',
  },
  'retention.ms': integer(-1, -1, 'Milliseconds that records are kept; -1 for ever.'),
  'retention.bytes': integer(-1, -1, 'Bytes kept per partition, about; -1 for no limit.'),
  'max.message.bytes': integer(1_048_588, 0, 'Largest record batch in bytes.', ConfigType.INT),
  'message.timestamp.type': oneOf(
    'CreateTime',
    ['CreateTime', 'LogAppendTime'],
    'Whether records keep the time of the producer or get that of the broker.',
  ),
  'compression.type': oneOf(
    'producer',
    ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'],
    'Batches are always kept as the producer compressed them.',
  ),
  'min.insync.replicas': integer(1, 1, IGNORED, ConfigType.INT),
  'segment.bytes': integer(1_073_741_824, 14, IGNORED, ConfigType.INT),
  'segment.ms': integer(604_800_000, 1, IGNORED),
  'segment.index.bytes': integer(10_485_760, 4, IGNORED, ConfigType.INT),
  'segment.jitter.ms': integer(0, 0, IGNORED),
  'flush.messages': integer(1, 1, 'Every batch is flushed before it is acknowledged.'),
  'flush.ms': integer(0, 0, 'Every batch is flushed before it is acknowledged.'),
  'delete.retention.ms': integer(86_400_000, 0, IGNORED),
  'file.delete.delay.ms': integer(60_000, 0, IGNORED),
  'index.interval.bytes': integer(4096, 0, IGNORED, ConfigType.INT),
  'max.compaction.lag.ms': integer(Number.MAX_SAFE_INTEGER, 1, IGNORED),
  'min.compaction.lag.ms': integer(0, 0, IGNORED),
  'min.cleanable.dirty.ratio': {
    type: ConfigType.DOUBLE,
    fallback: '0.5',
    documentation: IGNORED,
    check: (value) => (Number(value) >= 0 && Number(value) <= 1 ? undefined : 'must be between 0 and 1'),
  },
  'message.timestamp.before.max.ms': integer(Number.MAX_SAFE_INTEGER, 0, IGNORED),
  'message.timestamp.after.max.ms': integer(Number.MAX_SAFE_INTEGER, 0, IGNORED),
  preallocate: { ...oneOf('false', ['true', 'false'], IGNORED), type: ConfigType.BOOLEAN },
  'unclean.leader.election.enable': { ...oneOf('false', ['true', 'false'], IGNORED), type: ConfigType.BOOLEAN },
};

/** Why a setting cannot be taken; undefined when it can. */
export function checkConfig(name: string, value: string | null): string | undefined {
  const definition = Object.hasOwn(topicConfigs, name) ? topicConfigs[name] : undefined;
  if (definition === undefined) return `Unknown topic config name: ${name}`;
  if (value === null) return undefined;
  const problem = definition.check(value);
  return problem === undefined ? undefined : `Invalid value ${value} for configuration ${name}: ${problem}`;
}
