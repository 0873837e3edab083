import { connect, type Socket } from 'node:net';
import { type ApiName, apis, type Request, type Response } from '../protocol/apis.js';
import { Reader, Writer } from '../protocol/bytes.js';
import type { Codec, Draft, Type } from '../protocol/schema.js';

type Answer<N extends ApiName> = ReturnType<Codec<ResponseValue<N>>['read']>;
type ResponseValue<N extends ApiName> = (typeof apis)[N]['response'] extends Type<infer T, infer _D> ? T : never;
export type RequestDraft<N extends ApiName> = Draft<(typeof apis)[N]['request']>;
export type { Request, Response };

interface Waiting {
  resolve(body: Buffer): void;
  reject(error: Error): void;
}

/** Speaks the protocol request by request, for what kafkajs cannot say. One connection. */
export class RawClient {
  private correlation = 0;
  private received = Buffer.alloc(0);
  private readonly waiting: Waiting[] = [];
  /** Resolves when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>;

  private constructor(readonly socket: Socket) {
    this.ended = new Promise((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('close', () => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('The broker ended the connection'));
    });
  }

  /** @param address host:port */
  static async open(address: string): Promise<RawClient> {
    const [host, port] = address.split(':');
    const socket = connect({ host: host ?? '127.0.0.1', port: Number(port), noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  private take(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (this.received.length >= 4 && this.received.length >= 4 + this.received.readInt32BE(0)) {
      const size = this.received.readInt32BE(0);
      this.waiting.shift()?.resolve(this.received.subarray(4, 4 + size));
      this.received = this.received.subarray(4 + size);
    }
  }

  /** Sends one frame; resolves to the answer after its correlation id. */
  async frame(key: number, version: number, flexible: boolean, body: (to: Writer) => void): Promise<Reader> {
    this.send(key, version, flexible, body);
    const answer = await new Promise<Buffer>((resolve, reject) => this.waiting.push({ resolve, reject }));
    const from = new Reader(answer);
    from.int32();
    return from;
  }

  /** Sends one frame without waiting for an answer. */
  send(key: number, version: number, flexible: boolean, body: (to: Writer) => void): void {
    const to = new Writer();
    this.correlation += 1;
    to.int16(key);
    to.int16(version);
    to.int32(this.correlation);
    const clientId = 'raw-client';
    to.int16(clientId.length);
    to.utf8(clientId, clientId.length);
    if (flexible) to.uvarint(0);
    body(to);
    const size = Buffer.allocUnsafe(4);
    size.writeInt32BE(to.length, 0);
    this.socket.write(Buffer.concat([size, ...to.finish()]));
  }

  /** One request and its answer; fails when bytes are left over, so the schema is proven as well. */
  async call<N extends ApiName>(name: N, version: number, request: RequestDraft<N>): Promise<Answer<N>> {
    const api = apis[name];
    const flexible = version >= api.flexible;
    const codec = (api.request as unknown as Type<unknown, RequestDraft<N>>).codec(version, flexible);
    const from = await this.frame(api.key, version, flexible, (to) => codec.write(to, request));
    if (flexible && name !== 'apiVersions') from.uvarint();
    const answer = (api.response as unknown as Type<Answer<N>>).codec(version, flexible).read(from);
    if (from.remaining > 0) throw new Error(`${from.remaining} bytes are left after ${name} v${version}`);
    return answer;
  }

  close(): void {
    this.socket.destroy();
  }
}
