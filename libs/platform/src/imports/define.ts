import type { Locale, RefusalCode } from '@orderloom/contracts';
import type { Column, RowOf } from './columns.js';

/** Whether a file places new things or records what already happened. */
export type ImportMode = 'live' | 'history';

/** What the caller said about the file, the same for every row. */
export interface ImportOptions {
  mode: ImportMode;
  /** ISO 4217; for amounts in files without a currency column. */
  currency?: string;
  createMissing: readonly ('products' | 'customers')[];
  /** Their header → our column. */
  mapping: Readonly<Record<string, string>>;
  /** How dates are written where that is not plain, e.g. `d/M/yyyy`. */
  dateFormat?: string;
  /** Rows are read and judged, and nothing is made of them. */
  dryRun?: true;
}

/** What a handler knows about the import it serves. */
export interface ImportContext extends ImportOptions {
  importId: string;
  kind: string;
  /** Who started the import. */
  actor: string;
  correlationId: string;
  locale: Locale;
  /** When the import was started, ISO 8601 UTC: stays the same when it is resumed. */
  startedAt: string;
}

/** One row of the file. */
export interface ImportRow<R> {
  /** Number of the record in the file, the header being 1. */
  row: number;
  values: R;
}

/** What is handled as one: a row, or all rows of one group (an order with its lines) in file order. */
export interface ImportItem<R> {
  /** The group's key, or the row number as text. */
  key: string;
  rows: ImportRow<R>[];
}

/** What became of an item. A rejection names the row it is about, or counts for all rows of the item. */
export type ItemOutcome =
  | { accepted: true }
  | { accepted: false; code: RefusalCode; details?: Record<string, unknown>; row?: number };

type Columns = Readonly<Record<string, Column<unknown>>>;

/** A kind of CSV import, with its rows typed by its columns. */
export interface TypedImport<C extends Columns> {
  /** `orders`, `products`, …; job ids start with it. */
  kind: string;
  columns: C;
  /** Column whose value joins rows to one item; they need not be adjacent in the file. */
  groupBy?: keyof C & string;
  /** Items handled at once; 200 unless given. */
  batchSize?: number;
  /** Set when rows may name people: the column that tells which customer, or null when none does. */
  people?: { customer: (keyof C & string) | null };
  /**
   * Applies items. Called again with the same items after a crash: effects must be repeatable (ids derived from
   * `importId` and keys, or from the items' own numbers). A problem of one item is an outcome; throw only when an
   * engine is away (the batch is repeated) or for faults (its items are then tried one by one).
   * @returns one outcome per item, in order
   */
  handleBatch(items: ImportItem<RowOf<C>>[], context: ImportContext): Promise<ItemOutcome[]>;
  /** Called when all items are handled, before the job is said to be completed. */
  finish?(context: ImportContext): Promise<void>;
}

/** A kind of CSV import as the worker runs it: made by `defineImport`. */
export interface ImportDefinition {
  readonly kind: string;
  readonly columns: Columns;
  readonly groupBy?: string;
  readonly batchSize?: number;
  readonly people?: { readonly customer: string | null };
  handleBatch(items: ImportItem<Record<string, unknown>>[], context: ImportContext): Promise<ItemOutcome[]>;
  finish?(context: ImportContext): Promise<void>;
}

/** Defines a kind of import. */
export const defineImport = <C extends Columns>(definition: TypedImport<C>): ImportDefinition => ({
  ...definition,
  // The worker hands over only values that these very columns parsed.
  handleBatch: (items, context) => definition.handleBatch(items as ImportItem<RowOf<C>>[], context),
});
