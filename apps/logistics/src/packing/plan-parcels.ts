import { Refused } from '@orderloom/contracts';
import type { Snapshot } from '../data/reference.js';
import type { Fulfilment, Parcel } from '../fulfilment/fulfilment.js';
import { packCartons } from './cartons.js';

/** More units than this are packed by people who know what they do. */
const MOST_UNITS = 5_000;

/** The parcels the packing plan proposes for a fulfilment. */
export const planParcels = (state: Fulfilment, data: Pick<Snapshot, 'all' | 'get'>): Parcel[] => {
  const units = state.lines.reduce((sum, line) => sum + line.quantity, 0);
  if (units > MOST_UNITS) throw new Refused('PACKING_PLAN_TOO_LARGE', { most: MOST_UNITS, units });
  const cartons = data.all('carton').map(({ id, value }) => ({ ...value, code: id }));
  const packed = packCartons(state.lines, cartons, (sku) => data.get('item', sku)?.value);
  return packed.map(({ carton, lines, weightGrams, load }, index) => ({
    parcelId: `${state.facts?.fulfilmentId ?? ''}/${index + 1}`,
    weightGrams,
    ...(carton
      ? {
          carton: carton.code,
          lengthMm: carton.lengthMm,
          widthMm: carton.widthMm,
          heightMm: carton.heightMm,
        }
      : {}),
    load,
    lines: [...lines],
  }));
};

/** True when somebody has measured any of it: only then is a plan more than a guess. */
export const isMeasured = (state: Fulfilment, data: Pick<Snapshot, 'get'>): boolean =>
  state.lines.reduce((sum, line) => sum + line.quantity, 0) <= MOST_UNITS &&
  state.lines.some(({ sku }) => data.get('item', sku)?.value.weightGrams !== undefined);
