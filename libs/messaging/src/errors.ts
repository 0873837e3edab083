import { isRefused, MalformedEvent } from '@orderloom/contracts';

/** This event can never be handled: it goes to the dead letters and its key is parked behind it. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Worth another try soon: the event waits in place, its key with it, while other keys go on. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  readonly code: string;
  constructor(message: string, options?: ErrorOptions & { code?: string }) {
    super(message, options);
    this.code = options?.code ?? 'TRANSIENT';
  }
}

/** An engine that every event needs is away: nothing is dead-lettered, everything waits until it is back. */
export class InfrastructureDown extends Error {
  override readonly name = 'InfrastructureDown';
}

export type FailureClass = 'permanent' | 'transient' | 'infrastructure';

/** How a failure is treated, and the stable code that is kept with a dead letter. */
export interface Classified {
  readonly kind: FailureClass;
  readonly code: string;
  /** A failure nobody foresaw gets fewer tries than one that was declared transient. */
  readonly declared: boolean;
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOSPC',
]);

// By name, because this library imports neither driver, and because two copies of a driver make `instanceof` lie.
const ENGINE_AWAY = new Set([
  'InfrastructureDown',
  // mongodb and mongoose
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
  'MongoNotConnectedError',
  'MongoClientClosedError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  // kafkajs
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
]);

/** `type` of @eventstore/db-client's errors when the server, not the request, is the trouble. */
const EVENT_STORE_AWAY = new Set(['unavailable', 'timeout', 'deadline-exceeded', 'not-leader']);

/** MongoDB server codes that mean "no primary now, or shutting down". */
const MONGO_AWAY = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Mistakes of the code on this input: trying again gives the same. */
const PROGRAMMING = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'AssertionError']);

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const engineAway = (error: unknown): boolean => {
  const name = field(error, 'name');
  if (typeof name === 'string' && ENGINE_AWAY.has(name)) return true;
  const code = field(error, 'code');
  if (typeof code === 'string' && NETWORK_CODES.has(code)) return true;
  if (name === 'MongoServerError' && typeof code === 'number' && MONGO_AWAY.has(code)) return true;
  const type = field(error, 'type');
  return error instanceof Error && typeof type === 'string' && EVENT_STORE_AWAY.has(type);
};

/**
 * Does this error say that an engine (event store, document store, broker, disk) is away, rather than that this one
 * event is bad? Looks through `cause` and `errors`, because drivers wrap what went wrong.
 */
export const isInfrastructureError = (error: unknown, depth = 0): boolean => {
  if (typeof error !== 'object' || error === null || depth > 6) return false;
  if (error instanceof PermanentError || error instanceof TransientError || isRefused(error)) return false;
  if (engineAway(error)) return true;
  if (isInfrastructureError(field(error, 'cause'), depth + 1)) return true;
  const errors = field(error, 'errors');
  return Array.isArray(errors) && errors.length > 0 && errors.every((e) => isInfrastructureError(e, depth + 1));
};

/** Decides what becomes of an event whose handling failed with `error`. */
export const classify = (error: unknown): Classified => {
  if (error instanceof PermanentError) return { kind: 'permanent', code: error.code, declared: true };
  if (error instanceof TransientError) return { kind: 'transient', code: error.code, declared: true };
  if (error instanceof MalformedEvent) return { kind: 'permanent', code: String(error.code), declared: true };
  if (isRefused(error)) {
    // Somebody else wrote to the stream meanwhile: reloading and deciding again is the cure.
    if (String(error.code) === 'REVISION_CONFLICT') {
      return { kind: 'transient', code: 'REVISION_CONFLICT', declared: true };
    }
    return { kind: 'permanent', code: String(error.code), declared: true };
  }
  if (isInfrastructureError(error)) return { kind: 'infrastructure', code: 'INFRASTRUCTURE_DOWN', declared: true };
  const name = field(error, 'name');
  if (typeof name === 'string' && PROGRAMMING.has(name)) return { kind: 'permanent', code: name, declared: false };
  return { kind: 'transient', code: typeof name === 'string' ? name : 'UNKNOWN', declared: false };
};

/** A sentence about anything that was thrown, for headers and logs; at most 1,000 characters. */
export const describeError = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${String(error)}`;
  return text.length > 1000 ? `${text.slice(0, 999)}…` : text;
};
