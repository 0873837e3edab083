import { jest } from '@jest/globals';
import type { ReceivedEvent } from '@orderloom/messaging';
import { startTestEngines, type TestEngines } from '@orderloom/testing';
import mongoose, { type Connection } from 'mongoose';
import type { ProjectionDefinition } from './definition.js';
import { TopicProjection } from './topic-projection.js';
import { EventGap } from './writer.js';

// Engines start slowly on a busy machine.
jest.setTimeout(60_000);

interface Seen {
  readonly _id: string;
  readonly types: readonly string[];
}

let engines: TestEngines;
let connection: Connection;
let serial = 0;

beforeAll(async () => {
  engines = await startTestEngines(['documentStore']);
  connection = await mongoose
    .createConnection(engines.mongoUrl, { dbName: `orderloom_test_${process.pid}_${Date.now()}` })
    .asPromise();
});
afterAll(async () => {
  await connection.close();
  await engines.close();
});

const event = (subject: string, sequence: number, name = 'OrderSubmitted', offset = sequence): ReceivedEvent => ({
  specversion: '1.0',
  id: `${subject}@${sequence}`,
  source: 'order',
  type: `orderloom.order.${name}.v1`,
  subject,
  time: '2024-05-01T10:00:00.000Z',
  dataschema: `urn:orderloom:schema:orderloom.order.${name}.v1`,
  datacontenttype: 'application/json',
  sequence: String(sequence),
  correlationid: 'c',
  causationid: 'c',
  actor: 'ann',
  data: {},
  topic: 'orders.v1',
  partition: 3,
  offset: String(offset),
});

const setup = async (changes: Partial<ProjectionDefinition<Seen>> = {}) => {
  const base = {
    name: `topic${serial++}`,
    version: 1,
    keyOf: (found: { streamId: string }) => found.streamId,
    evolve: (doc: Seen | null, found: { streamId: string; type: string }) => ({
      _id: found.streamId,
      types: [...(doc?.types ?? []), found.type],
    }),
    indexes: [],
  };
  const make = async (more: Partial<ProjectionDefinition<Seen>> = {}) => {
    const definition = { ...base, ...changes, ...more };
    const options = {
      connection,
      definition,
      group: 'customer.orders',
      topics: ['orders.v1'],
      handles: ['orderloom.order.OrderSubmitted.v1'],
    };
    const projection = new TopicProjection(options);
    return { projection, ...(await projection.start()) };
  };
  return make;
};

it('folds each event once, however often it is delivered', async () => {
  const { projection } = await (await setup())();
  const batch = [event('order-1', 0), event('order-2', 0), event('order-1', 1, 'OrderConfirmed')];
  await projection.handleBatch(batch);
  await projection.handleBatch(batch);
  await projection.handleBatch([...batch, event('order-2', 1, 'OrderCancelled')]);
  expect(await projection.collection().findOne({ _id: 'order-1' })).toMatchObject({
    types: ['OrderSubmitted', 'OrderConfirmed'],
    _sequence: 1,
  });
  expect(await projection.collection().findOne({ _id: 'order-2' })).toMatchObject({
    types: ['OrderSubmitted', 'OrderCancelled'],
  });
  await projection.waitFor('order-2', 1, 100);
});

it('fails on a gap, so that the event is parked behind the one that is missing', async () => {
  const { projection } = await (await setup())();
  await projection.handleBatch([event('order-1', 0)]);
  await expect(projection.handleBatch([event('order-1', 2)])).rejects.toBeInstanceOf(EventGap);
  await projection.handleBatch([event('order-1', 1), event('order-1', 2)]);
  expect(await projection.collection().findOne({ _id: 'order-1' })).toMatchObject({ _sequence: 2 });
});

it('calls at the same time on one document are folded in turn', async () => {
  const { projection } = await (await setup({ guard: 'log', keyOf: () => 'all' }))();
  const calls = Array.from({ length: 10 }, (_, n) =>
    projection.handleBatch([event(`order-${n}`, 0, 'OrderSubmitted', n)]),
  );
  await Promise.all(calls);
  const found = await projection.collection().findOne({ _id: 'all' });
  expect(found).toMatchObject({ _offsets: { 'orders_v1/3': 9 } });
  expect(found?.types).toHaveLength(10);
});

it('is rebuilt by a second group beside the live one and switched', async () => {
  const make = await setup();
  const { projection } = await make();
  expect(projection.subscription().group).toBe('customer.orders');
  await projection.handleBatch([event('order-1', 0)]);
  const newer = await make({ version: 2 });
  expect(await newer.projection.collection().countDocuments({})).toBe(1);
  await expect(newer.projection.handleBatch([event('order-1', 1)])).rejects.toThrow(/activate/);
  const { rebuild } = newer;
  if (!rebuild) throw new Error('no rebuild offered');
  expect(rebuild.subscription.group).toMatch(/^customer\.orders\.v2-2-/);
  const context = { group: '', attempt: 1, replay: false, signal: new AbortController().signal };
  await rebuild.subscription.handleBatch([event('order-1', 0), event('order-2', 0)], context);
  expect(await newer.projection.collection().countDocuments({})).toBe(1);
  await rebuild.activate();
  expect(await newer.projection.collection().countDocuments({})).toBe(2);
  const restarted = await make({ version: 2 });
  expect(restarted.rebuild).toBeNull();
  expect(restarted.projection.subscription().group).toBe(rebuild.subscription.group);
});
