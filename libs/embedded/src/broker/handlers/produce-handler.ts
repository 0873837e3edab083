import type { Broker } from '../broker.js';
import type { Handlers } from '../context.js';
import type { Appended, PartitionLog } from '../log/partition-log.js';
import type { Request } from '../protocol/apis.js';
import { ErrorCode } from '../protocol/errors.js';

interface Planned {
  readonly index: number;
  readonly result: Appended;
  readonly log?: PartitionLog;
  readonly bytes: number;
}

interface PlannedTopic {
  readonly name: string;
  readonly partitions: readonly Planned[];
}

const refused = (index: number, code: number, message: string): Planned => ({
  index,
  bytes: 0,
  result: { ok: false, code, message },
});

/**
 * Produce: all batches of a request get their offsets at once and go to disk in one job, which shares its
 * flush with whatever else is asked for meanwhile.
 */
export function produceHandler(broker: Broker): Handlers<'produce'> {
  const { topics, tables, counters } = broker;

  const planOne = (topicName: string, index: number, records: Buffer | null, now: number): Planned => {
    const topic = topics.get(topicName);
    const log = topic?.log(index);
    if (topic === undefined || log === undefined) {
      return refused(index, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'There is no such topic or partition');
    }
    if (records === null) return refused(index, ErrorCode.INVALID_RECORD, 'There are no records');
    return { index, log, bytes: records.length, result: log.append(records, topic.settings, now) };
  };

  const plan = (request: Request<'produce'>): PlannedTopic[] => {
    const now = Date.now();
    const refusal = refusalOf(request);
    return request.topicData.map(({ name, partitionData }) => ({
      name,
      partitions: partitionData.map(({ index, records }) =>
        refusal === undefined ? planOne(name, index, records, now) : refused(index, refusal.code, refusal.message),
      ),
    }));
  };

  /** Resolves to the code for those that were appended. */
  const store = async (planned: readonly Planned[]): Promise<number> => {
    try {
      await tables.storage.write(() => {
        for (const { result } of planned) if (result.ok) result.write?.();
      });
    } catch {
      counters.failures += 1;
      for (const { log, result } of planned) if (result.ok && result.write !== undefined) log?.failed();
      return ErrorCode.KAFKA_STORAGE_ERROR;
    }
    for (const { log, result, bytes } of planned) {
      if (!result.ok || result.write === undefined) continue;
      counters.batchesAppended += 1;
      counters.bytesAppended += bytes;
      log?.committed(result.end, bytes);
    }
    return ErrorCode.NONE;
  };

  return {
    produce: async (request, context) => {
      const answer = plan(request);
      const planned = answer.flatMap(({ partitions }) => partitions);
      // Repeated batches wait as well: the first of them may still be on its way to the disk.
      const code = planned.some(({ result }) => result.ok) ? await store(planned) : ErrorCode.NONE;
      if (request.acks === 0) {
        // Nobody waits for an answer; the end of the connection is the only sign of an error there is.
        if (code !== ErrorCode.NONE || planned.some(({ result }) => !result.ok)) context.drop();
        return undefined;
      }
      return {
        responses: answer.map(({ name, partitions }) => ({
          name,
          partitionResponses: partitions.map((one) => partitionResponse(one, code)),
        })),
      };
    },
  };
}

function refusalOf({ acks, transactionalId }: Request<'produce'>): { code: number; message: string } | undefined {
  if (acks !== 0 && acks !== 1 && acks !== -1) {
    return { code: ErrorCode.INVALID_REQUIRED_ACKS, message: 'acks must be 0, 1 or -1 (all)' };
  }
  if (transactionalId !== null) {
    return { code: ErrorCode.INVALID_TXN_STATE, message: 'Transactions are not supported' };
  }
  return undefined;
}

function partitionResponse({ index, result, log }: Planned, code: number) {
  const logStartOffset = log?.start ?? -1;
  if (!result.ok) {
    return { index, errorCode: result.code, baseOffset: -1, logStartOffset, errorMessage: result.message };
  }
  const stored = code === ErrorCode.NONE && (log?.visible ?? 0) >= result.end;
  if (!stored) {
    return {
      index,
      errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
      baseOffset: -1,
      logStartOffset,
      errorMessage: 'The batch could not be written to disk',
    };
  }
  return {
    index,
    errorCode: ErrorCode.NONE,
    baseOffset: result.baseOffset,
    logAppendTimeMs: result.appendTime,
    logStartOffset,
  };
}
