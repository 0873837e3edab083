import { BadValue } from './bad-value.js';
import { type DateOrder, parseDate } from './dates.js';
import { parseDecimal, parseMoney } from './money.js';

/** What a column's parser knows. */
export interface ColumnContext {
  column: string;
  /** Currency for amounts: the row's own, else the file's. */
  currency?: string;
  dateFormat?: string;
  /** What the other dates of the file tell. */
  dateOrder?: DateOrder;
}

/** A column of an import. */
export interface Column<T> {
  /** Other headers it is known by; compared without case, spaces, dashes and underscores. */
  readonly synonyms: readonly string[];
  /** The file must have the column, and every row a value. */
  readonly required: boolean;
  /** Amounts are parsed after the other columns, because they need the row's currency. */
  readonly needsCurrency?: boolean;
  /** Holds dates: they are looked at before they are parsed, because some tell how the others are to be read. */
  readonly holdsDates?: boolean;
  /** Text without surrounding spaces, never empty. @throws BadValue */
  parse(text: string, context: ColumnContext): T;
}

/** The values of a row: required columns always there, others `undefined` when empty. */
export type RowOf<C extends Readonly<Record<string, Column<unknown>>>> = {
  -readonly [N in keyof C]: C[N] extends Column<infer T> & { readonly required: true }
    ? T
    : C[N] extends Column<infer T>
      ? T | undefined
      : never;
};

interface Options {
  synonyms?: readonly string[];
  required?: boolean;
}
type Made<T, O extends Options> = Column<T> & { readonly required: O['required'] extends true ? true : false };

const make = <T, O extends Options>(
  options: O,
  parse: (text: string, context: ColumnContext) => T,
  more: { needsCurrency?: boolean; holdsDates?: boolean } = {},
): Made<T, O> =>
  ({ synonyms: options.synonyms ?? [], required: options.required === true, parse, ...more }) as Made<T, O>;

/** The kinds of columns. */
export const column = {
  /** Text; at most 500 characters unless said otherwise. */
  text: <const O extends Options & { max?: number }>(options: O) =>
    make<string, O>(options, (text, { column: name }) => {
      const max = options.max ?? 500;
      if (text.length > max) throw new BadValue('CSV_VALUE_TOO_LONG', { column: name, max });
      return text;
    }),
  /** A whole number; `1,200` and `12.0` are understood. */
  integer: <const O extends Options & { min?: number; max?: number }>(options: O) =>
    make<number, O>(options, (text, { column: name }) => {
      const value = Number(parseDecimal(text)?.replace(/\.0+$/, '') ?? Number.NaN);
      if (!Number.isSafeInteger(value)) throw new BadValue('CSV_INTEGER_INVALID', { column: name, value: text });
      if (value < (options.min ?? value) || value > (options.max ?? value))
        throw new BadValue('CSV_VALUE_INVALID', { column: name, value: text });
      return value;
    }),
  /** An exact decimal as text (`0.15`), for fractions and rates. */
  decimal: <const O extends Options>(options: O) =>
    make<string, O>(options, (text, { column: name }) => {
      const value = parseDecimal(text);
      if (value === undefined) throw new BadValue('CSV_NUMBER_INVALID', { column: name, value: text });
      return value;
    }),
  /** An amount, as integer minor units of the row's currency. */
  money: <const O extends Options>(options: O) =>
    make<number, O>(options, (text, context) => parseMoney(text, context), { needsCurrency: true }),
  /** A date or time, as ISO 8601 UTC. */
  date: <const O extends Options>(options: O) =>
    make<string, O>(
      options,
      (text, { column: name, dateFormat, dateOrder }) => parseDate(text, name, dateFormat, dateOrder),
      { holdsDates: true },
    ),
  /** Yes or no: 1/0, true/false, yes/no, y/n, 是/否. */
  flag: <const O extends Options>(options: O) =>
    make<boolean, O>(options, (text, { column: name }) => {
      if (/^(1|true|yes|y|x|是)$/i.test(text)) return true;
      if (/^(0|-0|false|no|n|否)$/i.test(text)) return false;
      throw new BadValue('CSV_BOOLEAN_INVALID', { column: name, value: text });
    }),
  /** One of a few words, compared without case. */
  oneOf: <const V extends string, const O extends Options>(values: readonly V[], options: O) =>
    make<V, O>(options, (text, { column: name }) => {
      const found = values.find((value) => value.toLowerCase() === text.toLowerCase());
      if (found === undefined) throw new BadValue('CSV_VALUE_INVALID', { column: name, value: text });
      return found;
    }),
};
