import { convertToCommandError, EventStoreDBClient } from '@eventstore/db-client';
import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type Metadata,
} from '@grpc/grpc-js';
import { type AppendAnswer, decodeAppendAnswer } from './append-wire.js';
import { decodeReadMessage, encodeRead, type ReadMessage, type ReadRequest } from './read-wire.js';

const BATCH_APPEND = '/event_store.client.streams.Streams/BatchAppend';
const READ = '/event_store.client.streams.Streams/Read';

/**
 * The parts of the client (6.2.1, pinned) that its own commands are built of. Discovery, credentials, reconnecting
 * to the leader and server features stay the client's; only the encoding of the hot messages is ours.
 */
interface ClientParts {
  getGRPCClient(kind: typeof Client, name: string): Promise<Client>;
  callArguments(options: object, callOptions?: CallOptions): [Metadata, CallOptions];
  handleError(client: Client, error: Error): Promise<void>;
  supports(method: { path: string }): Promise<boolean>;
}

function hasParts(client: object): client is ClientParts & EventStoreDBClient {
  const parts: Record<string, unknown> = { ...client };
  return ['getGRPCClient', 'callArguments', 'handleError', 'supports'].every(
    (name) => typeof parts[name] === 'function',
  );
}

const identity = (buffer: Buffer): Buffer => buffer;

/** A running read or subscription. */
export type ReadCall = ClientReadableStream<ReadMessage>;
/** The running batch append stream. */
export type AppendCall = ClientDuplexStream<Buffer, AppendAnswer>;

/** One client with its channel. Thrown away as a whole when it stops answering. */
export class StoreConnection {
  readonly client: EventStoreDBClient;
  readonly #parts: ClientParts;
  readonly #calls = new Set<{ cancel(): void }>();
  readonly #grpcClients = new Set<Client>();
  #closed = false;

  constructor(connectionString: string) {
    const client = EventStoreDBClient.connectionString(connectionString);
    if (!hasParts(client)) throw new Error('this version of @eventstore/db-client is not supported: 6.2.1 is');
    this.client = client;
    this.#parts = client;
  }

  /** True when the server takes batch appends (every version since 21.10). */
  supportsBatchAppend(): Promise<boolean> {
    return this.#parts.supports({ path: BATCH_APPEND });
  }

  /** Opens a read. A deadline of Infinity makes it a subscription's. */
  async read(request: ReadRequest, deadlineMs: number): Promise<ReadCall> {
    const grpc = await this.#grpc();
    const deadline = deadlineMs === Number.POSITIVE_INFINITY ? deadlineMs : Date.now() + deadlineMs;
    const [metadata, options] = this.#parts.callArguments({}, { deadline });
    const call = grpc.makeServerStreamRequest(
      READ,
      identity,
      decodeReadMessage,
      encodeRead(request),
      metadata,
      options,
    );
    return this.#track(grpc, call);
  }

  /** Opens the stream that carries concurrent appends. */
  async appendCall(): Promise<AppendCall> {
    const grpc = await this.#grpc();
    const [metadata, options] = this.#parts.callArguments({}, { deadline: Number.POSITIVE_INFINITY });
    const call = grpc.makeBidiStreamRequest(BATCH_APPEND, identity, decodeAppendAnswer, metadata, options);
    return this.#track(grpc, call);
  }

  /** Cancels every call and closes the channel. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#calls) call.cancel();
    this.#calls.clear();
    await this.client.dispose();
    for (const grpc of this.#grpcClients) grpc.close();
    this.#grpcClients.clear();
  }

  async #grpc(): Promise<Client> {
    if (this.#closed) throw new Error('the connection is closed');
    const grpc = await this.#parts.getGRPCClient(Client, 'orderloom');
    if (this.#closed) {
      grpc.close();
      throw new Error('the connection is closed');
    }
    this.#grpcClients.add(grpc);
    return grpc;
  }

  /**
   * The client's own wrapper also takes a call that *we* cancelled for a reason to close the channel under everybody
   * else, so errors reach it only when they came from the other side.
   */
  #track<T extends ReadCall | AppendCall>(grpc: Client, call: T): T {
    let cancelled = false;
    const tracked = {
      cancel: () => {
        cancelled = true;
        call.cancel();
      },
    };
    this.#calls.add(tracked);
    const cancel = call.cancel.bind(call);
    call.cancel = () => {
      cancelled = true;
      cancel();
    };
    const forget = () => {
      this.#calls.delete(tracked);
    };
    call.once('error', (error: Error) => {
      forget();
      if (!cancelled && !this.#closed) {
        this.#grpcClients.delete(grpc);
        this.#parts.handleError(grpc, error).catch(() => undefined);
      }
    });
    call.once('close', forget);
    call.once('end', forget);
    return call;
  }
}

/** gRPC status codes after which a repeat cannot help: bad argument, access denied, not implemented, not signed in. */
const FINAL_CODES = new Set([3, 7, 12, 16]);

/** True when the server refused the request itself. */
export const isFinalError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && FINAL_CODES.has(error.code);

/** The client's named error for a gRPC error, for logs. */
export const describeError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const named = convertToCommandError(error);
  return `${named.name}: ${error.message}`;
};
