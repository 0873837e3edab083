import { Refused } from '@orderloom/contracts';
import type { Column } from './columns.js';

type Columns = Readonly<Record<string, Column<unknown>>>;

/** Where each of our columns is in the file. */
export type ColumnPositions = ReadonlyMap<string, number>;

/** Compares headers as people write them: `Unit Price`, `unit_price` and `unitPrice` are one. */
export const normalizeHeader = (header: string): string =>
  header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_\-./()#:：*]+/g, '');

/**
 * Finds our columns in a file's header: by the caller's mapping first, then by name, then by synonym.
 * @throws Refused CSV_COLUMNS_MISSING, CSV_COLUMN_AMBIGUOUS, IMPORT_MAPPING_INVALID
 */
export function locateColumns(
  header: readonly string[],
  columns: Columns,
  mapping: Readonly<Record<string, string>>,
): ColumnPositions {
  const positions = new Map<string, number>();
  const taken = new Set<number>();
  for (const [theirs, ours] of Object.entries(mapping)) {
    const index = findHeader(header, theirs);
    // A mapping for a header that this file lacks is harmless: one mapping may serve several files.
    if (index < 0) continue;
    taken.add(index);
    if (ours === '') continue; // mapped to nothing: left out on purpose
    if (!Object.hasOwn(columns, ours)) throw invalidMapping(columns);
    positions.set(ours, index);
  }
  for (const [name, column] of Object.entries(columns)) {
    if (positions.has(name)) continue;
    const found = candidates(header, name, column, taken);
    if (found.length > 1) {
      throw new Refused('CSV_COLUMN_AMBIGUOUS', { column: name, found: found.map((index) => header[index]) });
    }
    if (found[0] !== undefined) positions.set(name, found[0]);
  }
  const missing = Object.entries(columns)
    .filter(([name, column]) => column.required && !positions.has(name))
    .map(([name]) => name);
  if (missing.length > 0) throw new Refused('CSV_COLUMNS_MISSING', { missing, found: [...header] });
  return positions;
}

// The exact name wins over synonyms, and an earlier synonym over a later one.
function candidates(header: readonly string[], name: string, column: Column<unknown>, taken: Set<number>): number[] {
  const normalized = header.map(normalizeHeader);
  for (const wanted of [name, ...column.synonyms]) {
    const target = normalizeHeader(wanted);
    const found = normalized.flatMap((text, index) => (text === target && !taken.has(index) ? [index] : []));
    if (found.length > 0) return found;
  }
  return [];
}

const findHeader = (header: readonly string[], theirs: string): number => {
  const exact = header.findIndex((text) => text.trim() === theirs.trim());
  return exact >= 0 ? exact : header.findIndex((text) => normalizeHeader(text) === normalizeHeader(theirs));
};

const invalidMapping = (columns: Columns): Refused =>
  new Refused('IMPORT_MAPPING_INVALID', { allowed: Object.keys(columns) });

/** Reads the `mapping` parameter. @throws Refused IMPORT_MAPPING_INVALID */
export function parseMapping(text: string | undefined, columns: Columns): Record<string, string> {
  if (text === undefined) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalidMapping(columns);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalidMapping(columns);
  const entries = Object.entries(parsed);
  const good = entries.every(([, ours]) => typeof ours === 'string' && (ours === '' || Object.hasOwn(columns, ours)));
  if (!good) throw invalidMapping(columns);
  return Object.fromEntries(entries.map(([theirs, ours]) => [theirs, String(ours)]));
}
