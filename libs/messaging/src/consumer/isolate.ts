import { classify } from '../errors.js';

/** Events of one key, in order. */
export interface Group<T> {
  readonly id: string;
  readonly items: readonly T[];
}

export interface Failure<T> {
  readonly item: T;
  readonly error: unknown;
}

/** How far each key got. */
export interface Isolated<T> {
  readonly done: T[];
  /** By group id: the first event of the key that failed; those behind it were not handled. */
  readonly failures: Map<string, Failure<T>>;
  /** An engine is away: what is neither done nor failed was not handled. */
  readonly halted?: unknown;
}

/** Handles many events; answers those it could not handle, or throws when it cannot say which. */
export type HandleMany<T> = (items: readonly T[]) => Promise<readonly Failure<T>[]>;

const record = <T>(groups: readonly Group<T>[], failures: readonly Failure<T>[], into: Isolated<T>): void => {
  const failed = new Map(failures.map((failure) => [failure.item, failure]));
  for (const group of groups) {
    for (const item of group.items) {
      const failure = failed.get(item);
      if (failure) {
        into.failures.set(group.id, failure);
        break;
      }
      into.done.push(item);
    }
  }
};

/**
 * Handles a batch; when it fails, finds out which events are to blame by halving: first between keys, then, within a
 * key, along its order. The cost is logarithmic for a single bad event, and every other event is handled.
 * Handlers must be repeatable, since an event beside a bad one is given more than once.
 */
export const isolate = async <T>(groups: readonly Group<T>[], handle: HandleMany<T>): Promise<Isolated<T>> => {
  const outcome: Isolated<T> & { halted?: unknown } = { done: [], failures: new Map() };

  /** Answers false when nothing more is to be tried on this path. */
  const attempt = async (part: readonly Group<T>[]): Promise<boolean> => {
    const before = outcome.failures.size;
    try {
      const items = part.length === 1 ? (part[0] as Group<T>).items : part.flatMap((group) => group.items);
      const failures = await handle(items);
      const away = failures.find((failure) => classify(failure.error).kind === 'infrastructure');
      if (away) {
        // Only what is known to be done counts; the rest is given again when the engine is back.
        const failed = new Set(failures.map((failure) => failure.item));
        for (const group of part) {
          const first = group.items.findIndex((item) => failed.has(item));
          outcome.done.push(...(first < 0 ? group.items : group.items.slice(0, first)));
        }
        outcome.halted = away.error;
        return false;
      }
      record(part, failures, outcome);
      return outcome.failures.size === before;
    } catch (error) {
      if (classify(error).kind === 'infrastructure') {
        outcome.halted = error;
        return false;
      }
      if (part.length > 1) {
        const middle = part.length >> 1;
        const first = await attempt(part.slice(0, middle));
        if (outcome.halted !== undefined) return false;
        const second = await attempt(part.slice(middle));
        return first && second;
      }
      const only = part[0] as Group<T>;
      if (only.items.length > 1) {
        const middle = only.items.length >> 1;
        // Order within the key: what follows a failed event must wait for it.
        if (!(await attempt([{ id: only.id, items: only.items.slice(0, middle) }]))) return false;
        return attempt([{ id: only.id, items: only.items.slice(middle) }]);
      }
      outcome.failures.set(only.id, { item: only.items[0] as T, error });
      return false;
    }
  };

  if (groups.length > 0) await attempt(groups);
  return outcome;
};
