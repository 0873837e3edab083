/** Something that is not as it must be: which check found it, on what, and what is wrong. */
export interface Difference {
  readonly check:
    | 'log'
    | 'order'
    | 'order-list'
    | 'stock'
    | 'stock-list'
    | 'reservation'
    | 'fulfilment'
    | 'notice'
    | 'notice-list'
    | 'customer'
    | 'analytics'
    | 'topic'
    | 'answer'
    | 'dead-letter';
  /** Stream id, or the id of what it is about. */
  readonly id: string;
  readonly detail: string;
}

/** One line per difference, as printed. */
export const describeDifference = ({ check, id, detail }: Difference): string => `${check}  ${id}  ${detail}`;

/**
 * Compares fields of a record with what they should be.
 * @returns one difference that names every field that differs; none when all agree
 */
export function compareFields(
  check: Difference['check'],
  id: string,
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>> | undefined,
): Difference[] {
  if (found === undefined) return [{ check, id, detail: 'is missing' }];
  const wrong = Object.entries(expected).flatMap(([field, value]) => {
    const [want, have] = [JSON.stringify(value), JSON.stringify(found[field])];
    return want === have ? [] : [`${field} is ${have}, not ${want}`];
  });
  return wrong.length === 0 ? [] : [{ check, id, detail: wrong.join('; ') }];
}

/** What is in one set of ids and not in the other. */
export function compareIds(
  check: Difference['check'],
  expected: Iterable<string>,
  found: Iterable<string>,
  what: { readonly missing: string; readonly unexpected: string },
): Difference[] {
  const want = new Set(expected);
  const have = new Set(found);
  return [
    ...[...want].filter((id) => !have.has(id)).map((id) => ({ check, id, detail: what.missing })),
    ...[...have].filter((id) => !want.has(id)).map((id) => ({ check, id, detail: what.unexpected })),
  ];
}
