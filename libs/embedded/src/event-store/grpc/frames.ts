import { GrpcError, Status } from './status.js';

const HEAD = 5;
const NOTHING = Buffer.alloc(0);

/**
 * Cuts a byte stream into gRPC's length-prefixed messages
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
 * Whole messages are views of the chunk they came in.
 */
export class FrameParser {
  private held: Buffer[] = [];
  private heldBytes = 0;
  private wanted = HEAD;

  constructor(private readonly maxMessageBytes: number) {}

  push(chunk: Buffer, take: (message: Buffer) => void): void {
    let data = chunk;
    if (this.heldBytes > 0) {
      this.held.push(chunk);
      this.heldBytes += chunk.length;
      // Joined only when something is complete, so that a slow big message costs no repeated copies.
      if (this.heldBytes < this.wanted) return;
      data = Buffer.concat(this.held, this.heldBytes);
      this.held = [];
      this.heldBytes = 0;
    }
    let at = 0;
    this.wanted = HEAD;
    while (data.length - at >= HEAD) {
      const length = data.readUInt32BE(at + 1);
      if (data[at] !== 0) throw new GrpcError(Status.UNIMPLEMENTED, 'Compressed messages are not supported');
      if (length > this.maxMessageBytes)
        throw new GrpcError(
          Status.RESOURCE_EXHAUSTED,
          `A message of ${length} bytes is larger than the maximum of ${this.maxMessageBytes}`,
        );
      if (data.length - at < HEAD + length) {
        this.wanted = HEAD + length;
        break;
      }
      take(data.subarray(at + HEAD, at + HEAD + length));
      at += HEAD + length;
    }
    if (at < data.length) {
      this.held.push(at === 0 ? data : data.subarray(at));
      this.heldBytes = data.length - at;
    }
  }
}

/** Joins messages into one buffer of frames. */
export function joinFrames(messages: readonly Buffer[]): Buffer {
  if (messages.length === 0) return NOTHING;
  let size = 0;
  for (const message of messages) size += HEAD + message.length;
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const message of messages) {
    frames[at] = 0;
    frames.writeUInt32BE(message.length, at + 1);
    message.copy(frames, at + HEAD);
    at += HEAD + message.length;
  }
  return frames;
}
