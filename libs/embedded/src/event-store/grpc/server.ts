import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Call, type CallHandlers } from './call.js';
import { GrpcError, Status } from './status.js';

/** A method gets the call and says what it does with the messages. */
export type Method = (call: Call, headers: IncomingHttpHeaders) => CallHandlers;

export interface GrpcServerOptions {
  readonly host: string;
  readonly port: number;
  /** By path: `/package.Service/Method`. Any other path is answered with UNIMPLEMENTED. */
  readonly methods: ReadonlyMap<string, Method>;
  /** Larger messages are refused with RESOURCE_EXHAUSTED before they are held in memory. */
  readonly maxMessageBytes: number;
}

export interface GrpcServer {
  readonly port: number;
  readonly sessions: () => number;
  readonly calls: () => number;
  /** Ends open calls with UNAVAILABLE, so that clients come again, and closes. */
  close(): Promise<void>;
}

/**
 * gRPC over plain HTTP/2, on `node:http2` itself.
 *
 * A general server hands over one message at a time, each with its own object, buffer and write. Appends
 * and subscriptions live from doing many at once, so here a method gets the raw bytes and can answer with
 * any number of messages in one write.
 */
export function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const sessions = new Set<ServerHttp2Session>();
  const calls = new Set<Call>();
  let closing = false;

  const server = createServer({
    settings: { initialWindowSize: 1024 * 1024, maxConcurrentStreams: 100_000, enablePush: false },
    maxSessionMemory: 1024,
  });
  server.on('session', (session) => {
    sessions.add(session);
    // One connection carries many calls; the default window of 64 KB for all of them would throttle it.
    session.once('connect', () => undefined);
    session.setLocalWindowSize(16 * 1024 * 1024);
    session.on('error', () => session.destroy());
    session.on('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => undefined);
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const call = new Call(stream, options.maxMessageBytes);
    calls.add(call);
    stream.on('close', () => calls.delete(call));
    const method = options.methods.get(String(headers[':path']));
    const refuse = (error: GrpcError): void => {
      call.start({ message: () => undefined, end: () => undefined });
      call.fail(error);
    };
    if (closing) refuse(new GrpcError(Status.UNAVAILABLE, 'The server is shutting down'));
    else if (!String(headers['content-type'] ?? '').startsWith('application/grpc')) {
      stream.respond({ ':status': 415 }, { endStream: true });
      stream.on('error', () => undefined);
    } else if (method === undefined)
      refuse(new GrpcError(Status.UNIMPLEMENTED, `The method ${String(headers[':path'])} is not implemented`));
    else {
      try {
        call.start(method(call, headers));
      } catch (error) {
        refuse(error instanceof GrpcError ? error : new GrpcError(Status.INTERNAL, String(error)));
      }
    }
  });

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      server.on('error', () => undefined);
      const address = server.address() as AddressInfo;
      resolve({
        port: address.port,
        sessions: () => sessions.size,
        calls: () => calls.size,
        close: async () => {
          if (closing) return;
          closing = true;
          const closed = new Promise<void>((done) => server.close(() => done()));
          for (const call of calls) call.fail(new GrpcError(Status.UNAVAILABLE, 'The server is shutting down'));
          for (const session of sessions) session.close();
          const force = setTimeout(() => {
            for (const session of sessions) session.destroy();
          }, 500);
          await closed;
          clearTimeout(force);
        },
      });
    });
  });
}
