import { connect } from 'node:net';
import { Binary, Long, MongoClient } from 'mongodb';
import { temporaryFolder } from '../../contract/temporary.js';
import { decode, encode } from '../bson/decode.js';
import { startDocumentStore } from '../index.js';

/** Sends one command by hand and answers with the reply: drivers do not let a transaction number be repeated. */
async function send(port: number, command: Record<string, unknown>): Promise<Record<string, unknown>> {
  const body = encode(command);
  const head = Buffer.alloc(21);
  head.writeInt32LE(21 + body.length, 0);
  head.writeInt32LE(2013, 12);
  const socket = connect(port, '127.0.0.1');
  const reply = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('error', reject);
    socket.write(Buffer.concat([head, body]));
  });
  socket.destroy();
  return decode(reply, 'plain', 21);
}

describe('a retried write', () => {
  it('is done once, also across a restart of the engine', async () => {
    const folder = await temporaryFolder();
    let engine = await startDocumentStore({ dataDir: folder.path });
    try {
      const lsid = { id: new Binary(Buffer.alloc(16, 9), 4) };
      const increment = (number: number): Record<string, unknown> => ({
        update: 'items',
        updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } }, upsert: true }],
        lsid,
        txnNumber: Long.fromNumber(number),
        $db: 'retry',
      });
      expect(await send(engine.port, increment(1))).toMatchObject({ ok: 1, n: 1, nModified: 0 });
      expect(await send(engine.port, increment(1))).toMatchObject({
        ok: 1,
        n: 1,
        nModified: 0,
        upserted: [{ index: 0, _id: 1 }],
      });
      await engine.close();
      engine = await startDocumentStore({ dataDir: folder.path });
      expect(await send(engine.port, increment(1))).toMatchObject({ ok: 1, n: 1, nModified: 0 });
      expect(await send(engine.port, increment(2))).toMatchObject({ ok: 1, n: 1, nModified: 1 });
      expect(await send(engine.port, increment(1))).toMatchObject({ ok: 0, code: 225 });
      const client = await new MongoClient(engine.url).connect();
      expect(await client.db('retry').collection<{ _id: number }>('items').findOne({ _id: 1 })).toEqual({
        _id: 1,
        n: 2,
      });
      await client.close();
    } finally {
      await engine.close();
      await folder.remove();
    }
  });
});
