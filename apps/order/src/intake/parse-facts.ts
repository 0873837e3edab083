import { PRIORITIES } from '@orderloom/contracts';
import type { CustomValue, Priority } from '../order/desk.js';
import type { FieldReader } from './field-reader.js';

/** Facts an order may come with, beside what is sold. */
export interface RequestedFacts {
  /** who took the order, where that was a person: an id, no name */
  takenBy?: string;
  tags?: string[];
  priority?: Priority;
  custom?: Record<string, CustomValue>;
}

export const FACT_FIELDS = ['takenBy', 'tags', 'priority', 'custom'] as const;
export const MAX_TAGS = 50;
const MAX_CUSTOM = 100;
const MAX_TEXT = 1_000;

/** Reads labels: trimmed texts of at most 100 characters, each once. */
export const readTags = (reader: FieldReader, name: string): string[] | undefined => {
  const value = reader.raw(name);
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) return reader.problem(name, 'NOT_A_LIST');
  if (value.length > MAX_TAGS) return reader.problem(name, 'TOO_MANY', { max: MAX_TAGS });
  const tags = new Set<string>();
  for (const [index, tag] of value.entries()) {
    if (typeof tag !== 'string') reader.problem(`${name}.${index}`, 'NOT_A_STRING');
    else if (tag.trim() === '' || tag.trim().length > 100) reader.problem(`${name}.${index}`, 'TOO_LONG', { max: 100 });
    else tags.add(tag.trim());
  }
  return [...tags].sort();
};

const isValue = (value: unknown): value is CustomValue =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

/** Reads company fields by key; whether they are defined is decided where the definitions are known. */
export const readCustom = (reader: FieldReader, allowNull: boolean): Record<string, CustomValue | null> | undefined => {
  const value = reader.raw('custom');
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return reader.problem('custom', 'NOT_AN_OBJECT');
  const entries = Object.entries(value);
  if (entries.length > MAX_CUSTOM) return reader.problem('custom', 'TOO_MANY', { max: MAX_CUSTOM });
  const custom: Record<string, CustomValue | null> = {};
  for (const [key, entry] of entries as [string, unknown][]) {
    const path = `custom.${key}`;
    if (!/^[a-z][A-Za-z0-9_]{0,49}$/.test(key)) reader.problem(path, 'PATTERN_MISMATCH');
    else if (typeof entry === 'string' && entry.length > MAX_TEXT) reader.problem(path, 'TOO_LONG', { max: MAX_TEXT });
    else if (isValue(entry)) custom[key] = entry;
    else if (allowNull && entry === null) custom[key] = null;
    else reader.problem(path, 'INVALID');
  }
  return custom;
};

/** The facts of an order's request; undefined where it has none. */
export const readFacts = (reader: FieldReader): RequestedFacts | undefined => {
  if (!FACT_FIELDS.some((name) => reader.has(name))) return undefined;
  const facts: RequestedFacts = {};
  const takenBy = reader.id('takenBy');
  if (takenBy?.includes('@')) reader.problem('takenBy', 'PATTERN_MISMATCH');
  else if (takenBy !== undefined) facts.takenBy = takenBy;
  const tags = readTags(reader, 'tags');
  if (tags !== undefined && tags.length > 0) facts.tags = tags;
  const priority = reader.oneOf('priority', PRIORITIES);
  if (priority !== undefined && priority !== 'normal') facts.priority = priority;
  const custom = readCustom(reader, false);
  if (custom !== undefined && Object.keys(custom).length > 0) facts.custom = custom as Record<string, CustomValue>;
  return Object.keys(facts).length === 0 ? undefined : facts;
};
