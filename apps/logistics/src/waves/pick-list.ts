/** A line of a fulfilment to be picked. */
export interface ToPick {
  readonly fulfilmentId: string;
  readonly lineId: string;
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
}

/** One stop on the walk. */
export interface PickStop {
  /** Null: nobody has said where it lies; such stops come last. */
  readonly bin: string | null;
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  /** Into which box how much of it goes. */
  readonly boxes: readonly { readonly fulfilmentId: string; readonly lineId: string; readonly quantity: number }[];
}

/** Aisle and the rest of a bin's name: `A-03-2` → `A`, `03-2`. */
const partsOf = (bin: string): readonly [string, string] => {
  const dash = bin.indexOf('-');
  return dash < 0 ? [bin, ''] : [bin.slice(0, dash), bin.slice(dash + 1)];
};

const natural = new Intl.Collator('en', { numeric: true });

/**
 * The order in which people walk: aisles as the site lists them (alphabetical where it does not), every second one
 * backwards, so that one leaves an aisle where the next begins; bins in their natural order (`2` before `10`).
 */
export const walkOrder = (bins: readonly string[], aisles: readonly string[] = []): string[] => {
  const listed = new Map(aisles.map((aisle, index) => [aisle, index]));
  const found = [...new Set(bins.map((bin) => partsOf(bin)[0]))].sort((a, b) => {
    const [left, right] = [listed.get(a) ?? aisles.length, listed.get(b) ?? aisles.length];
    return left - right || natural.compare(a, b);
  });
  return found.flatMap((aisle, index) => {
    const inAisle = [...new Set(bins)].filter((bin) => partsOf(bin)[0] === aisle);
    inAisle.sort((a, b) => natural.compare(partsOf(a)[1], partsOf(b)[1]));
    return index % 2 === 0 ? inAisle : inAisle.reverse();
  });
};

/** The pick list of one or many fulfilments: one stop per bin and sku, in walking order. */
export const pickList = (
  lines: readonly ToPick[],
  binOf: (sku: string) => string | undefined,
  aisles: readonly string[] = [],
): PickStop[] => {
  const stops = new Map<
    string,
    { bin: string | null; sku: string; name: string; boxes: PickStop['boxes'][number][] }
  >();
  for (const { fulfilmentId, lineId, sku, name, quantity } of lines) {
    const bin = binOf(sku) ?? null;
    const stop = stops.get(sku) ?? { bin, sku, name, boxes: [] };
    const box = stop.boxes.findIndex((one) => one.fulfilmentId === fulfilmentId && one.lineId === lineId);
    const known = stop.boxes[box];
    if (known) stop.boxes[box] = { ...known, quantity: known.quantity + quantity };
    else stop.boxes.push({ fulfilmentId, lineId, quantity });
    stops.set(sku, stop);
  }
  const all = [...stops.values()];
  const order = new Map(
    walkOrder(
      all.flatMap(({ bin }) => (bin === null ? [] : [bin])),
      aisles,
    ).map((bin, at) => [bin, at]),
  );
  const place = ({ bin }: { bin: string | null }) => (bin === null ? Number.MAX_SAFE_INTEGER : (order.get(bin) ?? 0));
  return all
    .sort((a, b) => place(a) - place(b) || natural.compare(a.sku, b.sku))
    .map((stop) => ({ ...stop, quantity: stop.boxes.reduce((sum, { quantity }) => sum + quantity, 0) }));
};
