import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { type FieldProblem, type RefusalCode, Refused } from '@orderloom/contracts';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { type ClassOf, type FieldSpec, fieldsOf, quickCheckOf } from './field-registry.js';

/** Query parameters that the platform reads itself; a query class need not name them. */
const RESERVED = new Set(['dryRun', 'minRevision']);

/**
 * Checks bodies and queries whose class has `Field` decorators, and answers VALIDATION_FAILED with every field
 * that is wrong. Other values pass as they are. Nested objects stay plain: request classes have no methods.
 */
export class FieldsPipe implements PipeTransform {
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const { metatype, type } = metadata;
    if (!metatype || (type !== 'body' && type !== 'query')) return value;
    const fields = fieldsOf(metatype as ClassOf);
    if (!fields) return value;
    return checkFields(metatype as ClassOf, type === 'query' ? fromQuery(value, fields) : value);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks a value against a class with `Field` decorators and returns an instance of it.
 * @throws Refused VALIDATION_FAILED with a problem per field
 */
export function checkFields<T extends object>(type: ClassOf<T>, value: unknown): T {
  const given = value === undefined || value === null ? {} : value;
  if (!isObject(given)) throw new Refused('VALIDATION_FAILED', {}, [{ path: '', code: 'NOT_AN_OBJECT' }]);
  const fields = fieldsOf(type) ?? new Map<string, FieldSpec>();
  if (quickCheckOf(type)(given)) return finish(type, fields, given);
  const instance = plainToInstance(type, given);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
  const problems = errors.flatMap((error) => problemsOf(error, ''));
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  return finish(type, fields, withoutNulls(fields, given));
}

function finish<T extends object>(
  type: ClassOf<T>,
  fields: ReadonlyMap<string, FieldSpec>,
  given: Record<string, unknown>,
): T {
  const result: object = Object.assign(new type(), given);
  for (const [key, spec] of fields) {
    if (spec.fallback !== undefined && given[key] === undefined) Object.assign(result, { [key]: spec.fallback });
  }
  return result as T; // checked against every field of T just before
}

// A null for an optional field counts as absent, so that handlers meet only one way of saying nothing.
function withoutNulls(fields: ReadonlyMap<string, FieldSpec>, given: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === null) continue;
    const spec = fields.get(key);
    const clean = (type: ClassOf, item: unknown): unknown =>
      isObject(item) ? withoutNulls(fieldsOf(type) ?? new Map(), item) : item;
    if (spec?.nested) result[key] = clean(spec.nested(), value);
    else if (spec?.items?.nested && Array.isArray(value)) {
      const type = spec.items.nested();
      result[key] = value.map((item) => clean(type, item));
    } else result[key] = value;
  }
  return result;
}

// Where several checks of a field fail, the first of these says most.
const order: readonly string[] = ['isDefined', 'isString', 'isInt', 'isNumber', 'isArray', 'isObject', 'isBoolean'];

function problemsOf(error: ValidationError, prefix: string): FieldProblem[] {
  const path = prefix === '' ? error.property : `${prefix}.${error.property}`;
  const problems = (error.children ?? []).flatMap((child) => problemsOf(child, path));
  const failed = Object.keys(error.constraints ?? {});
  if (failed.length === 0) return problems;
  if (failed.includes('whitelistValidation')) return [...problems, { path, code: 'UNKNOWN_FIELD' }];
  const missing = error.value === undefined || error.value === null;
  const name = order.find((candidate) => failed.includes(candidate)) ?? failed[0]!;
  const told: unknown = error.contexts?.[name];
  const { code, details } = isTold(told) ? told : { code: 'INVALID' as const, details: undefined };
  return [...problems, missing ? { path, code: 'REQUIRED' } : { path, code, ...(details ? { details } : {}) }];
}

const isTold = (value: unknown): value is { code: RefusalCode; details?: Record<string, unknown> } =>
  isObject(value) && typeof value['code'] === 'string';

/** Turns the texts of a query into the kinds of its class; what does not fit stays text and fails its check. */
function fromQuery(value: unknown, fields: ReadonlyMap<string, FieldSpec>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(isObject(value) ? value : {})) {
    if (given === undefined || (RESERVED.has(key) && !fields.has(key))) continue;
    result[key] = convert(given, fields.get(key)?.kind);
  }
  return result;
}

function convert(given: unknown, kind: FieldSpec['kind'] | undefined): unknown {
  if (kind === 'list') {
    const texts: unknown[] = Array.isArray(given) ? given : [given];
    return texts.flatMap((text) => (typeof text === 'string' ? text.split(',').filter((part) => part !== '') : [text]));
  }
  if (typeof given !== 'string') return given;
  if (kind === 'number' && given.trim() !== '' && Number.isFinite(Number(given))) return Number(given);
  if (kind === 'boolean' && /^(true|false)$/.test(given)) return given === 'true';
  return given;
}
