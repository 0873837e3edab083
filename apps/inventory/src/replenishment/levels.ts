/** What levels are computed from. */
export interface LevelInputs {
  /** Units expected per day. */
  readonly daily: number;
  /** Standard deviation of the forecast's error per day, units. */
  readonly deviation: number;
  readonly leadTimeDays: number;
  /** Days between two looks at whether to order. */
  readonly reviewDays: number;
  /** Share of cycles without a shortage, per cent. */
  readonly serviceLevelPercent: number;
}

/** When to order, up to what, and what of it is there for bad luck. */
export interface Levels {
  readonly reorderPoint: number;
  readonly upTo: number;
  readonly safetyStock: number;
}

/**
 * The quantile of the standard normal distribution, by P. J. Acklam's rational approximation (relative error below
 * 1.15e-9), restricted to its central and upper region: service levels are 50 to 99 per cent.
 */
export const zOf = (percent: number): number => {
  const p = Math.min(0.999, Math.max(0.5, percent / 100));
  if (p <= 0.97575) {
    const a = [
      -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
      2.506628277459239,
    ];
    const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
    const q = p - 0.5;
    const r = q * q;
    return (q * polynomial(a, r)) / polynomial(b, r);
  }
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
  const q = Math.sqrt(-2 * Math.log(1 - p));
  return -polynomial(c, q) / polynomial(d, q);
};

/** Horner's scheme, the highest power first. */
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/**
 * Levels of a periodic-review, order-up-to policy (Silver, Pyke & Thomas, Inventory and Production Management in Supply
 * Chains, 4th ed., ch. 7): what is needed until the next delivery can be here, and a reserve against the forecast's error.
 */
export const computeLevels = ({
  daily,
  deviation,
  leadTimeDays,
  reviewDays,
  serviceLevelPercent,
}: LevelInputs): Levels => {
  const protection = leadTimeDays + reviewDays;
  const safetyStock = Math.ceil(zOf(serviceLevelPercent) * deviation * Math.sqrt(protection));
  const reorderPoint = Math.ceil(daily * leadTimeDays) + safetyStock;
  return { reorderPoint, upTo: Math.max(reorderPoint + 1, Math.ceil(daily * protection) + safetyStock), safetyStock };
};

/** What is there, comes, and is waited for. */
export interface Position {
  readonly available: number;
  readonly onOrder: number;
  readonly waiting: number;
}

/** Inventory position: what there will be once everything has arrived and everybody is served. */
export const positionOf = ({ available, onOrder, waiting }: Position): number => available + onOrder - waiting;

/**
 * Units to buy: none above the reorder point; else up to the level, in whole multiples and at least the minimum.
 * @param upTo 0 or below the reorder point: up to the reorder point itself
 */
export const quantityToBuy = (
  position: Position,
  reorderPoint: number,
  upTo: number,
  { minimum = 1, multiple = 1 }: { readonly minimum?: number | undefined; readonly multiple?: number | undefined } = {},
): number => {
  const there = positionOf(position);
  const missing = Math.max(upTo, reorderPoint) - there;
  // Nobody asked for a stock of this: only what is waited for is bought.
  const due = reorderPoint > 0 || upTo > 0 ? there <= reorderPoint : there < 0;
  if (!due || missing <= 0) return 0;
  return Math.ceil(Math.max(missing, minimum) / multiple) * multiple;
};
