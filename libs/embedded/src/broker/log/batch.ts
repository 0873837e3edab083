import { crc32c } from '../crc32c.js';
import { ErrorCode } from '../protocol/errors.js';

/*
 * Record batch v2 (https://kafka.apache.org/documentation/#recordbatch):
 *  0 baseOffset i64    8 batchLength i32      12 partitionLeaderEpoch i32   16 magic i8
 * 17 crc u32          21 attributes i16       23 lastOffsetDelta i32        27 baseTimestamp i64
 * 35 maxTimestamp i64 43 producerId i64       51 producerEpoch i16          53 baseSequence i32
 * 57 recordCount i32  61 records…
 * The checksum covers everything from the attributes on: base offset and leader epoch can be set by the
 * broker without touching it.
 */
export const BATCH_HEADER = 61;
const TWO_32 = 0x1_0000_0000;

const COMPRESSION = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

const i64 = (data: Buffer, at: number): number => data.readInt32BE(at) * TWO_32 + data.readUInt32BE(at + 4);

function putI64(data: Buffer, value: number, at: number): void {
  data.writeInt32BE(Math.floor(value / TWO_32), at);
  data.writeUInt32BE(value >>> 0, at + 4);
}

export const batchBaseOffset = (batch: Buffer): number => i64(batch, 0);
export const batchSize = (batch: Buffer): number => 12 + batch.readInt32BE(8);
/** The offset after the last record. */
export const batchEndOffset = (batch: Buffer): number => i64(batch, 0) + batch.readInt32BE(23) + 1;
export const batchBaseTimestamp = (batch: Buffer): number => i64(batch, 27);
export const batchMaxTimestamp = (batch: Buffer): number => i64(batch, 35);
export const batchProducer = (batch: Buffer) => ({
  id: i64(batch, 43),
  epoch: batch.readInt16BE(51),
  sequence: batch.readInt32BE(53),
});
export const batchRecordCount = (batch: Buffer): number => batch.readInt32BE(57);
export const batchCompression = (batch: Buffer): number => batch.readInt16BE(21) & COMPRESSION;
export const usesAppendTime = (batch: Buffer): boolean => (batch.readInt16BE(21) & LOG_APPEND_TIME) !== 0;

/** Sets what the broker decides; the records stay as they came. */
export function placeBatch(batch: Buffer, baseOffset: number, appendTime: number | undefined): void {
  putI64(batch, baseOffset, 0);
  batch.writeInt32BE(0, 12);
  if (appendTime === undefined) return;
  batch.writeInt16BE(batch.readInt16BE(21) | LOG_APPEND_TIME, 21);
  putI64(batch, appendTime, 35);
  batch.writeUInt32BE(crc32c(batch, 21), 17);
}

export interface BatchProblem {
  readonly code: number;
  readonly message: string;
}

const problem = (code: number, message: string): BatchProblem => ({ code, message });

/** Checks one record batch of a produce request; undefined when it can be stored. */
export function checkBatch(batch: Buffer, maxBytes: number): BatchProblem | undefined {
  if (batch.length < 17) return problem(ErrorCode.CORRUPT_MESSAGE, 'The record batch is shorter than its header');
  if (batch[16]! < 2) {
    return problem(ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, 'Only record batches of format 2 are stored');
  }
  if (batch[16] !== 2 || batch.length < BATCH_HEADER) {
    return problem(ErrorCode.CORRUPT_MESSAGE, 'The record batch header is not valid');
  }
  if (batch.length > maxBytes) {
    return problem(
      ErrorCode.MESSAGE_TOO_LARGE,
      `The batch of ${batch.length} bytes exceeds max.message.bytes (${maxBytes})`,
    );
  }
  const size = batchSize(batch);
  if (size !== batch.length) {
    return size >= BATCH_HEADER && size < batch.length
      ? problem(ErrorCode.INVALID_RECORD, 'A produce request carries exactly one record batch per partition')
      : problem(ErrorCode.CORRUPT_MESSAGE, 'The record batch length does not match');
  }
  if (batch.readUInt32BE(17) !== crc32c(batch, 21)) {
    return problem(ErrorCode.CORRUPT_MESSAGE, 'The checksum of the record batch is wrong');
  }
  const attributes = batch.readInt16BE(21);
  if (attributes & CONTROL) return problem(ErrorCode.INVALID_RECORD, 'Clients cannot write control batches');
  if (attributes & TRANSACTIONAL) return problem(ErrorCode.INVALID_TXN_STATE, 'Transactions are not supported');
  if ((attributes & COMPRESSION) > 4) {
    return problem(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, 'The compression type is unknown');
  }
  const count = batchRecordCount(batch);
  if (count <= 0 || batch.readInt32BE(23) !== count - 1) {
    return problem(ErrorCode.INVALID_RECORD, 'The record count does not match the last offset delta');
  }
  const producer = batchProducer(batch);
  if (producer.id >= 0 && (producer.epoch < 0 || producer.sequence < 0)) {
    return problem(ErrorCode.INVALID_RECORD, 'A producer id needs an epoch and a sequence');
  }
  return undefined;
}
