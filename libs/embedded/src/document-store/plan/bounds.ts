import { afterPrefix } from '../../storage/index.js';
import { encodeKey, MAX_PART_BYTES, shorten } from '../bson/key-encoding.js';
import { Rank, rankOf } from '../bson/types.js';
import type { IndexField } from '../store/index-keys.js';
import type { Constraint } from './constraints.js';

/** Keys with `from` ≤ key < `to`. */
export interface Interval {
  readonly from: Buffer;
  readonly to: Buffer;
}

export interface Bounds {
  readonly intervals: Interval[];
  /** How many leading fields are fixed to listed values, and whether a range follows. */
  readonly equalities: number;
  readonly range: boolean;
  /** The intervals hold exactly the documents that fulfil the used constraints. */
  readonly exact: boolean;
  /** Every interval is one key of all fields (for unique indexes: at most one document). */
  readonly points: boolean;
  /** Length of the fixed values at the beginning of each interval's keys. */
  readonly heads: readonly number[];
  /** No document has two keys in one interval, and keys in different intervals differ in their heads only. */
  readonly once: boolean;
}

/** More lists multiplied than this are not spread out: the range is read and filtered. */
const MAX_POINTS = 4000;

const CUT = MAX_PART_BYTES - 32;

/** The key ranges in which the documents lie that fulfil the constraints, for an index over `fields`. */
export function boundsOf(
  prefix: Buffer,
  fields: readonly IndexField[],
  arrays: number,
  byPath: ReadonlyMap<string, Constraint>,
): Bounds {
  let heads: Buffer[] = [Buffer.alloc(0)];
  let equalities = 0;
  let usedArray = false;
  let exact = true;
  // Fields that have met arrays and are not fixed to listed values: their elements may stand side by side.
  let loose = arrays;
  for (let i = 0; i < fields.length; i += 1) {
    const field = fields[i]!;
    const constraint = byPath.get(field.path);
    const isArray = (arrays & (1 << i)) !== 0;
    // Two fields below one array are paired in the index, but a filter may find them in different elements.
    if (constraint === undefined || (isArray && usedArray)) break;
    const descending = field.direction === -1;
    if (constraint.values !== undefined) {
      if (heads.length * constraint.values.length > MAX_POINTS && equalities > 0) break;
      const encoded = unique(constraint.values.map((value) => encodeKey(value, descending)));
      heads = heads.flatMap((head) =>
        encoded.map((value) => (head.length === 0 ? value : Buffer.concat([head, value]))),
      );
      equalities += 1;
      usedArray ||= isArray;
      // A plain value is among the elements, or it is not: with one of them the key says all there is to say.
      const plain = constraint.values.every((value) => typeof value === 'string' || typeof value === 'number');
      if (isArray && !(plain && encoded.length === 1)) exact = false;
      if (plain) loose &= ~(1 << i);
      continue;
    }
    if (constraint.lower === undefined && constraint.upper === undefined) break;
    const narrowed =
      isArray && constraint.tight !== true && constraint.lower !== undefined
        ? { ...constraint, upper: undefined }
        : constraint;
    if (isArray) exact = false;
    const { from, to } = rangeOf(narrowed, descending);
    const intervals = heads.map((head) => ({
      ...clip(prefix, Buffer.concat([head, from]), Buffer.concat([head, to])),
      head: prefix.length + head.length,
    }));
    const clipped = intervals.some((interval) => interval.clipped);
    return {
      intervals,
      equalities,
      range: true,
      exact: exact && !clipped,
      points: false,
      heads: intervals.map(({ head }) => head),
      once: loose === 0 && !clipped,
    };
  }
  const points = equalities === fields.length;
  const cut = heads.some((head) => head.length > CUT);
  if (cut && !points) exact = false;
  const intervals = heads.map((head) => {
    const key = Buffer.concat([prefix, points ? shorten(head) : head.length > CUT ? head.subarray(0, CUT) : head]);
    return { from: key, to: afterPrefix(key)! };
  });
  intervals.sort((a, b) => a.from.compare(b.from));
  return {
    intervals,
    equalities,
    range: false,
    exact,
    points,
    heads: intervals.map(({ from }) => from.length),
    once: loose === 0 && !cut,
  };
}

function unique(keys: Buffer[]): Buffer[] {
  keys.sort(Buffer.compare);
  return keys.filter((key, i) => i === 0 || !key.equals(keys[i - 1]!));
}

function rangeOf({ lower, upper }: Partial<Constraint>, descending: boolean): Interval {
  const rank = rankOf((lower ?? upper)!.value);
  // NaN stands below all numbers, and no range holds it.
  const least = rank === Rank.number ? Buffer.from([rank, 0, 1]) : Buffer.from([rank]);
  const low =
    lower === undefined ? least : lower.inclusive ? encodeKey(lower.value) : afterPrefix(encodeKey(lower.value))!;
  const high =
    upper === undefined
      ? Buffer.from([rank + 1])
      : upper.inclusive
        ? afterPrefix(encodeKey(upper.value))!
        : encodeKey(upper.value);
  if (!descending) return { from: low, to: high };
  const from =
    upper === undefined
      ? Buffer.from([0xff ^ rank])
      : upper.inclusive
        ? encodeKey(upper.value, true)
        : afterPrefix(encodeKey(upper.value, true))!;
  const to =
    lower === undefined
      ? rank === Rank.number
        ? Buffer.from([0xff ^ rank, 0xff, 0xff])
        : Buffer.from([(0xff ^ rank) + 1])
      : lower.inclusive
        ? afterPrefix(encodeKey(lower.value, true))!
        : encodeKey(lower.value, true);
  return { from, to };
}

function clip(prefix: Buffer, from: Buffer, to: Buffer): Interval & { clipped: boolean } {
  const clipped = from.length > CUT || to.length > CUT;
  return {
    from: Buffer.concat([prefix, from.subarray(0, CUT)]),
    to: Buffer.concat([prefix, to.length > CUT ? afterPrefix(to.subarray(0, CUT))! : to]),
    clipped,
  };
}
