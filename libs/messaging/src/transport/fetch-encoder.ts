/** What kafkajs gives its encoder for a Fetch request, version 11. */
export interface FetchArgs {
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel?: number;
  readonly rackId?: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      /** A number, decimal string or kafkajs' Long. */
      readonly fetchOffset: { toString(): string };
      readonly maxBytes: number;
    }[];
  }[];
}

const READ_COMMITTED = 1;
const HEAD_BYTES = 4 * 4 + 1 + 4 * 2 + 4;
const PARTITION_BYTES = 4 + 4 + 8 + 8 + 4;
const stringBytes = (text: string): number => 2 + Buffer.byteLength(text);

/**
 * Writes the body of a Fetch request, version 11, without a fetch session. kafkajs' own writer makes a zeroed buffer
 * of 512 bytes for each partition, and a consumer names all of its partitions in every fetch.
 * Format: https://kafka.apache.org/protocol#The_Messages_Fetch
 */
export const encodeFetchV11 = (args: FetchArgs): Buffer => {
  const { isolationLevel = READ_COMMITTED, rackId = '', topics } = args;
  let size = HEAD_BYTES + 4 + stringBytes(rackId);
  for (const { topic, partitions } of topics) size += stringBytes(topic) + 4 + partitions.length * PARTITION_BYTES;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  const int32 = (value: number): void => {
    at = out.writeInt32BE(value, at);
  };
  const text = (value: string): void => {
    const length = out.write(value, at + 2, 'utf8');
    out.writeInt16BE(length, at);
    at += 2 + length;
  };
  int32(-1); // replica id: a consumer
  int32(args.maxWaitTime);
  int32(args.minBytes);
  int32(args.maxBytes);
  at = out.writeInt8(isolationLevel, at);
  int32(0); // session id: none
  int32(-1); // session epoch: none
  int32(topics.length);
  for (const { topic, partitions } of topics) {
    text(topic);
    int32(partitions.length);
    for (const { partition, fetchOffset, maxBytes } of partitions) {
      int32(partition);
      int32(-1); // leader epoch: unknown
      at = out.writeBigInt64BE(BigInt(fetchOffset.toString()), at);
      at = out.writeBigInt64BE(-1n, at); // log start offset: for followers only
      int32(maxBytes);
    }
  }
  int32(0); // forgotten topics
  text(rackId);
  return out;
};
