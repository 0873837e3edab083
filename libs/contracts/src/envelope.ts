import type { Static, TSchema } from 'typebox';
import type { ServiceName } from './names.js';

/**
 * An event as other systems see it: CloudEvents 1.0 attributes plus Orderloom's extensions.
 * Spec: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface EventEnvelope<T extends string = string, D = unknown> {
  specversion: '1.0';
  /** UUID of the event; repeated deliveries carry the same one. */
  id: string;
  source: ServiceName;
  /** Full public type, e.g. `orderloom.order.OrderSubmitted.v1`. */
  type: T;
  /** Stream id, e.g. `order-<orderId>`; also the Kafka key. */
  subject: string;
  /** When the fact was recorded, ISO 8601 UTC. Where it happened at another time the data has `occurredAt`. */
  time: string;
  dataschema: string;
  datacontenttype: 'application/json';
  /** Revision of the event in its stream, decimal, counting from 0 without gaps. */
  sequence: string;
  /** Shared by everything that followed from one request. */
  correlationid: string;
  /** Id of the event or request that caused this one. */
  causationid: string;
  /** Who did it: a person's or a service's name; never personal data of a customer. */
  actor: string;
  /** W3C trace context, when the writer was traced. */
  traceparent?: string;
  data: D;
}

/** Title and text shown in the generated documents. */
export interface EventDocs {
  title: string;
  description: string;
}

/** One version of one public event type. Versions are never changed once written, only added to. */
export interface EventDefinition<
  S extends ServiceName = ServiceName,
  N extends string = string,
  V extends number = number,
  D extends TSchema = TSchema,
> {
  readonly service: S;
  /** Bare name, as stored: `OrderSubmitted`. */
  readonly name: N;
  readonly version: V;
  /** Public type: `orderloom.order.OrderSubmitted.v1`. */
  readonly type: `orderloom.${S}.${N}.v${V}`;
  /** URI of the JSON Schema of `data`. */
  readonly dataschema: string;
  /** JSON Schema of `data`, with its TypeScript type. */
  readonly data: D;
  readonly docs: EventDocs;
}

/** `data` of an event definition. */
export type DataOf<E extends EventDefinition> = Static<E['data']>;

/** The public envelope of an event definition: `EventOf<typeof OrderSubmittedV1>`. Distributes over unions. */
export type EventOf<E extends EventDefinition> = E extends EventDefinition
  ? EventEnvelope<E['type'], DataOf<E>>
  : never;

/** The stored form, `{ type: 'OrderSubmitted', data }`: what deciders return. Distributes over unions. */
export type DomainEventOf<E extends EventDefinition> = E extends EventDefinition
  ? { readonly type: E['name']; readonly data: DataOf<E> }
  : never;

/** URI under which the schema of a public type is published (`docs/contracts/schemas/<type>.json`). */
export const schemaUri = (type: string): string => `urn:orderloom:schema:${type}`;

/**
 * Defines one version of a public event.
 * @param service the service that records it
 * @param name bare name in the past tense, unique within the service
 * @param version counts from 1; a changed meaning is a new version
 * @param data JSON Schema (TypeBox) of the event's data. Readers must ignore fields they do not know
 */
export function defineEvent<S extends ServiceName, N extends string, V extends number, D extends TSchema>(
  service: S,
  name: N,
  version: V,
  data: D,
  docs: EventDocs,
): EventDefinition<S, N, V, D> {
  const type = `orderloom.${service}.${name}.v${version}` as const;
  return Object.freeze({ service, name, version, type, dataschema: schemaUri(type), data, docs });
}
