import type { FieldProblem } from '@orderloom/contracts';
import type { Setting } from '../configuration/registry.js';
import type { CustomValue } from '../order/desk.js';

export const FIELD_TYPES = ['text', 'number', 'boolean', 'date', 'choice'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** A field that a company has defined for its orders. Values lie in the clear: no place for personal data. */
export interface CustomField {
  readonly label: { readonly 'zh-CN': string; readonly en: string };
  readonly type: FieldType;
  /** for `choice` */
  readonly choices?: readonly string[];
  /** orders of these channels must have it; `*`: all */
  readonly requiredFor?: readonly string[];
  /** least and most, for numbers */
  readonly min?: number;
  readonly max?: number;
  /** most characters, for texts */
  readonly maxLength?: number;
}

/** Definitions by key. */
export type CustomFields = ReadonlyMap<string, Setting<CustomField>>;

const DATE = /^\d{4}-\d{2}-\d{2}$/;

const isDate = (value: CustomValue): boolean =>
  typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value));

const fits = (
  field: CustomField,
  value: CustomValue,
): FieldProblem['code'] | { code: FieldProblem['code']; details: Record<string, unknown> } | null => {
  switch (field.type) {
    case 'text':
      if (typeof value !== 'string') return 'CUSTOM_FIELD_INVALID';
      return field.maxLength !== undefined && value.length > field.maxLength
        ? { code: 'TOO_LONG', details: { max: field.maxLength } }
        : null;
    case 'number':
      if (typeof value !== 'number') return 'CUSTOM_FIELD_INVALID';
      if (field.min !== undefined && value < field.min) return { code: 'TOO_SMALL', details: { min: field.min } };
      return field.max !== undefined && value > field.max ? { code: 'TOO_BIG', details: { max: field.max } } : null;
    case 'boolean':
      return typeof value === 'boolean' ? null : 'CUSTOM_FIELD_INVALID';
    case 'date':
      return isDate(value) ? null : 'CUSTOM_FIELD_INVALID';
    case 'choice':
      return typeof value === 'string' && (field.choices ?? []).includes(value)
        ? null
        : { code: 'NOT_ONE_OF', details: { allowed: [...(field.choices ?? [])] } };
    default:
      return field.type satisfies never;
  }
};

/** Checks values against their definitions; null (a value taken away) fits everything. */
export const checkCustom = (
  fields: CustomFields,
  values: Readonly<Record<string, CustomValue | null>>,
  problems: FieldProblem[],
): void => {
  for (const [key, value] of Object.entries(values)) {
    const path = `custom.${key}`;
    const field = fields.get(key)?.value;
    if (field === undefined) problems.push({ path, code: 'CUSTOM_FIELD_UNKNOWN', details: { key } });
    else if (value !== null) {
      const problem = fits(field, value);
      if (typeof problem === 'string') problems.push({ path, code: problem, details: { key, type: field.type } });
      else if (problem !== null) problems.push({ path, ...problem });
    }
  }
};

/** Checks that an order of a channel has what is required of it. */
export const checkRequired = (
  fields: CustomFields,
  channel: string,
  values: Readonly<Record<string, CustomValue>> | undefined,
  problems: FieldProblem[],
): void => {
  for (const [key, { value: field }] of fields) {
    const needed = field.requiredFor?.some((one) => one === '*' || one === channel) === true;
    if (needed && values?.[key] === undefined) {
      problems.push({ path: `custom.${key}`, code: 'CUSTOM_FIELD_REQUIRED', details: { key } });
    }
  }
};
