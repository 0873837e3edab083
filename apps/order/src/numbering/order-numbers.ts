import type { Aggregate, EventStore } from '@orderloom/event-sourcing';
import { Repository } from '@orderloom/event-sourcing';

/** How a channel's orders get the number people use. */
export interface Numbering {
  /**
   * `external` (default): the channel's own number, else one made of the order's id. `readable`: always one made of
   * its id. `sequence`: counted without gaps.
   */
  readonly kind: 'external' | 'readable' | 'sequence';
  /** For sequences: text with `{year}`, `{month}`, `{day}` (UTC) and `{number}`, e.g. `SO-{year}-{number}`. */
  readonly pattern?: string;
  /** Digits of a counted number, filled up with zeros. */
  readonly digits?: number;
  /** When counting starts again from 1. */
  readonly reset?: 'never' | 'year' | 'month' | 'day';
}

/** Stored events of a `number-{channel}:{period}` stream. Kept for this service alone, not published. */
export type NumberEvent = {
  readonly type: 'NumberTaken';
  readonly data: {
    n: number;
    orderId: string;
    /** numbers whose orders were found since */
    used: number[];
    /** numbers whose orders never came, to be given out again */
    freed: number[];
  };
};

interface Taken {
  readonly n: number;
  readonly orderId: string;
  /** ms since 1970 */
  readonly at: number;
}

/** A count: which numbers were given out and not yet seen on an order. */
export interface Count {
  readonly last: number;
  readonly open: readonly Taken[];
  readonly free: readonly number[];
}

const evolve = (count: Count, event: NumberEvent, at: string): Count => {
  const { n, orderId, used, freed } = event.data;
  const gone = new Set([...used, ...freed]);
  return {
    last: Math.max(count.last, n),
    open: [...count.open.filter((taken) => !gone.has(taken.n)), { n, orderId, at: Date.parse(at) }],
    free: [...count.free, ...freed].filter((free) => free !== n).sort((a, b) => a - b),
  };
};

export const countAggregate: Aggregate<Count, NumberEvent> = {
  prefix: 'number',
  initial: () => ({ last: 0, open: [], free: [] }),
  evolve,
};

/**
 * After this long the order of a number is on record, or will never be: every append is given up on long before.
 * Only then is its number given to another order.
 */
export const SURELY_WRITTEN_MS = 10 * 60_000;
/** Most numbers looked after while the next one is taken. */
const LOOKED_AFTER = 20;

/** Numbers old enough to know whether their orders came. */
export const doubtful = (count: Count, nowMs: number): readonly Taken[] =>
  count.open.filter((taken) => nowMs - taken.at > SURELY_WRITTEN_MS).slice(0, LOOKED_AFTER);

/**
 * Takes the next number for an order: the one it has already, else the lowest that was freed, else the next.
 * @param seen what is now known of doubtful numbers: whether their orders are there
 */
export const takeNumber = (
  command: { orderId: string; seen: ReadonlyMap<number, boolean> },
  count: Count,
): NumberEvent[] => {
  const { orderId, seen } = command;
  if (count.open.some((taken) => taken.orderId === orderId && seen.get(taken.n) !== false)) return [];
  const known = count.open.filter((taken) => seen.has(taken.n));
  const used = known.filter((taken) => seen.get(taken.n) === true).map((taken) => taken.n);
  const freed = known.filter((taken) => seen.get(taken.n) === false).map((taken) => taken.n);
  const n = [...count.free, ...freed].sort((a, b) => a - b)[0] ?? count.last + 1;
  return [{ type: 'NumberTaken', data: { n, orderId, used, freed } }];
};

/** The stream a number of this time is counted in. */
export const periodOf = (numbering: Numbering, now: string): string => {
  switch (numbering.reset ?? 'never') {
    case 'year':
      return now.slice(0, 4);
    case 'month':
      return now.slice(0, 7);
    case 'day':
      return now.slice(0, 10);
    default:
      return 'all';
  }
};

/** A counted number as people see it. */
export const formatNumber = (numbering: Numbering, channel: string, n: number, now: string): string => {
  const [year = '', month = '', day = ''] = now.slice(0, 10).split('-');
  const number = String(n).padStart(numbering.digits ?? 6, '0');
  const parts: Record<string, string> = { year, month, day, number, channel };
  return (numbering.pattern ?? '{channel}-{number}').replace(/\{(\w+)\}/g, (all, name: string) => parts[name] ?? all);
};

/** Gives out counted numbers. Each costs a round trip, so only channels that ask for them pay. */
export class OrderNumbers {
  readonly #counts: Repository<Count, NumberEvent>;

  constructor(
    store: Pick<EventStore, 'append' | 'read'>,
    private readonly exists: (orderId: string) => Promise<boolean>,
  ) {
    this.#counts = new Repository(store, countAggregate, { maxAttempts: 50 });
  }

  /**
   * The number of an order, the same one however often it is asked for. A number whose order never came (the process
   * was killed between the two writes) goes to the next order asking ten minutes later: there are no gaps then.
   */
  async next(numbering: Numbering, channel: string, orderId: string, now: string): Promise<string> {
    const id = `${channel}:${periodOf(numbering, now)}`;
    const before = await this.#counts.load(id);
    const looked = doubtful(before.state, Date.parse(now));
    const seen = new Map(
      await Promise.all(looked.map(async (taken) => [taken.n, await this.exists(taken.orderId)] as const)),
    );
    const { state } = await this.#counts.handle(id, (count) => takeNumber({ orderId, seen }, count), {
      actor: 'order.numbers',
      correlationId: orderId,
      now,
    });
    const taken = state.open.find((one) => one.orderId === orderId);
    if (taken === undefined) throw new Error(`order ${orderId} was given no number of ${id}`);
    return formatNumber(numbering, channel, taken.n, now);
  }
}
