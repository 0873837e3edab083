export { KafkaClient, type KafkaClientOptions, type TopicSpec } from './client.js';
export { deadLetterTopic } from './dead/record.js';
export { type DeadLetter, type DeadLetterQuery, DeadLetters } from './dead-letters.js';
export {
  type Classified,
  classify,
  describeError,
  type FailureClass,
  InfrastructureDown,
  isInfrastructureError,
  PermanentError,
  TransientError,
} from './errors.js';
export { EventConsumer } from './event-consumer.js';
export { OnEvents, type OnEventsOptions } from './nest/on-events.js';
export { instancesIn, KafkaEventStrategy, type KafkaEventStrategyOptions } from './nest/strategy.js';
export type { EventPublisher } from './publisher.js';
export { type Passing, type Place, TopicReader } from './topic-reader.js';
export {
  type BatchContext,
  type BatchHandler,
  type BatchResult,
  type ConsumerHealth,
  type ConsumerOptions,
  type ConsumerState,
  type ConsumerStats,
  type MessagingLogger,
  type ReceivedEvent,
  type Subscription,
  silentLogger,
  type Watermarks,
} from './types.js';
