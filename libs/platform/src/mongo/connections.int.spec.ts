import type { Socket } from 'node:net';
import { startTestEngines, type TestEngines } from '@orderloom/testing';
import { Schema } from 'mongoose';
import { MongoConnections } from './connections.js';

interface Pool {
  readonly connections: Iterable<{ readonly socket: Socket }>;
}

describe('connections to MongoDB', () => {
  let engines: TestEngines;
  beforeAll(async () => {
    engines = await startTestEngines(['documentStore']);
  });
  afterAll(() => engines?.close());

  it('share one client per process and URL, and close it with the last user', async () => {
    const [a, b] = [new MongoConnections(engines.mongoUrl), new MongoConnections(engines.mongoUrl)];
    await Promise.all([a.connect(), b.connect()]);
    expect(a.connection('order').getClient()).toBe(b.connection('customer').getClient());
    expect(a.connection('order')).toBe(a.connection('order'));
    expect(a.connection('order').name).toBe('orderloom_order');
    await a.close();
    await a.close();
    await b.ping();
    await b.close();
    await expect(b.ping()).rejects.toThrow('not connected');
    const c = new MongoConnections(engines.mongoUrl);
    await c.connect();
    await c.ping();
    await c.close();
  });

  it('throw on fields and filters that no schema knows, and make no index on their own', async () => {
    const mongo = new MongoConnections(engines.mongoUrl);
    await mongo.connect();
    try {
      await check(mongo);
    } finally {
      await mongo.close();
    }
  });

  it('end an operation whose connection was closed before the driver noticed', async () => {
    const mongo = new MongoConnections(engines.mongoUrl);
    await mongo.connect();
    try {
      const client = mongo.connection('closed').getClient();
      await client.db('closed').command({ ping: 1 });
      // The driver's own pool: nothing public gives its sockets.
      const { topology } = client as unknown as { topology: { s: { servers: Map<string, { pool: Pool }> } } };
      for (const { pool } of topology.s.servers.values()) for (const { socket } of pool.connections) socket.destroy();
      const late = new Promise((_, reject) => setTimeout(() => reject(new Error('never answered')), 10_000).unref());
      const answer = client.db('closed').command({ ping: 1 });
      await expect(Promise.race([answer, late])).rejects.toThrow(/closed/);
      await mongo.ping();
    } finally {
      await mongo.close();
    }
  });

  const check = async (mongo: MongoConnections): Promise<void> => {
    const connection = mongo.connection(`strict_${process.pid}`);
    const things = connection.model('Thing', new Schema({ _id: String, name: { type: String, index: true } }));
    await things.create({ _id: 'a', name: 'x' });
    await expect(things.create({ _id: 'b', nmae: 'typo' } as never)).rejects.toThrow(/nmae/);
    await expect(things.findOne({ nmae: 'typo' } as never)).rejects.toThrow(/nmae/);
    expect(Object.keys(await things.collection.indexInformation())).toEqual(['_id_']);
  };
});
