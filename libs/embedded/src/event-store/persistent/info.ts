import { Writer } from '../protobuf.js';
import type { Group } from './group.js';
import { ALL } from './requests.js';

/** SubscriptionInfo (persistent.proto). Rates are not measured and stay 0. */
export function writeInfo(target: Writer, group: Group, parked: number): void {
  const { stream, group: name, settings, start } = group.definition;
  const { buffered, retrying, inFlight } = group.counts;
  const place = (at: number): string => (stream === ALL ? `C:${at}/P:${at}` : String(at));
  const { checkpoint } = group;
  target
    .string(1, stream)
    .string(2, name)
    .string(3, group.isLive ? 'Live' : 'Behind');
  for (const consumer of group.subscribers) {
    target.message(4, (connection) =>
      connection
        .string(1, consumer.from)
        .string(2, 'anonymous')
        .uint(4, consumer.delivered)
        .int(7, consumer.bufferSize - consumer.inFlight.size)
        .uint(8, consumer.inFlight.size)
        .string(9, consumer.name),
    );
  }
  target.uint(6, group.processed);
  if (checkpoint !== undefined) target.string(8, place(checkpoint));
  if (group.lastKnown >= 0) target.string(9, place(group.lastKnown));
  target
    .bool(10, settings.resolveLinks)
    .string(11, stream === ALL && start <= 1 ? 'C:0/P:0' : place(start))
    .int(12, settings.messageTimeoutMs)
    .bool(13, settings.extraStatistics)
    .int(14, settings.maxRetryCount)
    .int(15, settings.liveBufferSize)
    .int(16, settings.historyBufferSize)
    .int(17, settings.readBatchSize)
    .int(18, settings.checkpointAfterMs)
    .int(19, settings.minCheckpointCount)
    .int(20, settings.maxCheckpointCount)
    .uint(21, buffered)
    .uint(23, retrying)
    .uint(24, inFlight)
    .uint(25, inFlight)
    .string(26, settings.strategy)
    .int(27, settings.maxSubscriberCount)
    .uint(28, parked);
}
