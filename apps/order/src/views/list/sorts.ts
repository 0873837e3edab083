import type { SortField } from '@orderloom/platform';

const by = (field: string, direction: 1 | -1): readonly SortField[] => [
  { field, direction },
  { field: '_id', direction },
];

/** Sorts that an index serves. */
export const SORTS: Readonly<Record<string, readonly SortField[]>> = {
  '-submittedAt': by('submittedAt', -1),
  submittedAt: by('submittedAt', 1),
  '-total': by('total', -1),
  total: by('total', 1),
  /** what is due first; orders that wait for nothing are not in it */
  dueAt: by('dueAt', 1),
};
