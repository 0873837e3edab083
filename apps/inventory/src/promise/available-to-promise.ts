/** Units on a day, YYYY-MM-DD. */
export interface UnitsOn {
  readonly day: string;
  readonly quantity: number;
}

/** What can be promised is computed from this. */
export interface PromiseInputs {
  /** YYYY-MM-DD. */
  readonly today: string;
  /** Units free now: on hand without reservations, safety stock and what others are kept for. */
  readonly available: number;
  /** Goods on their way, with the day they arrive. What is late counts as arriving today. */
  readonly inbound: readonly UnitsOn[];
  /** Units that are promised already and not reserved, with the day they are wanted; waiting ones want them today. */
  readonly demands: readonly UnitsOn[];
}

/** From `day` on, until the next entry, `available` units can be promised. */
export interface Promised {
  readonly day: string;
  readonly available: number;
}

/**
 * Available-to-promise by date: units that can be promised for a day without making anybody later who was promised
 * before. It is the least of all later balances (cumulative ATP with look-ahead), never below zero.
 * @returns one entry per day on which it changes, the first for today
 */
export const availableToPromise = ({ today, available, inbound, demands }: PromiseInputs): Promised[] => {
  const changes = new Map<string, number>([[today, available]]);
  const add = ({ day, quantity }: UnitsOn, sign: 1 | -1): void => {
    const on = day < today ? today : day;
    changes.set(on, (changes.get(on) ?? 0) + sign * quantity);
  };
  for (const supply of inbound) add(supply, 1);
  for (const demand of demands) add(demand, -1);
  const days = [...changes.keys()].sort();
  let balance = 0;
  const balances = days.map((day) => {
    balance += changes.get(day) ?? 0;
    return balance;
  });
  const promised: Promised[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let at = days.length - 1; at >= 0; at -= 1) {
    least = Math.min(least, balances[at] ?? 0);
    promised.unshift({ day: days[at] ?? today, available: Math.max(0, least) });
  }
  return promised.filter((entry, at) => at === 0 || entry.available !== promised[at - 1]?.available);
};

/** First day for which `quantity` units can be promised; undefined when what is on its way does not suffice. */
export const promiseDay = (promised: readonly Promised[], quantity: number): string | undefined =>
  promised.find((entry) => entry.available >= quantity)?.day;

/** Units that can be promised for a day. */
export const promisedOn = (promised: readonly Promised[], day: string): number =>
  promised.findLast((entry) => entry.day <= day)?.available ?? 0;

/**
 * Available-to-promise of a bundle: as many as every component allows.
 * @param components each component's own promise, and units of it in one bundle
 */
export const bundlePromise = (
  components: readonly { readonly promised: readonly Promised[]; readonly quantity: number }[],
): Promised[] => {
  const days = [...new Set(components.flatMap(({ promised }) => promised.map(({ day }) => day)))].sort();
  const entries = days.map((day) => ({
    day,
    available: Math.min(
      ...components.map(({ promised, quantity }) => Math.floor(promisedOn(promised, day) / quantity)),
    ),
  }));
  return entries.filter((entry, at) => at === 0 || entry.available !== entries[at - 1]?.available);
};

/** A day some days after another, YYYY-MM-DD. */
export const daysAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00.000Z`) + days * 86_400_000).toISOString().slice(0, 10);
