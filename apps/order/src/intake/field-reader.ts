import type { FieldProblem } from '@orderloom/contracts';

export type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads fields out of something a client sent and collects every problem instead of stopping at the first.
 * Written out by hand because placing orders is the hot path: no reflection, nothing compiled per request.
 */
export class FieldReader {
  constructor(
    private readonly source: Json,
    private readonly prefix: string,
    readonly problems: FieldProblem[],
  ) {}

  /** A reader of the request body. A body that is no object is one problem and then reads as empty. */
  static of(body: unknown, problems: FieldProblem[]): FieldReader {
    if (isObject(body)) return new FieldReader(body, '', problems);
    problems.push({ path: '', code: 'NOT_AN_OBJECT' });
    return new FieldReader({}, '', problems);
  }

  path(name: string): string {
    return this.prefix === '' ? name : `${this.prefix}.${name}`;
  }

  problem(name: string, code: FieldProblem['code'], details?: Record<string, unknown>): undefined {
    this.problems.push({ path: this.path(name), code, ...(details === undefined ? {} : { details }) });
    return undefined;
  }

  /** A misspelt field must not be dropped in silence. */
  onlyFields(known: ReadonlySet<string>): void {
    for (const name in this.source) if (!known.has(name)) this.problem(name, 'UNKNOWN_FIELD');
  }

  has(name: string): boolean {
    const value = this.source[name];
    return value !== undefined && value !== null;
  }

  /** Trimmed text; undefined when it is absent or empty. */
  text(name: string, max: number): string | undefined {
    const value = this.source[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return this.problem(name, 'NOT_A_STRING');
    const text = value.trim();
    if (text.length > max) return this.problem(name, 'TOO_LONG', { max });
    return text === '' ? undefined : text;
  }

  /** An identifier: printable, no white space at its ends, at most 100 characters. */
  id(name: string): string | undefined {
    const text = this.text(name, 100);
    return text !== undefined && hasControlCharacter(text) ? this.problem(name, 'PATTERN_MISMATCH') : text;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.source[name];
    if (value === undefined || value === null) return undefined;
    const found = allowed.find((candidate) => candidate === value);
    return found ?? this.problem(name, 'NOT_ONE_OF', { allowed: [...allowed] });
  }

  /** A whole number from `min` to `max`; `code` says what is wrong with any other value. */
  integer(name: string, min: number, max: number, code?: FieldProblem['code']): number | undefined {
    const value = this.source[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number') return this.problem(name, code ?? 'NOT_A_NUMBER');
    if (!Number.isInteger(value)) return this.problem(name, code ?? 'NOT_AN_INTEGER');
    if (value < min) return this.problem(name, code ?? 'TOO_SMALL', { min });
    if (value > max) return this.problem(name, code === 'QUANTITY_INVALID' ? 'TOO_BIG' : (code ?? 'TOO_BIG'), { max });
    return value;
  }

  number(name: string): number | undefined {
    const value = this.source[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.problem(name, 'NOT_A_NUMBER');
  }

  boolean(name: string): boolean | undefined {
    const value = this.source[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'boolean' ? value : this.problem(name, 'NOT_A_BOOLEAN');
  }

  /** A date or time in ISO 8601, kept as a UTC time; a bare date stays a date. */
  time(name: string): string | undefined {
    const text = this.text(name, 40);
    if (text === undefined) return undefined;
    const time = ISO.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(time)) return this.problem(name, 'NOT_A_TIME');
    return new Date(time).toISOString();
  }

  object(name: string): FieldReader | undefined {
    const value = this.source[name];
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) return this.problem(name, 'NOT_AN_OBJECT');
    return new FieldReader(value, this.path(name), this.problems);
  }

  /** A list of identifiers. */
  ids(name: string, max: number): string[] | undefined {
    const value = this.source[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) return this.problem(name, 'NOT_A_LIST');
    if (value.length > max) return this.problem(name, 'TOO_MANY', { max });
    const entries = new FieldReader(Object.fromEntries(value.entries()), this.path(name), this.problems);
    return value.flatMap((_, index) => entries.id(String(index)) ?? entries.problem(String(index), 'REQUIRED') ?? []);
  }

  isEmptyList(name: string): boolean {
    const value = this.source[name];
    return Array.isArray(value) && value.length === 0;
  }

  /** The objects of a list; entries that are none are problems and left out. */
  list(name: string, max: number): FieldReader[] | undefined {
    const value = this.source[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) return this.problem(name, 'NOT_A_LIST');
    if (value.length > max) return this.problem(name, 'TOO_MANY', { max });
    const readers: FieldReader[] = [];
    for (let index = 0; index < value.length; index++) {
      const entry: unknown = value[index];
      const path = `${name}.${index}`;
      if (isObject(entry)) readers.push(new FieldReader(entry, this.path(path), this.problems));
      else this.problem(path, 'NOT_AN_OBJECT');
    }
    return readers;
  }
}

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

const hasControlCharacter = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 127) return true;
  }
  return false;
};
