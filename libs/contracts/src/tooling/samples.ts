import type { EventDefinition } from '../envelope.js';

type Json = Record<string, unknown>;

const ID = '3f2a8c1e-5b7d-4e9a-8c6f-1d2e3f4a5b6c';

/** One plausible value for a schema, always the same one. Optional fields are filled in, so that readers meet them. */
function sampleOf(schema: Json, name: string): unknown {
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  switch (schema['type']) {
    case 'object':
      return schema['properties']
        ? Object.fromEntries(
            Object.entries(schema['properties'] as Record<string, Json>).map(([key, one]) => [key, sampleOf(one, key)]),
          )
        : { seen: 1 };
    case 'array':
      return [sampleOf((schema['items'] ?? {}) as Json, name)];
    case 'integer':
    case 'number':
      return Math.max(Number(schema['minimum'] ?? 1), 1);
    case 'boolean':
      return true;
    case 'string':
      return textFor(schema, name);
    default:
      return null;
  }
}

function textFor(schema: Json, name: string): string {
  const pattern = typeof schema['pattern'] === 'string' ? schema['pattern'] : '';
  if (pattern.startsWith('^sealed:')) return 'sealed:v1:customer:c-1:AAECAwQFBgcICQoLDA0ODw';
  if (pattern.startsWith('^[A-Z]{3}')) return 'USD';
  if (pattern.startsWith('^L')) return 'L1';
  if (schema['format'] === 'date-time') return '2026-03-01T09:30:00.000Z';
  if (schema['format'] === 'date') return '2026-03-01';
  if (name === 'country') return 'DE';
  return name.endsWith('Id') ? ID : name;
}

/** A sample of an event's data. */
export const sampleData = (definition: EventDefinition): Json =>
  sampleOf(JSON.parse(JSON.stringify(definition.data)), '') as Json;
