import { eventCatalogue } from '../catalogue.js';
import type { EventDefinition } from '../envelope.js';
import { PARTITIONS, type ServiceName, serviceNames, streamPrefixes, topicOf } from '../names.js';

/** Generated files: path from the repository's root → text. */
export type Documents = ReadonlyMap<string, string>;

type Json = Record<string, unknown>;

// TypeBox keeps its own marks on schemas as hidden properties; a round trip through JSON leaves the plain schema.
const plain = (schema: unknown): Json => JSON.parse(JSON.stringify(schema));
const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const schemaPath = (definition: EventDefinition): string => `docs/contracts/schemas/${definition.type}.json`;

const schemaFile = (definition: EventDefinition): Json => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: definition.dataschema,
  title: definition.docs.title,
  ...plain(definition.data),
  description: definition.docs.description,
});

const headerSchema: Json = {
  type: 'object',
  required: [
    'ce_specversion',
    'ce_id',
    'ce_source',
    'ce_type',
    'ce_subject',
    'ce_time',
    'ce_sequence',
    'ce_correlationid',
    'ce_causationid',
    'ce_actor',
    'content-type',
  ],
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', format: 'uuid', description: 'The same in every delivery of the event.' },
    ce_source: { type: 'string', enum: [...serviceNames] },
    ce_type: { type: 'string' },
    ce_subject: { type: 'string', description: 'Stream id; also the key of the message.' },
    ce_time: { type: 'string', format: 'date-time', description: 'When the fact was recorded.' },
    ce_dataschema: { type: 'string', format: 'uri' },
    ce_sequence: { type: 'string', pattern: '^(0|[1-9][0-9]*)$', description: 'Revision in the stream, no gaps.' },
    ce_correlationid: { type: 'string' },
    ce_causationid: { type: 'string' },
    ce_actor: { type: 'string' },
    ce_traceparent: { type: 'string', description: 'W3C trace context.' },
    'content-type': { type: 'string', const: 'application/json' },
  },
};

const eventsOf = (service: ServiceName): EventDefinition[] =>
  eventCatalogue.filter((definition) => definition.service === service);

/** AsyncAPI 3.0 (https://www.asyncapi.com/docs/reference/specification/v3.0.0) of every topic. */
export function asyncApi(): Json {
  const channels: Json = {};
  const operations: Json = {};
  const messages: Json = {};
  for (const service of serviceNames) {
    const events = eventsOf(service);
    channels[service] = {
      address: topicOf[service],
      description: `Events of the ${service} service, keyed by stream id, kept for ever.`,
      bindings: { kafka: { topic: topicOf[service], partitions: PARTITIONS, bindingVersion: '0.5.0' } },
      messages: Object.fromEntries(
        events.map((event) => [event.type, { $ref: `#/components/messages/${event.type}` }]),
      ),
    };
    operations[`publish_${service}`] = {
      action: 'send',
      channel: { $ref: `#/channels/${service}` },
      summary: `The ${service} service publishes what it records.`,
    };
    for (const event of events) {
      messages[event.type] = {
        name: event.type,
        title: event.docs.title,
        summary: event.docs.description,
        contentType: 'application/json',
        headers: { $ref: '#/components/schemas/CloudEventHeaders' },
        payload: { $ref: `./schemas/${event.type}.json` },
        bindings: { kafka: { key: { type: 'string', description: 'Stream id.' }, bindingVersion: '0.5.0' } },
      };
    }
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Orderloom events',
      version: '1',
      description:
        'CloudEvents 1.0 in binary mode on Kafka. Order is kept per key; a consumer may meet an event again.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels,
    operations,
    components: { messages, schemas: { CloudEventHeaders: headerSchema } },
  };
}

const typeName = (schema: Json): string => {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${String(value)}\``).join(' \\| ');
  if (schema['type'] === 'array') return `list of ${typeName((schema['items'] ?? {}) as Json)}`;
  if (schema['type'] === 'object' && schema['properties']) {
    return `{ ${Object.keys(schema['properties']).join(', ')} }`;
  }
  if (typeof schema['pattern'] === 'string' && schema['pattern'].startsWith('^sealed:')) return 'sealed';
  if (schema['format'] === 'date-time') return 'time';
  return typeof schema['type'] === 'string' ? schema['type'] : 'any';
};

const fieldTable = (definition: EventDefinition): string[] => {
  const schema = plain(definition.data);
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
  return [
    '| field | type | |',
    '| --- | --- | --- |',
    ...properties.map(([name, property]) => {
      const text = typeof property['description'] === 'string' ? property['description'] : '';
      return `| \`${name}\`${required.has(name) ? '' : ' (optional)'} | ${typeName(property)} | ${text.replaceAll('|', '\\|')} |`;
    }),
  ];
};

/** `docs/events.md`: every topic and event with its fields. */
export function eventsPage(): string {
  const lines = [
    '# Events',
    '',
    '<!-- Generated from libs/contracts by its tooling; a test fails when this page is stale. -->',
    '',
    'Every fact that a service records is published once to the topic of that service, as a CloudEvents 1.0 event in',
    'binary mode: attributes are Kafka headers (`ce_id`, `ce_type`, `ce_subject`, `ce_sequence`, …), the data is the',
    'JSON value, and the key is the stream id. Events of one stream stay in order and their `ce_sequence` has no gaps.',
    'An event can come again; it then has the same `ce_id` and `ce_sequence`. Fields may be added at any time: ignore',
    'those you do not know. Amounts are integer minor units. `sealed` values are personal data, encrypted for good.',
    '',
    `Each topic has ${PARTITIONS} partitions and keeps its events for ever. Schemas: [contracts/schemas](contracts/schemas),`,
    'AsyncAPI: [contracts/asyncapi.json](contracts/asyncapi.json). Codes and the typed consumer:',
    '[libs/contracts](../libs/contracts/README.md).',
    '',
    '| topic | service | streams | events |',
    '| --- | --- | --- | --- |',
    ...serviceNames.map(
      (service) =>
        `| \`${topicOf[service]}\` | ${service} | ${streamPrefixes[service].map((prefix) => `\`${prefix}…\``).join(', ')} | ${eventsOf(service).length} |`,
    ),
    '',
  ];
  for (const service of serviceNames) {
    lines.push(`## ${topicOf[service]}`, '');
    for (const event of eventsOf(service)) {
      lines.push(`### ${event.name} v${event.version}`, '', event.docs.description, '');
      lines.push(`\`${event.type}\` · [schema](contracts/schemas/${event.type}.json)`, '');
      lines.push(...fieldTable(event), '');
    }
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Every generated file. */
export function documents(): Documents {
  const files = new Map<string, string>();
  for (const definition of eventCatalogue) files.set(schemaPath(definition), pretty(schemaFile(definition)));
  files.set('docs/contracts/asyncapi.json', pretty(asyncApi()));
  files.set('docs/events.md', eventsPage());
  return files;
}
