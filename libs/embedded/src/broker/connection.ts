import type { Socket } from 'node:net';
import type { Context, Reply } from './context.js';
import { type ApiName, apiByKey, type CompiledApi } from './protocol/apis.js';
import { MalformedFrame, Reader, Writer } from './protocol/bytes.js';
import { ErrorCode } from './protocol/errors.js';

/** The largest number of requests of one connection that are worked on at once; the next ones wait in the socket. */
const MAX_IN_FLIGHT = 32;
const API_VERSIONS = 18;

/** Answers that must leave in the order of the requests. */
interface Slot {
  /** Undefined while it is being worked on, null when nothing is to be sent. */
  chunks: readonly Buffer[] | null | undefined;
  last?: boolean;
}

export interface ConnectionOptions {
  readonly maxRequestBytes: number;
  readonly idleMs: number;
  dispatch(api: ApiName, request: unknown, context: Context): Reply<unknown>;
  /** Something in the broker failed; the connection is closed so that the client asks again. */
  failed(error: unknown): void;
}

/**
 * One client: cuts the stream into frames, decodes, dispatches and answers.
 *
 * Requests that a client sends without waiting are worked on side by side, so that their writes share a
 * flush, but answered in order as the protocol wants. A request that arrives behind a long poll ends the
 * poll early, so heartbeats on the same connection are never late.
 */
export class Connection {
  private received: Buffer[] = [];
  private receivedBytes = 0;
  private readonly slots: Slot[] = [];
  private readonly hurried = new Set<() => void>();
  private readonly closed = new Set<() => void>();
  private parsing = false;

  constructor(
    private readonly socket: Socket,
    private readonly options: ConnectionOptions,
  ) {
    socket.setNoDelay(true);
    socket.setTimeout(options.idleMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.received.push(chunk);
      this.receivedBytes += chunk.length;
      this.parse();
    });
    socket.on('drain', () => this.parse());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.received = [];
      for (const cancel of this.closed) cancel();
      this.closed.clear();
      this.hurried.clear();
    });
  }

  /** Bytes received that are not a whole request yet. */
  get buffered(): number {
    return this.receivedBytes;
  }

  private get blocked(): boolean {
    return this.slots.length >= MAX_IN_FLIGHT || this.socket.writableNeedDrain;
  }

  private parse(): void {
    if (this.parsing) return;
    this.parsing = true;
    try {
      for (;;) {
        if (this.socket.destroyed) return;
        if (this.blocked) {
          this.socket.pause();
          return;
        }
        const frame = this.nextFrame();
        if (frame === undefined) break;
        this.accept(frame);
      }
      this.socket.resume();
    } catch (error) {
      if (!(error instanceof MalformedFrame)) this.options.failed(error);
      this.socket.destroy();
    } finally {
      this.parsing = false;
    }
  }

  private nextFrame(): Buffer | undefined {
    if (this.receivedBytes < 4) return undefined;
    let first = this.received[0]!;
    if (first.length < 4) first = this.join();
    const size = first.readInt32BE(0);
    if (size < 8 || size > this.options.maxRequestBytes) throw new MalformedFrame(`A frame of ${size} bytes`);
    if (this.receivedBytes < 4 + size) return undefined;
    if (first.length < 4 + size) first = this.join();
    const frame = first.subarray(4, 4 + size);
    if (first.length === 4 + size) this.received.shift();
    else this.received[0] = first.subarray(4 + size);
    this.receivedBytes -= 4 + size;
    return frame;
  }

  private join(): Buffer {
    const joined = Buffer.concat(this.received, this.receivedBytes);
    this.received = [joined];
    return joined;
  }

  private accept(frame: Buffer): void {
    const from = new Reader(frame);
    const key = from.int16();
    const version = from.int16();
    const correlation = from.int32();
    const slot: Slot = { chunks: undefined };
    const api = apiByKey.get(key);
    for (const hurry of [...this.hurried]) hurry();
    this.slots.push(slot);
    if (api === undefined || version < api.min || version > api.max) {
      this.refuse(slot, key, correlation);
      return;
    }
    const clientIdLength = from.int16();
    const clientId = clientIdLength < 0 ? '' : from.utf8(clientIdLength);
    if (version >= api.flexible) {
      for (let tags = from.uvarint(); tags > 0; tags -= 1) {
        from.uvarint();
        from.slice(from.uvarint());
      }
    }
    const request = api.request(version).read(from);
    const reply = this.options.dispatch(api.name, request, this.context(version, clientId));
    if (reply instanceof Promise) {
      reply.then(
        (body) => this.answer(slot, api, version, correlation, body),
        (error: unknown) => {
          this.options.failed(error);
          this.socket.destroy();
        },
      );
    } else {
      this.answer(slot, api, version, correlation, reply);
    }
  }

  private context(version: number, clientId: string): Context {
    const { socket } = this;
    return {
      version,
      clientId,
      clientHost: `/${socket.remoteAddress ?? 'unknown'}`,
      localHost: socket.localAddress ?? '127.0.0.1',
      onHurry: (call) => {
        this.hurried.add(call);
        return () => this.hurried.delete(call);
      },
      onClose: (call) => {
        this.closed.add(call);
        return () => this.closed.delete(call);
      },
      drop: () => socket.destroy(),
    };
  }

  private answer(slot: Slot, api: CompiledApi, version: number, correlation: number, body: unknown): void {
    if (this.socket.destroyed) return;
    if (body === undefined) {
      slot.chunks = null;
    } else {
      try {
        slot.chunks = encode(correlation, version >= api.flexible && api.key !== API_VERSIONS, (to) =>
          api.response(version).write(to, body),
        );
      } catch (error) {
        this.options.failed(error);
        this.socket.destroy();
        return;
      }
    }
    this.send();
  }

  /**
   * A request that is not served: ApiVersions answers in its oldest form (KIP-511); for anything else the
   * shape of the answer is unknown, so it is the bare error code and the end of the connection.
   */
  private refuse(slot: Slot, key: number, correlation: number): void {
    const api = key === API_VERSIONS ? apiByKey.get(API_VERSIONS) : undefined;
    slot.chunks = encode(correlation, false, (to) => {
      if (api === undefined) to.int16(ErrorCode.UNSUPPORTED_VERSION);
      else {
        api.response(0).write(to, {
          errorCode: ErrorCode.UNSUPPORTED_VERSION,
          apiKeys: [{ apiKey: api.key, minVersion: api.min, maxVersion: api.max }],
        });
      }
    });
    if (api === undefined) slot.last = true;
    this.send();
  }

  private send(): void {
    const { socket, slots } = this;
    if (socket.destroyed) return;
    socket.cork();
    while (slots[0]?.chunks !== undefined) {
      const { chunks, last } = slots.shift()!;
      for (const chunk of chunks ?? []) socket.write(chunk);
      if (last === true) {
        socket.end();
        break;
      }
    }
    socket.uncork();
    if (socket.isPaused() && !this.blocked) this.parse();
  }
}

function encode(correlation: number, tags: boolean, body: (to: Writer) => void): Buffer[] {
  const to = new Writer();
  to.int32(0);
  to.int32(correlation);
  if (tags) to.uvarint(0);
  body(to);
  const { length } = to;
  const chunks = to.finish();
  chunks[0]!.writeInt32BE(length - 4, 0);
  return chunks;
}
