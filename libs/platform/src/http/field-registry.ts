import { Ajv, type ValidateFunction } from 'ajv';
import { isCountry, isCurrency, isEmail, isTime, isUuid } from './checks.js';

/** A class whose properties carry `Field` decorators. */
export type ClassOf<T extends object = object> = new () => T;

type JsonSchema = Record<string, unknown>;

/** What is known about one field. */
export interface FieldSpec {
  kind: 'text' | 'number' | 'boolean' | 'object' | 'list' | 'record';
  optional: boolean;
  schema: JsonSchema;
  /** Value taken when the field is absent. */
  fallback?: string | number | boolean;
  nested?: () => ClassOf;
  items?: { schema?: JsonSchema; nested?: () => ClassOf };
}

const ownFields = new WeakMap<object, Map<string, FieldSpec>>();

/** Called by the `Field` decorators. */
export function registerField(prototype: object, key: string, spec: FieldSpec): void {
  let fields = ownFields.get(prototype);
  if (!fields) {
    fields = new Map();
    ownFields.set(prototype, fields);
  }
  fields.set(key, spec);
}

/** The fields of a class and of those it extends; undefined when there are none. */
export function fieldsOf(type: ClassOf): ReadonlyMap<string, FieldSpec> | undefined {
  const merged = new Map<string, FieldSpec>();
  for (let proto: object | null = type.prototype; proto; proto = Object.getPrototypeOf(proto)) {
    for (const [key, spec] of ownFields.get(proto) ?? []) if (!merged.has(key)) merged.set(key, spec);
  }
  return merged.size > 0 ? merged : undefined;
}

const ajv = new Ajv({ allErrors: false, strict: false });
ajv.addFormat('iso-time', isTime);
ajv.addFormat('any-uuid', isUuid);
ajv.addFormat('mailbox', isEmail);
ajv.addFormat('country', isCountry);
ajv.addFormat('currency', isCurrency);

function schemaOf(type: ClassOf): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const [key, spec] of fieldsOf(type) ?? []) {
    properties[key] = schemaOfField(spec);
    if (!spec.optional) required.push(key);
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

function schemaOfField(spec: FieldSpec): JsonSchema {
  if (spec.nested) return schemaOf(spec.nested());
  if (!spec.items) return spec.schema;
  return { ...spec.schema, items: spec.items.nested ? schemaOf(spec.items.nested()) : (spec.items.schema ?? {}) };
}

const compiled = new WeakMap<ClassOf, ValidateFunction>();

/**
 * The quick check of a class: compiled once, a microsecond per call, yes or no. class-validator is asked only
 * after a no, for the reasons, and has the last word.
 */
export function quickCheckOf(type: ClassOf): ValidateFunction {
  let check = compiled.get(type);
  if (!check) {
    check = ajv.compile(schemaOf(type));
    compiled.set(type, check);
  }
  return check;
}
