import { randomBytes, randomUUID } from 'node:crypto';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { jest } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder, until } from '../contract/temporary.js';
import type { Engine } from '../engine.js';
import { joinFrames } from './grpc/frames.js';
import { startEventStore } from './index.js';
import { Writer } from './protobuf.js';

// Two cores may be shared with other suites.
jest.setTimeout(60_000);

/** For the embedded engine only: its inside is looked at. */
describe('an event store among hostile and careless callers', () => {
  let folder: TemporaryFolder;
  let engine: Engine;
  let client: EventStoreDBClient;

  beforeAll(async () => {
    folder = await temporaryFolder();
    engine = await startEventStore({ dataDir: folder.path });
    client = EventStoreDBClient.connectionString(engine.url);
  });
  afterAll(async () => {
    await engine.close();
    await folder.remove();
  });

  const works = async (): Promise<void> => {
    const result = await client.appendToStream(`works-${randomUUID()}`, jsonEvent({ type: 'Works', data: {} }));
    expect(result.success).toBe(true);
  };

  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(engine.port, '127.0.0.1', () => resolve(socket));
      socket.on('error', reject);
    });

  it('survives garbage on the socket', async () => {
    for (let round = 0; round < 20; round += 1) {
      const socket = await open();
      socket.on('error', () => undefined);
      const preface = round % 2 === 0 ? 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' : 'GET / HTTP/1.1\r\n\r\n';
      socket.write(round < 10 ? preface : '');
      socket.write(randomBytes(4096));
      await new Promise((resolve) => setTimeout(resolve, 5));
      socket.destroy();
    }
    await works();
  });

  /** Sends raw bytes as the body of a call and answers with its gRPC status. */
  const call = (path: string, body: Buffer, type = 'application/grpc'): Promise<string> =>
    new Promise((resolve, reject) => {
      const session = connectHttp2(`http://127.0.0.1:${engine.port}`);
      session.on('error', reject);
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': type, te: 'trailers' });
      let status = '';
      stream.on('response', (headers) => {
        status = String(headers['grpc-status'] ?? `http ${headers[':status']}`);
      });
      stream.on('trailers', (trailers) => {
        status = String(trailers['grpc-status'] ?? status);
      });
      stream.on('error', () => undefined);
      stream.on('close', () => {
        session.close();
        resolve(status);
      });
      stream.resume();
      stream.end(body);
    });

  const streams = '/event_store.client.streams.Streams';

  it('refuses an oversized frame before holding it', async () => {
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(0xffff_fff0, 1);
    expect(await call(`${streams}/Append`, frame)).toBe('8');
    await works();
  });

  it('answers what is no message, no method and no gRPC with their statuses', async () => {
    const nonsense = Buffer.concat([Buffer.from([0, 0, 0, 0, 4]), Buffer.from([0x0a, 0xff, 0xff, 0xff])]);
    for (const method of ['Append', 'BatchAppend', 'Read', 'Delete']) {
      expect(Number(await call(`${streams}/${method}`, nonsense))).toBeGreaterThan(0);
    }
    const compressed = Buffer.from([1, 0, 0, 0, 0]);
    expect(await call(`${streams}/Append`, compressed)).toBe('12');
    expect(await call('/no.Such/Method', Buffer.alloc(0))).toBe('12');
    expect(await call(`${streams}/Read`, Buffer.alloc(0), 'text/plain')).toBe('http 415');
    for (let round = 0; round < 200; round += 1) {
      const body = randomBytes(Math.floor(Math.random() * 200));
      const head = Buffer.alloc(5);
      head.writeUInt32BE(body.length, 1);
      if (round % 20 === 0) await call(`${streams}/BatchAppend`, Buffer.concat([head, body]));
    }
    await works();
  });

  /** A connection that has asked for all of a stream, or `$all`, for ever, and reads nothing. */
  const follow = async (stream?: string): Promise<ClientHttp2Session> => {
    const session = connectHttp2(`http://127.0.0.1:${engine.port}`);
    session.on('error', () => undefined);
    const nothing = Buffer.alloc(0);
    const request = new Writer()
      .message(1, (options) => {
        if (stream === undefined) options.message(2, (all) => all.bytes(2, nothing));
        else options.message(1, (one) => one.message(1, (id) => id.string(3, stream)).bytes(3, nothing));
        options.bytes(6, nothing).bytes(8, nothing);
      })
      .finish();
    const call = session.request({ ':method': 'POST', ':path': `${streams}/Read`, 'content-type': 'application/grpc' });
    call.on('error', () => undefined);
    call.end(joinFrames([request]));
    await new Promise((resolve) => call.once('response', resolve));
    return session;
  };

  it('lets go of callers that vanish in the middle', async () => {
    const before = engine.stats()['calls'] ?? 0;
    const sessions = await Promise.all(Array.from({ length: 10 }, () => follow()));
    for (const session of sessions) {
      const half = session.request({
        ':method': 'POST',
        ':path': `${streams}/Append`,
        'content-type': 'application/grpc',
      });
      half.on('error', () => undefined);
      half.write(Buffer.from([0, 0, 0, 1, 0, 1, 2, 3]));
    }
    await until(() => (engine.stats()['calls'] ?? 0) >= before + 20, 'twenty calls');
    for (const session of sessions) session.destroy();
    await until(() => (engine.stats()['calls'] ?? 0) <= before, 'no call left behind');
    await works();
  });

  it('holds 500 idle connections and lets go of them', async () => {
    const base = engine.stats()['sessions'] ?? 0;
    const sockets: Socket[] = [];
    for (let round = 0; round < 500; round += 1) {
      const socket = await open();
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00');
      sockets.push(socket);
    }
    await until(() => (engine.stats()['sessions'] ?? 0) >= base + 500, '500 sessions');
    await works();
    for (const socket of sockets) socket.destroy();
    await until(() => (engine.stats()['sessions'] ?? 0) <= base, 'no session left behind');
  });

  it('does not grow with readers that stop reading', async () => {
    const stream = `slow-${randomUUID()}`;
    const pad = 'x'.repeat(50_000);
    for (let part = 0; part < 40; part += 1) {
      const events = Array.from({ length: 10 }, () => jsonEvent({ type: 'Slow', data: { pad } }));
      await client.appendToStream(stream, events);
    }
    const memory = (): number => {
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      return arrayBuffers + heapUsed;
    };
    const before = memory();
    // Twenty times 20 MB is asked for, and nothing of it is taken.
    const sessions = await Promise.all(Array.from({ length: 20 }, () => follow(stream)));
    await works();
    expect(memory() - before).toBeLessThan(300_000_000);
    for (const session of sessions) session.destroy();
    await until(() => memory() - before < 150_000_000, 'memory to return', 10_000);
  });
});
