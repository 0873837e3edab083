import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { findEvent } from './catalogue.js';
import type { EventDefinition, EventEnvelope } from './envelope.js';
import { isServiceName } from './names.js';

/** One thing wrong with an event: where (JSON pointer-like path) and what. */
export interface Problem {
  path: string;
  message: string;
}

/** Outcome of `validateEvent`. */
export type Validation<E = EventEnvelope> = { ok: true; event: E } | { ok: false; problems: Problem[] };

let shared: Ajv | undefined;
const ajv = (): Ajv => {
  if (!shared) {
    shared = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
    formats.default(shared, ['date-time', 'date', 'uuid', 'uri-reference']);
  }
  return shared;
};

// Compiling a schema takes about a millisecond, so each type is compiled when it is first met.
const compiled = new Map<string, ValidateFunction>();

const validatorOf = (definition: EventDefinition): ValidateFunction => {
  let validate = compiled.get(definition.type);
  if (!validate) {
    validate = ajv().compile(definition.data);
    compiled.set(definition.type, validate);
  }
  return validate;
};

const toProblem = (error: ErrorObject): Problem => ({
  path: `data${error.instancePath.replaceAll('/', '.')}`,
  message: error.message ?? error.keyword,
});

/** Problems of `data` against a definition's schema; empty when there are none. */
export function problemsOfData(definition: EventDefinition, data: unknown): Problem[] {
  const validate = validatorOf(definition);
  return validate(data) ? [] : (validate.errors ?? []).map(toProblem);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DECIMAL = /^(0|[1-9][0-9]*)$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

const nonEmpty = (value: unknown): value is string => typeof value === 'string' && value.length > 0;

/** Problems of the envelope's attributes alone (not of `data`). */
export function problemsOfAttributes(event: Partial<EventEnvelope>): Problem[] {
  const problems: Problem[] = [];
  const must = (ok: boolean, path: string, message: string): void => {
    if (!ok) problems.push({ path, message });
  };
  must(event.specversion === '1.0', 'specversion', 'must be 1.0');
  must(nonEmpty(event.id) && UUID.test(event.id), 'id', 'must be a UUID');
  must(nonEmpty(event.source) && isServiceName(event.source), 'source', 'must be the name of a service');
  must(nonEmpty(event.type), 'type', 'is required');
  must(nonEmpty(event.subject), 'subject', 'is required');
  must(nonEmpty(event.time) && TIME.test(event.time), 'time', 'must be an ISO 8601 time');
  must(nonEmpty(event.sequence) && DECIMAL.test(event.sequence), 'sequence', 'must be a decimal number');
  must(nonEmpty(event.correlationid), 'correlationid', 'is required');
  must(nonEmpty(event.causationid), 'causationid', 'is required');
  must(nonEmpty(event.actor), 'actor', 'is required');
  return problems;
}

/**
 * Checks attributes and data of an event. A type that is not in the catalogue is a problem here;
 * readers that skip unknown types ask `findEvent` first.
 */
export function validateEvent(event: EventEnvelope): Validation {
  const problems = problemsOfAttributes(event);
  const definition = findEvent(event.type);
  if (definition) problems.push(...problemsOfData(definition, event.data));
  else problems.push({ path: 'type', message: `unknown event type ${event.type}` });
  return problems.length === 0 ? { ok: true, event } : { ok: false, problems };
}
