import { type Measures, measure } from '../carriers/measures.js';
import type { Snapshot } from '../data/reference.js';
import type { Fulfilment } from '../fulfilment/fulfilment.js';

/** What the parcels of a fulfilment weigh and measure: as packed where that is known, else as the items are. */
export interface ParcelFigures extends Measures {
  readonly parcels: number;
  readonly heaviestGrams: number;
  /** Part of the cartons that is filled; undefined when no carton is known. */
  readonly load: number | undefined;
}

export const figuresOf = (state: Fulfilment, data: Pick<Snapshot, 'get'>): ParcelFigures => {
  const items = measure(state.lines, data);
  const parcels = Math.max(1, state.parcels.length);
  const weighed = state.parcels.length > 0 && state.parcels.every(({ weightGrams }) => weightGrams !== undefined);
  const weights = state.parcels.map(({ weightGrams }) => weightGrams ?? 0);
  const sized = state.parcels.flatMap(({ lengthMm, widthMm, heightMm }) =>
    lengthMm === undefined || widthMm === undefined || heightMm === undefined
      ? []
      : [{ volume: (lengthMm * widthMm * heightMm) / 1_000, longest: Math.max(lengthMm, widthMm, heightMm) }],
  );
  const loads = state.parcels.flatMap(({ load }) => (load === undefined ? [] : [load]));
  const weightGrams = weighed ? weights.reduce((sum, grams) => sum + grams, 0) : items.weightGrams;
  return {
    weightGrams,
    volumeCm3:
      sized.length === parcels ? Math.round(sized.reduce((sum, { volume }) => sum + volume, 0)) : items.volumeCm3,
    longestMm: Math.max(items.longestMm, ...sized.map(({ longest }) => longest)),
    parcels,
    heaviestGrams: weighed ? Math.max(...weights) : Math.ceil(weightGrams / parcels),
    load: loads.length === 0 ? undefined : loads.reduce((sum, one) => sum + one, 0) / loads.length,
  };
};
