import { jest } from '@jest/globals';
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, startTestEngines, type TestEngines, uniqueId } from '@orderloom/testing';
import { KafkaClient } from '../client.js';
import { completed } from '../fixtures.js';
import type { ReceivedEvent } from '../types.js';
import { OnEvents } from './on-events.js';
import { instancesIn, KafkaEventStrategy } from './strategy.js';

const TOPIC = uniqueId('orders');
const GROUP = uniqueId('nest');
const type = completed(0, 0).type;
const order: string[] = [];
let release = () => {};
const released = new Promise<void>((resolve) => {
  release = resolve;
});

@Injectable()
class Projector {
  readonly seen: ReceivedEvent[] = [];
  @OnEvents({ group: GROUP, topics: [TOPIC], types: [type] })
  async on(events: readonly ReceivedEvent[]): Promise<void> {
    if (events.some((event) => event.subject === 'order-bug')) throw new TypeError('a bug in the handler');
    if (events.some((event) => event.subject === 'order-last')) await released;
    this.seen.push(...events);
    order.push('handled');
  }
}

@Injectable()
class Store {
  onApplicationShutdown(): void {
    order.push('store closed');
  }
}

@Module({ providers: [Projector, Store] })
class AppModule {}

// Not a wait: a limit for slow machines.
jest.setTimeout(30_000);

describe('the Nest transport', () => {
  let engines: TestEngines;
  let client: KafkaClient;

  beforeAll(async () => {
    engines = await startTestEngines(['broker']);
    client = new KafkaClient({ brokers: engines.brokers, clientId: 'nest' });
  });
  afterAll(async () => {
    await client.close();
    await engines.close();
  });

  it('feeds marked methods, survives their mistakes, and stops before the stores close', async () => {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const strategy = new KafkaEventStrategy({
      client,
      handlers: () => instancesIn(app),
      consumer: { commitMs: 20, parkedPollMs: 50 },
    });
    const server = await NestFactory.createMicroservice(AppModule, { strategy, logger: false });
    await server.listen();
    expect(strategy.consumers.map((consumer) => consumer.group)).toEqual([GROUP]);
    const { seen } = app.get(Projector);

    await client.publisher().publish(TOPIC, [completed('bug', 0), completed('a', 0), completed('b', 0)]);
    await eventually(() => seen.length === 2, 'the events beside the poisonous one are handled');
    await client.publisher().publish(TOPIC, [completed('a', 1)]);
    await eventually(() => seen.length === 3, 'the consumer goes on after a raw TypeError');
    expect((await client.deadLetters().list({ topic: TOPIC, group: GROUP })).map((letter) => letter.code)).toEqual([
      'TypeError',
    ]);

    await client.publisher().publish(TOPIC, [completed('last', 0)]);
    await eventually(() => strategy.consumers[0]?.health().running === 1);
    order.length = 0;
    const closing = server.close();
    release();
    await closing;
    await app.close();
    expect(order).toEqual(['handled', 'store closed', 'store closed']);
    expect((await client.groupLag(GROUP, [TOPIC])).total).toBe(0);
  });

  it('refuses request/reply patterns with one clear sentence', async () => {
    const strategy = new KafkaEventStrategy({ client, handlers: () => [] });
    strategy.addHandler('sum', async () => {});
    await expect(
      new Promise<void>((resolve, reject) => strategy.listen((error) => (error ? reject(error) : resolve()))),
    ).rejects.toThrow('use @OnEvents instead of: sum');
  });
});
