import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { isRefused, type Locale, type RefusalCode, Refused, text } from '@orderloom/contracts';
import { afterCursor, decodeCursor, Field, type Page, pageOf, type SortField } from '@orderloom/platform';
import type { ProjectionRunner } from '@orderloom/projections';

/** What every list takes. */
export class PageQuery {
  @Field.string({ optional: true, max: 2000, description: '`next` of the page before.' }) cursor?: string;
  @Field.integer({ min: 1, max: 200, default: 50 }) limit!: number;
}

/** A list sorted by a time, newest first; `_id` decides between equal ones, so that no row is passed over. */
export function newestFirst<D extends { _id: string }>(field: keyof D & string) {
  const sort: readonly SortField[] = [
    { field, direction: -1 },
    { field: '_id', direction: -1 },
  ];
  const name = `-${field}`;
  return {
    sort: { [field]: -1, _id: -1 } as Record<string, -1>,
    /** Filter for the rows after a cursor. @throws Refused CURSOR_INVALID */
    after: (cursor: string | undefined): Record<string, unknown> =>
      cursor === undefined ? {} : afterCursor(sort, decodeCursor(name, 2, cursor)),
    /** Cuts rows read with `limit + 1` to a page. */
    page: (rows: D[], limit: number): Page<D> =>
      pageOf(rows, limit, name, (row) => [row[field] as string | number | null, row._id]),
  };
}

/** A document as readers see it: its key as `id`, and nothing that only the projection needs. */
export const withoutInternals = <D extends { _id: string }>({ _id, ...rest }: D): Omit<D, '_id'> & { id: string } => {
  const fields = Object.entries(rest).filter(([name]) => !name.startsWith('_'));
  return { id: _id, ...Object.fromEntries(fields) } as Omit<D, '_id'> & { id: string };
};

/** Revision that a document of the service's own read model shows, for its ETag. */
export const shownRevision = (doc: object): string => String((doc as { _sequence?: number })._sequence ?? 0);

/** Longest a query waits for a revision it asks to be shown, ms. */
const FRESH_MS = 2_000;

/** Waits until a read model shows a revision; at once when none is asked for. @throws Refused TOO_STALE */
export async function untilShown(
  view: Pick<ProjectionRunner<{ _id: string }>, 'waitFor'>,
  streamId: string,
  revision: bigint | undefined,
): Promise<void> {
  if (revision === undefined) return;
  try {
    await view.waitFor(streamId, revision, FRESH_MS);
  } catch {
    throw new Refused('TOO_STALE', { revision: revision.toString() });
  }
}

/** Escapes text for use in a regular expression. */
export const literal = (words: string): string => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What may be done with a resource, and why not. */
export class PossibleAction {
  @ApiProperty() action!: string;
  @ApiProperty() possible!: boolean;
  @ApiPropertyOptional({ description: 'Why it is not possible: a code of the catalogue.' }) code?: RefusalCode;
  @ApiPropertyOptional({ description: "The same as a sentence in the reader's language." }) detail?: string;
}

/** Asks the very decider that would do it whether an action is possible now. */
export function possibleAction(action: string, locale: Locale, decide: () => readonly unknown[]): PossibleAction {
  const no = (code: RefusalCode, details: Record<string, unknown> = {}): PossibleAction => ({
    action,
    possible: false,
    code,
    detail: text(code, locale, details),
  });
  try {
    return decide().length > 0 ? { action, possible: true } : no('NOTHING_TO_DO');
  } catch (error) {
    if (!isRefused(error)) throw error;
    return no(error.code, error.details);
  }
}
