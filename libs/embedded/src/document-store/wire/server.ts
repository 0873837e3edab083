import { createServer, type Server, type Socket } from 'node:net';
import { parseCommand } from '../commands/command.js';
import type { Engine } from '../commands/context.js';
import { dispatch } from '../commands/dispatch.js';
import { asMongoError } from '../errors.js';
import { HEADER_BYTES, MAX_MESSAGE_BYTES, OP_MSG, OP_QUERY, readMessage, writeReply } from './message.js';

/** When this much waits to be sent to one client, no more of its requests are read. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

/** The listening socket and its connections. */
export class WireServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private connections = 0;
  private inHand = 0;
  private idle: (() => void) | undefined;

  constructor(private readonly engine: Engine) {
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
  }

  /** Listens; answers with the port. @throws the system's error when the port is taken */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        const address = this.server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  get open(): number {
    return this.sockets.size;
  }

  /** Takes no more requests, lets those in hand finish (2 s at most), then closes the connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.pause();
    if (this.inHand > 0) {
      await new Promise<void>((resolve) => {
        this.idle = resolve;
        setTimeout(resolve, 2_000).unref();
      });
    }
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: Socket): void {
    this.connections += 1;
    const connectionId = this.connections;
    this.sockets.add(socket);
    const reader = new MessageReader();
    let queue: Promise<void> = Promise.resolve();
    socket.on('data', (chunk: Buffer) => {
      const messages = reader.push(chunk);
      if (messages === undefined) {
        socket.destroy();
        return;
      }
      // Requests of one connection are answered one after the other, in their order.
      for (const message of messages) queue = queue.then(() => this.answer(socket, message, connectionId));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.sockets.delete(socket);
      reader.clear();
    });
  }

  private async answer(socket: Socket, message: Buffer, connectionId: number): Promise<void> {
    if (socket.destroyed) return;
    this.inHand += 1;
    try {
      const reply = await this.handle(message, connectionId);
      if (reply === 'hang up') socket.destroy();
      else if (reply !== undefined && !socket.destroyed) {
        socket.write(reply);
        if (socket.writableLength > MAX_UNSENT_BYTES) {
          socket.pause();
          socket.once('drain', () => socket.resume());
        }
      }
    } finally {
      this.inHand -= 1;
      if (this.inHand === 0) this.idle?.();
    }
  }

  private async handle(message: Buffer, connectionId: number): Promise<Buffer | 'hang up' | undefined> {
    const opCode = message.readInt32LE(12);
    // Other operations have no form of answer that their sender would understand.
    if (opCode !== OP_MSG && opCode !== OP_QUERY) return 'hang up';
    const envelope = { requestId: message.readInt32LE(4), opCode };
    try {
      const request = readMessage(message);
      const parsed = parseCommand(request.body, request.sequences, connectionId);
      const command = request.db === undefined ? parsed : { ...parsed, db: request.db };
      const reply = await dispatch(this.engine, command);
      return request.silent ? undefined : writeReply(envelope, reply);
    } catch (error) {
      return writeReply(envelope, asMongoError(error).toReply());
    }
  }
}

/** Puts messages together from the pieces they arrive in. */
class MessageReader {
  private pieces: Buffer[] = [];
  private have = 0;
  private need = HEADER_BYTES;

  /** The messages completed by this piece; undefined when the sender does not speak the protocol. */
  push(piece: Buffer): Buffer[] | undefined {
    this.pieces.push(piece);
    this.have += piece.length;
    const messages: Buffer[] = [];
    while (this.have >= this.need) {
      let all = this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces, this.have);
      this.pieces = [all];
      const size = all.readInt32LE(0);
      if (size < HEADER_BYTES || size > MAX_MESSAGE_BYTES) return undefined;
      if (this.have < size) {
        this.need = size;
        break;
      }
      messages.push(all.subarray(0, size));
      all = all.subarray(size);
      this.have = all.length;
      this.pieces = this.have === 0 ? [] : [all];
      this.need = HEADER_BYTES;
    }
    return messages;
  }

  clear(): void {
    this.pieces = [];
    this.have = 0;
  }
}
