import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { KafkaClient } from '../client.js';
import type { EventConsumer } from '../event-consumer.js';
import type { BatchContext, BatchResult, ConsumerOptions, ReceivedEvent } from '../types.js';
import { eventMethodsOf } from './on-events.js';
import { type EventMethod, subscriptionsOf } from './route.js';

export interface KafkaEventStrategyOptions {
  readonly client: KafkaClient;
  /** Objects that may carry {@link OnEvents} methods, asked when the transport starts; see {@link instancesIn}. */
  readonly handlers: () => Iterable<object>;
  readonly consumer?: ConsumerOptions;
}

/** Every provider and controller of a Nest application that exists once (request-scoped ones have no business here). */
export const instancesIn = (app: INestApplicationContext): object[] => {
  const found = new Set<object>();
  for (const module of app.get(ModulesContainer, { strict: false }).values()) {
    for (const wrapper of [...module.providers.values(), ...module.controllers.values()]) {
      const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : undefined;
      if (typeof instance === 'object' && instance !== null) found.add(instance);
    }
  }
  return [...found];
};

/**
 * Feeds {@link OnEvents} methods from Kafka, in place of Nest's own Kafka transport, which loses errors, commits what
 * nobody handled and lets one bad message block its partition for ever:
 *
 * ```ts
 * app.connectMicroservice({ strategy: new KafkaEventStrategy({ client, handlers: () => instancesIn(app) }) });
 * await app.startAllMicroservices();
 * ```
 *
 * There is no request/reply over Kafka. `app.close()` closes it after the modules' `beforeApplicationShutdown` and
 * before `onApplicationShutdown`, so stores are to be closed in the latter.
 */
export class KafkaEventStrategy extends Server implements CustomTransportStrategy {
  readonly #options: KafkaEventStrategyOptions;
  #consumers: EventConsumer[] = [];

  constructor(options: KafkaEventStrategyOptions) {
    super();
    this.#options = options;
  }

  /** One per group, for health and lag. */
  get consumers(): readonly EventConsumer[] {
    return this.#consumers;
  }

  listen(callback: (error?: unknown) => void): void {
    this.#start().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
  }

  on(): never {
    throw new Error('this transport has no events; look at `consumers`');
  }

  unwrap<T>(): T {
    throw new Error('kafkajs stays inside this library; look at `consumers`');
  }

  async #start(): Promise<void> {
    if (this.messageHandlers.size > 0) {
      const patterns = [...this.messageHandlers.keys()].join(', ');
      throw new Error(`no request/reply and no @EventPattern over Kafka, use @OnEvents instead of: ${patterns}`);
    }
    const methods = [...this.#options.handlers()].flatMap(methodsOf);
    this.#consumers = subscriptionsOf(methods).map((subscription) =>
      this.#options.client.consumer(subscription, this.#options.consumer),
    );
    await Promise.all(this.#consumers.map((consumer) => consumer.start()));
  }
}

const methodsOf = (instance: object): EventMethod[] =>
  eventMethodsOf(instance).map(({ method, options }) => {
    const name = `${instance.constructor.name}.${String(method)}`;
    return {
      name,
      options,
      // Looked up on each call, so that an interceptor or a test may replace the method.
      handle: async (events: readonly ReceivedEvent[], context: BatchContext): Promise<undefined | BatchResult> => {
        const own: unknown = Reflect.get(instance, method);
        if (typeof own !== 'function') throw new Error(`${name} is no method`);
        return Reflect.apply(own, instance, [events, context]);
      },
    };
  });
