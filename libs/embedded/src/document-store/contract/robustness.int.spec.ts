import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MongoClient } from 'mongodb';
import { type TemporaryFolder, temporaryFolder, until } from '../../contract/temporary.js';
import type { Engine } from '../../engine.js';
import { startDocumentStore } from '../index.js';

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

function message(opCode: number, body: Buffer, size = 16 + body.length): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(size, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(opCode, 12);
  return Buffer.concat([head, body]);
}

/** Bytes of heap and buffers after a full collection. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('a document store among bad clients', () => {
  let folder: TemporaryFolder;
  let engine: Engine;
  let client: MongoClient;

  beforeAll(async () => {
    folder = await temporaryFolder();
    engine = await startDocumentStore({ dataDir: folder.path });
    client = await new MongoClient(engine.url).connect();
  });
  afterAll(async () => {
    await client.close();
    await engine.close();
    await folder.remove();
  });

  const works = async (): Promise<void> => {
    expect((await client.db('robust').command({ ping: 1 }))['ok']).toBe(1);
  };

  it('hangs up on garbage and on messages larger than it announced', async () => {
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(64, 0xff),
      message(2013, Buffer.alloc(0), 1_000_000_000),
      message(9999, Buffer.alloc(8)),
    ]) {
      const socket = await open(engine.port);
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.on('error', () => undefined);
      socket.write(bytes);
      await closed;
    }
    await works();
  });

  it('answers broken messages with an error and stays up', async () => {
    const bodies = [
      Buffer.alloc(4),
      Buffer.from([0, 0, 0, 0, 0, 5, 0, 0, 0, 0]),
      Buffer.from([0, 0, 0, 0, 0, 100, 0, 0, 0, 0]),
      Buffer.from([0, 0, 0, 0, 7, 5, 0, 0, 0, 0]),
      Buffer.from([0, 0, 0, 0, 0, 12, 0, 0, 0, 0x10, 0x61, 0, 1, 0, 0, 0]),
      Buffer.from([0, 0, 0, 0, 0, 13, 0, 0, 0, 2, 97, 0, 255, 255, 255, 127, 0, 0]),
    ];
    for (const body of bodies) {
      const socket = await open(engine.port);
      const answered = new Promise<Buffer>((resolve) => socket.once('data', resolve));
      socket.write(message(2013, body));
      expect((await answered).toString('latin1')).toContain('errmsg');
      socket.destroy();
    }
    await works();
  });

  it('survives random bytes in every place of a good request', async () => {
    const good = message(
      2013,
      Buffer.concat([
        Buffer.alloc(5),
        Buffer.from([38, 0, 0, 0]),
        Buffer.from('\x10ping\0\x01\0\0\0\x02$db\0\x07\0\0\0robust\0\x08x\0\x01\0', 'latin1'),
      ]),
    );
    for (let i = 16; i < good.length; i += 1) {
      const socket = await open(engine.port);
      socket.on('error', () => undefined);
      socket.resume();
      const spoiled = Buffer.from(good);
      spoiled[i] = (spoiled[i]! + 1 + ((i * 37) % 250)) & 0xff;
      socket.end(spoiled);
      await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    }
    await works();
  });

  it('forgets clients that vanish in the middle of a request', async () => {
    const before = engine.stats()['connections']!;
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open(engine.port)));
    for (const socket of sockets) {
      socket.write(message(2013, Buffer.alloc(1000), 40_000_000));
      socket.destroy();
    }
    await until(() => engine.stats()['connections'] === before, 'the connections are still counted');
    await works();
  });

  it('holds 500 idle connections and gives their memory back', async () => {
    const before = engine.stats()['connections']!;
    const sockets = await Promise.all(Array.from({ length: 500 }, () => open(engine.port)));
    await until(() => engine.stats()['connections'] === before + 500, 'not all connections are open');
    await works();
    for (const socket of sockets) socket.destroy();
    await until(() => engine.stats()['connections'] === before, 'the connections are still open');
  });

  it('takes documents of 16 MB and refuses larger ones', async () => {
    const items = client.db('robust').collection<{ _id: number; text: string }>('large');
    await items.insertOne({ _id: 1, text: 'x'.repeat(16 * 1024 * 1024 - 100) });
    expect((await items.findOne({ _id: 1 }))?.text.length).toBe(16 * 1024 * 1024 - 100);
    await expect(items.updateOne({ _id: 1 }, [{ $set: { more: '$text' } }])).rejects.toMatchObject({ code: 10334 });
    await items.drop();
  });

  it('keeps memory in proportion with 100,000 documents', async () => {
    const items = client.db('robust').collection<{ _id: string; s: string; n: number; text: string }>('many');
    await items.createIndex({ s: 1, n: 1 });
    const before = memory();
    for (let from = 0; from < 100_000; from += 5_000) {
      await items.insertMany(
        Array.from({ length: 5_000 }, (_, i) => ({
          _id: `d${from + i}`,
          s: `s${(from + i) % 2000}`,
          n: from + i,
          text: 'small',
        })),
      );
    }
    const after = memory();
    // The driver runs in this process too; documents kept in memory would take 100 MB and more.
    expect(after - before).toBeLessThan(40 * 1024 * 1024);
    const started = performance.now();
    expect(await items.find({ s: 's77' }).toArray()).toHaveLength(50);
    expect(performance.now() - started).toBeLessThan(250);
  }, 60_000);
});
