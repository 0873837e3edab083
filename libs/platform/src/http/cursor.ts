import { Refused } from '@orderloom/contracts';

/** The values of the last row's sort keys: what a keyset page continues after. */
export type CursorKey = readonly (string | number | null)[];

/** A page of a list. `next` is absent on the last one. */
export interface Page<T> {
  items: T[];
  next?: string;
  count?: { value: number; exact: boolean };
}

/**
 * Writes a cursor for a list sorted in a given way. `sort` names the order (e.g. `-placedAt`), so that a cursor
 * is refused when the sorting has changed since.
 */
export const encodeCursor = (sort: string, key: CursorKey): string =>
  Buffer.from(JSON.stringify([sort, ...key])).toString('base64url');

/**
 * Reads a cursor.
 * @throws Refused CURSOR_INVALID when it is damaged, or was made for another sort or number of keys
 */
export function decodeCursor(sort: string, keys: number, cursor: string): CursorKey {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw new Refused('CURSOR_INVALID');
  }
  if (!Array.isArray(parsed) || parsed[0] !== sort || parsed.length !== keys + 1) throw new Refused('CURSOR_INVALID');
  const key: unknown[] = parsed.slice(1);
  if (!key.every(isKeyPart)) throw new Refused('CURSOR_INVALID');
  return key;
}

const isKeyPart = (value: unknown): value is string | number | null =>
  value === null || typeof value === 'string' || typeof value === 'number';

/** One field of a sort order. */
export interface SortField {
  field: string;
  direction: 1 | -1;
}

/**
 * The MongoDB filter for "after this row" in a sort order: for (a, b) it is a > A or (a = A and b > B), with the
 * comparison turned round for descending fields. The last field must be unique (`_id`).
 */
export function afterCursor(sort: readonly SortField[], key: CursorKey): Record<string, unknown> {
  const clauses = sort.map(({ field, direction }, index) => {
    const clause: Record<string, unknown> = {};
    for (let before = 0; before < index; before += 1) clause[sort[before]!.field] = key[before];
    clause[field] = { [direction === 1 ? '$gt' : '$lt']: key[index] };
    return clause;
  });
  return clauses.length === 1 ? clauses[0]! : { $or: clauses };
}

/** Cuts a list read with `limit + 1` rows to a page, with the cursor of its last row when there is more. */
export function pageOf<T>(rows: T[], limit: number, sort: string, keyOf: (row: T) => CursorKey): Page<T> {
  if (rows.length <= limit) return { items: rows };
  const items = rows.slice(0, limit);
  return { items, next: encodeCursor(sort, keyOf(items[items.length - 1]!)) };
}
