/** A fulfilment that could go into a wave. */
export interface WaveCandidate {
  readonly fulfilmentId: string;
  readonly carrier: string | null;
  readonly zone: string | null;
  /** ISO 8601 UTC; null: whenever. */
  readonly dueAt: string | null;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

/** How large waves may be and what must not be mixed. */
export interface WaveRules {
  readonly maxFulfilments: number;
  readonly maxUnits: number;
  readonly by: readonly ('carrier' | 'zone')[];
  /** Fulfilments due more than this after the earliest of a wave wait for a later one; ms. */
  readonly deadlineSpreadMs: number;
}

/** A wave as proposed. */
export interface PlannedWave {
  readonly carrier: string | null;
  readonly zone: string | null;
  readonly dueAt: string | null;
  readonly fulfilmentIds: readonly string[];
  readonly units: number;
  /** Walks to a sku that are saved by picking together. */
  readonly sharedStops: number;
}

const LATEST = '9999-12-31T00:00:00.000Z';

const unitsOf = ({ items }: WaveCandidate): number => items.reduce((sum, { quantity }) => sum + quantity, 0);

/**
 * Groups fulfilments that carrier and zone allow together, begins each wave with the earliest deadline, and adds the
 * one that shares most skus with it (the fewest new skus decide between equals, then the deadline) until the wave is
 * full. Greedy: O(n²) per group, which is why callers pass hundreds, not thousands.
 */
export const planWaves = (candidates: readonly WaveCandidate[], rules: WaveRules): PlannedWave[] => {
  const groups = new Map<string, WaveCandidate[]>();
  for (const candidate of candidates) {
    const key = rules.by.map((field) => candidate[field] ?? '').join('\n');
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return [...groups.values()]
    .flatMap((group) => wavesOf(group, rules))
    .sort((a, b) => ((a.dueAt ?? LATEST) < (b.dueAt ?? LATEST) ? -1 : 1));
};

const wavesOf = (group: readonly WaveCandidate[], rules: WaveRules): PlannedWave[] => {
  const open = [...group].sort((a, b) =>
    (a.dueAt ?? LATEST) === (b.dueAt ?? LATEST)
      ? a.fulfilmentId < b.fulfilmentId
        ? -1
        : 1
      : (a.dueAt ?? LATEST) < (b.dueAt ?? LATEST)
        ? -1
        : 1,
  );
  const waves: PlannedWave[] = [];
  for (let first = open.shift(); first; first = open.shift()) {
    const seed = first;
    const taken = [seed];
    const skus = new Set(first.items.map(({ sku }) => sku));
    let units = unitsOf(first);
    let sharedStops = 0;
    const limit =
      first.dueAt === null ? LATEST : new Date(Date.parse(first.dueAt) + rules.deadlineSpreadMs).toISOString();
    while (taken.length < rules.maxFulfilments) {
      let best: { at: number; shared: number; fresh: number } | undefined;
      for (let at = 0; at < open.length; at++) {
        const candidate = open[at] as WaveCandidate;
        if ((candidate.dueAt ?? LATEST) > limit || units + unitsOf(candidate) > rules.maxUnits) continue;
        const own = new Set(candidate.items.map(({ sku }) => sku));
        const shared = [...own].filter((sku) => skus.has(sku)).length;
        const fresh = own.size - shared;
        if (!best || shared > best.shared || (shared === best.shared && fresh < best.fresh))
          best = { at, shared, fresh };
      }
      if (!best) break;
      const [next] = open.splice(best.at, 1);
      if (!next) break;
      taken.push(next);
      units += unitsOf(next);
      sharedStops += best.shared;
      for (const { sku } of next.items) skus.add(sku);
    }
    const same = (field: 'carrier' | 'zone') => (taken.every((one) => one[field] === seed[field]) ? seed[field] : null);
    waves.push({
      carrier: same('carrier'),
      zone: same('zone'),
      dueAt: first.dueAt,
      fulfilmentIds: taken.map(({ fulfilmentId }) => fulfilmentId),
      units,
      sharedStops,
    });
  }
  return waves;
};
