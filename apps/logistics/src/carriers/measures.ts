import type { Snapshot } from '../data/reference.js';

/** What a unit is taken for while nobody has measured it. */
export const UNMEASURED = { weightGrams: 500, volumeCm3: 1_000 };

/** Weight and size of what is sent. */
export interface Measures {
  readonly weightGrams: number;
  readonly volumeCm3: number;
  /** Longest side of anything in it, 0 when nothing was measured. */
  readonly longestMm: number;
}

/** Sums units of skus, with the carton's own weight where the packing is known. */
export const measure = (
  lines: readonly { readonly sku: string; readonly quantity: number }[],
  data: Pick<Snapshot, 'get'>,
): Measures => {
  let weightGrams = 0;
  let volumeCm3 = 0;
  let longestMm = 0;
  for (const { sku, quantity } of lines) {
    const item = data.get('item', sku)?.value;
    weightGrams += quantity * (item?.weightGrams ?? UNMEASURED.weightGrams);
    const { lengthMm, widthMm, heightMm } = item ?? {};
    if (lengthMm !== undefined && widthMm !== undefined && heightMm !== undefined) {
      volumeCm3 += (quantity * lengthMm * widthMm * heightMm) / 1_000;
      longestMm = Math.max(longestMm, lengthMm, widthMm, heightMm);
    } else volumeCm3 += quantity * UNMEASURED.volumeCm3;
  }
  return { weightGrams, volumeCm3: Math.round(volumeCm3), longestMm };
};

/** The weight a carrier charges for: the greater of the scales' and the volume's (cm³ ÷ divisor = kg). */
export const chargeableGrams = ({ weightGrams, volumeCm3 }: Measures, divisor: number): number =>
  Math.max(weightGrams, Math.ceil((volumeCm3 * 1_000) / divisor));
