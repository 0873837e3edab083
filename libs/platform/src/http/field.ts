import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import type { RefusalCode } from '@orderloom/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import { isCountry, isCurrency, isEmail, isTime, isUuid } from './checks.js';
import { type ClassOf, type FieldSpec, registerField } from './field-registry.js';

interface Common {
  description?: string;
  optional?: boolean;
  example?: unknown;
}

interface TextOptions extends Common {
  /** Least characters, 1 unless given. */
  min?: number;
  /** Most characters, 500 unless given. */
  max?: number;
  pattern?: RegExp;
  default?: string;
}

interface NumberOptions extends Common {
  min?: number;
  max?: number;
  default?: number;
}

interface ListOptions extends Common {
  min?: number;
  /** Most entries, 1,000 unless given. */
  max?: number;
}

// What went wrong travels in class-validator's context, so that the pipe can answer with a code.
const tell = (code: RefusalCode, details?: Record<string, unknown>, each = false): ValidationOptions => ({
  context: details ? { code, details } : { code },
  message: code, // class-validator drops the context of a check that has no message
  ...(each ? { each: true } : {}),
});

const field = (
  options: Common,
  spec: Omit<FieldSpec, 'optional'>,
  api: ApiPropertyOptions,
  validators: PropertyDecorator[],
): PropertyDecorator => {
  const optional = options.optional === true || spec.fallback !== undefined;
  return (target, key) => {
    if (typeof key !== 'string') throw new Error('fields have names');
    (optional ? IsOptional() : IsDefined(tell('REQUIRED')))(target, key);
    for (const validate of validators) validate(target, key);
    registerField(target, key, { ...spec, optional });
    const shown = {
      ...(options.description ? { description: options.description } : {}),
      ...(options.example === undefined ? {} : { example: options.example }),
      ...(spec.fallback === undefined ? {} : { default: spec.fallback }),
      ...api,
    } as ApiPropertyOptions;
    (optional ? ApiPropertyOptional(shown) : ApiProperty(shown))(target, key);
  };
};

const textField = (
  options: TextOptions,
  check?: { format: string; code: RefusalCode; passes(text: string): boolean; api?: string },
): PropertyDecorator => {
  const { min = 1, max = 500, pattern } = options;
  const validators = [
    IsString(tell('NOT_A_STRING')),
    Length(min, Number.MAX_SAFE_INTEGER, tell('TOO_SHORT', { min })),
    ValidateBy(
      {
        name: 'maxCharacters',
        validator: { validate: (value) => typeof value !== 'string' || [...value].length <= max },
      },
      tell('TOO_LONG', { max }),
    ),
  ];
  if (pattern) validators.push(Matches(pattern, tell('PATTERN_MISMATCH')));
  if (check) {
    validators.push(
      ValidateBy(
        { name: check.format, validator: { validate: (value) => typeof value === 'string' && check.passes(value) } },
        tell(check.code),
      ),
    );
  }
  return field(
    options,
    {
      kind: 'text',
      schema: {
        type: 'string',
        minLength: min,
        maxLength: max,
        ...(pattern ? { pattern: pattern.source } : {}),
        ...(check ? { format: check.format } : {}),
      },
      ...(options.default === undefined ? {} : { fallback: options.default }),
    },
    { type: String, minLength: min, maxLength: max, ...(check?.api ? { format: check.api } : {}) },
    validators,
  );
};

const numberField = (options: NumberOptions, whole: boolean): PropertyDecorator => {
  const min = options.min ?? (whole ? Number.MIN_SAFE_INTEGER : undefined);
  const max = options.max ?? (whole ? Number.MAX_SAFE_INTEGER : undefined);
  return field(
    options,
    {
      kind: 'number',
      schema: {
        type: whole ? 'integer' : 'number',
        ...(min === undefined ? {} : { minimum: min }),
        ...(max === undefined ? {} : { maximum: max }),
      },
      ...(options.default === undefined ? {} : { fallback: options.default }),
    },
    {
      type: whole ? 'integer' : 'number',
      ...(options.min === undefined ? {} : { minimum: options.min }),
      ...(options.max === undefined ? {} : { maximum: options.max }),
    } as ApiPropertyOptions,
    [
      whole ? IsInt(tell('NOT_AN_INTEGER')) : IsNumber({}, tell('NOT_A_NUMBER')),
      ...(min === undefined ? [] : [Min(min, tell('TOO_SMALL', { min }))]),
      ...(max === undefined ? [] : [Max(max, tell('TOO_BIG', { max }))]),
    ],
  );
};

const listField = (
  options: ListOptions,
  items: FieldSpec['items'],
  api: ApiPropertyOptions,
  validators: PropertyDecorator[],
): PropertyDecorator => {
  const { min = 0, max = 1000 } = options;
  return field(
    options,
    { kind: 'list', schema: { type: 'array', minItems: min, maxItems: max }, items },
    { isArray: true, minItems: min, maxItems: max, ...api } as ApiPropertyOptions,
    [
      IsArray(tell('NOT_A_LIST')),
      ArrayMinSize(min, tell('TOO_FEW', { min })),
      ArrayMaxSize(max, tell('TOO_MANY', { max })),
      ...validators,
    ],
  );
};

/**
 * Fields of requests. One decorator does the validation (class-validator), the nesting (class-transformer), the
 * OpenAPI property and the quick check in one: `@Field.string({ max: 40 }) sku!: string`. Fields are required
 * unless `optional` or with a default.
 */
export const Field = {
  /** Text, 1–500 characters unless said otherwise. */
  string: (options: TextOptions = {}) => textField(options),
  /** ISO 8601 date, or time with a zone. */
  time: (options: Common & { default?: string } = {}) =>
    textField(options, { format: 'iso-time', code: 'NOT_A_TIME', passes: isTime, api: 'date-time' }),
  uuid: (options: Common = {}) =>
    textField(options, { format: 'any-uuid', code: 'NOT_A_UUID', passes: isUuid, api: 'uuid' }),
  email: (options: Common = {}) =>
    textField(options, { format: 'mailbox', code: 'NOT_AN_EMAIL', passes: isEmail, api: 'email' }),
  /** ISO 3166-1 alpha-2. */
  country: (options: Common = {}) =>
    textField({ example: 'DE', ...options }, { format: 'country', code: 'NOT_A_COUNTRY', passes: isCountry }),
  /** ISO 4217. */
  currency: (options: Common & { default?: string } = {}) =>
    textField({ example: 'EUR', ...options }, { format: 'currency', code: 'NOT_A_CURRENCY', passes: isCurrency }),
  /** A whole number within what counts exactly. */
  integer: (options: NumberOptions = {}) => numberField(options, true),
  number: (options: NumberOptions = {}) => numberField(options, false),
  boolean: (options: Common & { default?: boolean } = {}) =>
    field(
      options,
      {
        kind: 'boolean',
        schema: { type: 'boolean' },
        ...(options.default === undefined ? {} : { fallback: options.default }),
      },
      { type: Boolean },
      [IsBoolean(tell('NOT_A_BOOLEAN'))],
    ),
  /** One of a few words. */
  oneOf: <V extends string>(values: readonly V[], options: Common & { default?: V } = {}) =>
    field(
      options,
      {
        kind: 'text',
        schema: { type: 'string', enum: values },
        ...(options.default === undefined ? {} : { fallback: options.default }),
      },
      { enum: [...values] },
      [IsIn([...values], tell('NOT_ONE_OF', { allowed: [...values] }))],
    ),
  /** An object of another class with fields. */
  object: (type: () => ClassOf, options: Common = {}) =>
    field(options, { kind: 'object', schema: { type: 'object' }, nested: type }, { type }, [
      IsObject(tell('NOT_AN_OBJECT')),
      ValidateNested(tell('NOT_AN_OBJECT')),
      Type(type),
    ]),
  /** A list of objects of another class with fields. */
  list: (type: () => ClassOf, options: ListOptions = {}) =>
    listField(options, { nested: type }, { type } as ApiPropertyOptions, [
      IsObject(tell('NOT_AN_OBJECT', undefined, true)),
      ValidateNested(tell('NOT_AN_OBJECT', undefined, true)),
      Type(type),
    ]),
  /** A list of texts; in a query `a,b` or repeated. With `values` only those. */
  strings: <V extends string>(options: ListOptions & { values?: readonly V[]; maxLength?: number } = {}) => {
    const { values, maxLength = 200 } = options;
    return listField(
      options,
      { schema: values ? { type: 'string', enum: values } : { type: 'string', minLength: 1, maxLength } },
      { type: String, ...(values ? { enum: [...values] } : {}) } as ApiPropertyOptions,
      values
        ? [IsIn([...values], tell('NOT_ONE_OF', { allowed: [...values] }, true))]
        : [
            IsString(tell('NOT_A_STRING', undefined, true)),
            Length(1, maxLength, tell('TOO_LONG', { max: maxLength }, true)),
          ],
    );
  },
  /** Any JSON object; its content is checked elsewhere. */
  record: (options: Common = {}) =>
    field(options, { kind: 'record', schema: { type: 'object' } }, { type: Object } as ApiPropertyOptions, [
      IsObject(tell('NOT_AN_OBJECT')),
    ]),
};
