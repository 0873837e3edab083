import type { Broker } from '../broker.js';
import type { Context, Handlers } from '../context.js';
import type { LogWaiter, PartitionLog } from '../log/partition-log.js';
import type { Request } from '../protocol/apis.js';
import { ErrorCode } from '../protocol/errors.js';

type FetchRequest = Request<'fetch'>;
type FetchPartition = FetchRequest['topics'][number]['partitions'][number];

interface Found {
  readonly asked: FetchPartition;
  readonly log: PartitionLog | undefined;
  readonly errorCode: number;
  pieces: Buffer[];
}

interface Result {
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly Found[] }[];
  readonly bytes: number;
  readonly failed: boolean;
}

/** A client that wants to wait longer is answered empty after this. */
const MAX_WAIT_MS = 300_000;

/**
 * Fetch, with long polling: an answer that is too small waits for more, on timers and on the logs asked
 * for, never in a loop. Fetch sessions are declined (session id 0), so every request names its partitions.
 */
export function fetchHandler({ topics, settings, counters }: Broker): Handlers<'fetch'> {
  // Partitions late in a request must not starve when the earlier ones fill every answer.
  let rotation = 0;

  const locate = (request: FetchRequest): Result['topics'] =>
    request.topics.map(({ topic, partitions }) => {
      const found = topics.get(topic);
      return {
        topic,
        partitions: partitions.map((asked) => {
          const log = found?.log(asked.partition);
          return { asked, log, errorCode: check(asked, log), pieces: [] };
        }),
      };
    });

  const read = (request: FetchRequest): Result => {
    const answer = locate(request);
    const all = answer.flatMap(({ partitions }) => partitions);
    const maxBytes = Math.min(Math.max(0, request.maxBytes), settings.maxFetchBytes);
    rotation = all.length === 0 ? 0 : (rotation + 1) % all.length;
    let bytes = 0;
    let failed = false;
    for (let step = 0; step < all.length; step += 1) {
      const one = all[(rotation + step) % all.length]!;
      failed ||= one.errorCode !== ErrorCode.NONE;
      if (one.errorCode !== ErrorCode.NONE || one.log === undefined) continue;
      if (bytes > 0 && bytes >= maxBytes) continue;
      const limit = Math.min(Math.max(0, one.asked.partitionMaxBytes), maxBytes - bytes);
      const got = one.log.read(one.asked.fetchOffset, limit, bytes === 0 || bytes < maxBytes);
      one.pieces = got.pieces;
      bytes += got.bytes;
    }
    return { topics: answer, bytes, failed };
  };

  const answer = ({ topics: found, bytes }: Result) => {
    counters.bytesFetched += bytes;
    return {
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      sessionId: 0,
      responses: found.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ asked, log, errorCode, pieces }) => ({
          partitionIndex: asked.partition,
          errorCode,
          highWatermark: log?.visible ?? -1,
          lastStableOffset: log?.visible ?? -1,
          logStartOffset: log?.start ?? -1,
          abortedTransactions: null,
          records: pieces,
        })),
      })),
    };
  };

  return {
    fetch: (request, context) => {
      if (request.sessionId !== 0) {
        return { throttleTimeMs: 0, errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND, sessionId: 0, responses: [] };
      }
      const first = read(request);
      const wait = Math.min(request.maxWaitMs, MAX_WAIT_MS);
      if (first.failed || first.bytes >= request.minBytes || wait <= 0 || request.topics.length === 0) {
        return answer(first);
      }
      const logs = first.topics.flatMap(({ partitions }) => partitions.flatMap(({ log }) => log ?? []));
      return waitFor(logs, request.minBytes - first.bytes, wait, context).then((open) =>
        open ? answer(read(request)) : undefined,
      );
    },
  };
}

function check({ fetchOffset, currentLeaderEpoch }: FetchPartition, log: PartitionLog | undefined): number {
  if (log === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  if (currentLeaderEpoch > 0) return ErrorCode.UNKNOWN_LEADER_EPOCH;
  if (fetchOffset < log.start || fetchOffset > log.visible) return ErrorCode.OFFSET_OUT_OF_RANGE;
  return ErrorCode.NONE;
}

/** Resolves when `bytes` more can be read, the time is over or the client asks for something else; false: it is gone. */
function waitFor(logs: readonly PartitionLog[], bytes: number, ms: number, context: Context): Promise<boolean> {
  return new Promise((resolve) => {
    let missing = bytes;
    let ending = false;
    const finish = (open: boolean): void => {
      clearTimeout(timer);
      for (const log of logs) log.waiters.delete(waiter);
      unhurry();
      unclose();
      resolve(open);
    };
    const waiter: LogWaiter = {
      grown: (more) => {
        missing -= more;
        if (missing > 0 || ending) return;
        // One flush makes many logs grow: answer after all of them have.
        ending = true;
        setImmediate(finish, true);
      },
    };
    const timer = setTimeout(finish, ms, true);
    const unhurry = context.onHurry(() => finish(true));
    const unclose = context.onClose(() => finish(false));
    for (const log of logs) log.waiters.add(waiter);
  });
}
