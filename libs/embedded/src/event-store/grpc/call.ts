import type { ServerHttp2Stream } from 'node:http2';
import { FrameParser } from './frames.js';
import { GrpcError, headerValue, Status } from './status.js';

const CONTENT_TYPE = 'application/grpc+proto';

/** What a method does with what the caller sends. */
export interface CallHandlers {
  message(message: Buffer): void;
  /** The caller has said all it will say. */
  end(): void;
  /** The call is over, whoever ended it: let go of everything held for it. Called once. */
  closed?(): void;
}

/** One gRPC call: frames in, frames out, a status at the end. */
export class Call {
  private responded = false;
  private over = false;
  private handlers: CallHandlers | undefined;
  private drainWaiters: (() => void)[] = [];
  private readonly overListeners = new Set<() => void>();

  constructor(
    private readonly stream: ServerHttp2Stream,
    private readonly maxMessageBytes: number,
  ) {}

  /** Address and port of the caller. */
  get peer(): string {
    const socket = this.stream.session?.socket;
    return `${socket?.remoteAddress ?? ''}:${socket?.remotePort ?? ''}`;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Starts to feed `handlers`; what they throw ends the call with its status. */
  start(handlers: CallHandlers): void {
    this.handlers = handlers;
    const { stream } = this;
    const parser = new FrameParser(this.maxMessageBytes);
    stream.on('data', (chunk: Buffer) => this.guard(() => parser.push(chunk, (message) => this.feed(message))));
    stream.on('end', () => this.guard(() => handlers.end()));
    stream.on('drain', () => this.releaseWaiters());
    stream.on('error', () => this.finish());
    stream.on('aborted', () => this.finish());
    stream.on('close', () => this.finish());
  }

  /** Sends one message. */
  send(message: Buffer): void {
    const frame = Buffer.allocUnsafe(message.length + 5);
    frame[0] = 0;
    frame.writeUInt32BE(message.length, 1);
    message.copy(frame, 5);
    this.sendFrames(frame);
  }

  /**
   * Sends ready-made frames, any number of them in one buffer and thus in one write.
   * @returns false when the caller reads more slowly than that: {@link drained} tells when to go on
   */
  sendFrames(frames: Buffer): boolean {
    if (this.over) return true;
    this.respond();
    return this.stream.write(frames);
  }

  get needsDrain(): boolean {
    return this.stream.writableNeedDrain;
  }

  /** Resolves when there is room again, or the call is over. */
  drained(): Promise<void> {
    if (this.over || !this.stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => this.drainWaiters.push(resolve));
  }

  /** Runs `listener` when the call is over; answers with a function that forgets it. */
  onOver(listener: () => void): () => void {
    this.overListeners.add(listener);
    return () => this.overListeners.delete(listener);
  }

  /** Stops reading from the caller until {@link resume}: HTTP/2 flow control then slows it down. */
  pause(): void {
    if (!this.over) this.stream.pause();
  }

  resume(): void {
    if (!this.over) this.stream.resume();
  }

  /** Ends with OK, after one last message when given. */
  succeed(message?: Buffer): void {
    if (this.over) return;
    if (message !== undefined) this.send(message);
    this.close(Status.OK, '', {});
  }

  fail(error: unknown): void {
    if (this.over) return;
    if (error instanceof GrpcError) this.close(error.status, error.message, error.trailers);
    else this.close(Status.UNKNOWN, error instanceof Error ? error.message : 'Unknown failure', {});
  }

  private feed(message: Buffer): void {
    if (!this.over) this.handlers?.message(message);
  }

  private guard(run: () => void): void {
    if (this.over) return;
    try {
      run();
    } catch (error) {
      this.fail(error);
    }
  }

  private respond(): void {
    if (this.responded) return;
    this.responded = true;
    this.stream.respond({ ':status': 200, 'content-type': CONTENT_TYPE }, { waitForTrailers: true });
  }

  private close(status: Status, message: string, trailers: Readonly<Record<string, string>>): void {
    const { stream } = this;
    const all: Record<string, string> = { 'grpc-status': String(status) };
    if (message !== '') all['grpc-message'] = headerValue(message);
    for (const [name, value] of Object.entries(trailers)) all[name] = headerValue(value);
    if (!stream.destroyed && !stream.closed) {
      if (this.responded) {
        stream.once('wantTrailers', () => stream.sendTrailers(all));
        stream.end();
      } else {
        this.responded = true;
        stream.respond({ ':status': 200, 'content-type': CONTENT_TYPE, ...all }, { endStream: true });
      }
      // What the caller still sends is read and dropped, so that its end can be seen.
      stream.resume();
    }
    this.finish();
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.releaseWaiters();
    for (const listener of this.overListeners) listener();
    this.overListeners.clear();
    this.handlers?.closed?.();
  }

  private releaseWaiters(): void {
    const waiters = this.drainWaiters;
    if (waiters.length === 0) return;
    this.drainWaiters = [];
    for (const waiter of waiters) waiter();
  }
}
