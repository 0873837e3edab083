/** Event sourcing on EventStoreDB: deciders, streams, the relay. The one place that knows the store's client. */
export * from './backoff.js';
export * from './checkpoint-keeper.js';
export * from './command.js';
export * from './envelope.js';
export * from './errors.js';
export * from './ids.js';
export * from './relay.js';
export * from './repository.js';
export * from './store/event-store.js';
export { comparePositions } from './store/subscription.js';
export * from './types.js';
export { upcast } from './upcasting.js';
