import type { LogisticsEventData } from '@orderloom/contracts';
import type { LineUnits } from './units.js';

type Scanned = LogisticsEventData['UnitsScanned'];

/** What has gone through the scanner so far. */
export interface Scans {
  /** Scans that were counted, so that a repeat is not counted again. */
  readonly ids: readonly string[];
  readonly picked: readonly LineUnits[];
  readonly packed: readonly (LineUnits & { readonly parcelId: string })[];
}

export const noScans: Scans = { ids: [], picked: [], packed: [] };

export const scanned = (scans: Scans, { scanId, stage, lineId, quantity, parcelId }: Scanned): Scans => {
  const ids = [...scans.ids, scanId];
  return stage === 'pick'
    ? { ...scans, ids, picked: [...scans.picked, { lineId, quantity }] }
    : { ...scans, ids, packed: [...scans.packed, { lineId, quantity, parcelId: parcelId ?? '' }] };
};
