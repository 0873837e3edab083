import type { ShipmentDocument } from '../shipment/shipments.projection.js';

/** What is looked at of a shipment. */
export type AnalysedShipment = Pick<
  ShipmentDocument,
  | 'orderId'
  | 'carrier'
  | 'service'
  | 'zone'
  | 'location'
  | 'country'
  | 'status'
  | 'dispatchedAt'
  | 'deliveredAt'
  | 'firstPromisedAt'
  | 'attempts'
  | 'cost'
  | 'currency'
  | 'weightGrams'
  | 'chargeableGrams'
  | 'load'
> & {
  readonly exceptions: readonly { readonly kind: string }[];
  readonly claims: readonly { readonly paid: number }[];
};

/** Figures of a number of shipments. Rates are 0–1 and null where there is nothing to take them of. */
export interface Figures {
  readonly shipments: number;
  readonly orders: number;
  readonly delivered: number;
  /** Minor units by currency. */
  readonly cost: Readonly<Record<string, number>>;
  readonly costPerOrder: Readonly<Record<string, number>>;
  readonly transitHours: { readonly mean: number | null; readonly median: number | null; readonly p90: number | null };
  /** Of those that are there: not after the first promise. */
  readonly onTimeRate: number | null;
  readonly redeliveries: number;
  /** Failed tries per shipment. */
  readonly redeliveryRate: number | null;
  readonly load: number | null;
  readonly problems: Readonly<Record<string, number>>;
  readonly claimsPaid: number;
}

const HOUR = 3_600_000;
const rounded = (value: number, digits = 3): number => Math.round(value * 10 ** digits) / 10 ** digits;
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : rounded(values.reduce((sum, value) => sum + value, 0) / values.length);

/** The value below which a share of the values lies (nearest rank). */
export const quantile = (values: readonly number[], share: number): number | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return rounded(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
};

export const figuresOf = (shipments: readonly AnalysedShipment[]): Figures => {
  const orders = new Set(shipments.map(({ orderId }) => orderId)).size;
  const cost: Record<string, number> = {};
  const problems: Record<string, number> = {};
  const transit: number[] = [];
  const loads: number[] = [];
  let onTime = 0;
  let promised = 0;
  let redeliveries = 0;
  let claimsPaid = 0;
  for (const one of shipments) {
    if (one.cost !== null && one.currency !== null) cost[one.currency] = (cost[one.currency] ?? 0) + one.cost;
    for (const { kind } of one.exceptions) problems[kind] = (problems[kind] ?? 0) + 1;
    for (const { paid } of one.claims) claimsPaid += paid;
    if (one.load !== null) loads.push(one.load);
    redeliveries += one.attempts;
    if (one.deliveredAt === null) continue;
    transit.push((Date.parse(one.deliveredAt) - Date.parse(one.dispatchedAt)) / HOUR);
    if (one.firstPromisedAt === null) continue;
    promised++;
    if (one.deliveredAt <= one.firstPromisedAt) onTime++;
  }
  return {
    shipments: shipments.length,
    orders,
    delivered: transit.length,
    cost,
    costPerOrder: Object.fromEntries(
      Object.entries(cost).map(([currency, amount]) => [currency, Math.round(amount / Math.max(1, orders))]),
    ),
    transitHours: { mean: mean(transit), median: quantile(transit, 0.5), p90: quantile(transit, 0.9) },
    onTimeRate: promised === 0 ? null : rounded(onTime / promised),
    redeliveries,
    redeliveryRate: shipments.length === 0 ? null : rounded(redeliveries / shipments.length),
    load: mean(loads),
    problems,
    claimsPaid,
  };
};

/** Figures per group, the largest first. */
export const figuresBy = (
  shipments: readonly AnalysedShipment[],
  keyOf: (one: AnalysedShipment) => string,
): (Figures & { readonly key: string })[] => {
  const groups = new Map<string, AnalysedShipment[]>();
  for (const one of shipments) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups]
    .map(([key, group]) => ({ key, ...figuresOf(group) }))
    .sort((a, b) => b.shipments - a.shipments || (a.key < b.key ? -1 : 1));
};
