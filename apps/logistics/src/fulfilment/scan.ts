import { type FulfilmentEvent, Refused } from '@orderloom/contracts';
import type { Fulfilment, FulfilmentFacts, Parcel } from './fulfilment.js';
import { type Scans, scanned } from './scans.js';
import { byLine, type LineUnits, unitsByLine } from './units.js';

/** One pull of the trigger. */
export interface Scan {
  readonly scanId: string;
  readonly stage: 'pick' | 'pack';
  /** What the code stands for; undefined when nobody knows the code. */
  readonly sku: string | undefined;
  /** As read. */
  readonly code: string;
  readonly quantity: number;
  readonly parcelId?: string | undefined;
  readonly at: string;
}

/**
 * Counts units of one sku. The scan of the last unit completes picking or packing, so that nobody has to say so.
 * @throws Refused FULFILMENT_STEP_INVALID, SCANNED_ITEM_UNKNOWN, SCANNED_ITEM_WRONG (not of this fulfilment),
 * SCANNED_TOO_MANY
 */
export const scan = (command: Scan, facts: FulfilmentFacts, state: Fulfilment): FulfilmentEvent[] => {
  if (state.scans.ids.includes(command.scanId)) return [];
  const { fulfilmentId, orderId } = facts;
  const { stage, sku, code, quantity, at } = command;
  const due = stage === 'pick' ? 'PICKING' : 'PACKING';
  if (state.status !== due)
    throw new Refused('FULFILMENT_STEP_INVALID', { fulfilmentId, status: state.status, step: `scan ${stage}` });
  if (sku === undefined) throw new Refused('SCANNED_ITEM_UNKNOWN', { code });
  const lines = state.lines.filter((line) => line.sku === sku);
  if (lines.length === 0) {
    throw new Refused('SCANNED_ITEM_WRONG', { code, sku, expected: [...new Set(state.lines.map((line) => line.sku))] });
  }
  const open = openUnits(state, stage);
  const room = [...unitsByLine(lines).keys()].map((lineId) => ({ lineId, quantity: open.get(lineId) ?? 0 }));
  const left = room.reduce((sum, line) => sum + line.quantity, 0);
  if (quantity > left) throw new Refused('SCANNED_TOO_MANY', { code, sku, left, quantity });
  const events: FulfilmentEvent[] = [];
  let rest = quantity;
  for (const line of room) {
    const units = Math.min(rest, line.quantity);
    if (units === 0) continue;
    rest -= units;
    const parcelId = stage === 'pack' ? (command.parcelId ?? `${fulfilmentId}/1`) : undefined;
    // One pull may count for two lines of the same sku; each is an entry of its own.
    const scanId = events.length === 0 ? command.scanId : `${command.scanId}/${events.length}`;
    events.push({
      type: 'UnitsScanned',
      data: {
        fulfilmentId,
        orderId,
        stage,
        scanId,
        lineId: line.lineId,
        sku,
        quantity: units,
        ...(parcelId === undefined ? {} : { parcelId }),
        occurredAt: at,
      },
    });
  }
  if (left - quantity > 0 || [...open].some(([lineId, units]) => units > 0 && !room.some((r) => r.lineId === lineId))) {
    return events;
  }
  const scans = events.reduce(
    (all, event) => (event.type === 'UnitsScanned' ? scanned(all, event.data) : all),
    state.scans,
  );
  events.push(
    stage === 'pick'
      ? { type: 'PickingCompleted', data: { fulfilmentId, orderId, lines: byLine(scans.picked), occurredAt: at } }
      : { type: 'PackingCompleted', data: { fulfilmentId, orderId, parcels: parcelsOf(scans), occurredAt: at } },
  );
  return events;
};

/** Units per line that are still to be scanned. */
export const openUnits = (state: Fulfilment, stage: 'pick' | 'pack'): Map<string, number> => {
  const done = unitsByLine(stage === 'pick' ? state.scans.picked : state.scans.packed);
  return new Map([...unitsByLine(state.lines)].map(([lineId, asked]) => [lineId, asked - (done.get(lineId) ?? 0)]));
};

/** The parcels as they were scanned full. */
export const parcelsOf = ({ packed }: Scans): Parcel[] => {
  const parcels = new Map<string, LineUnits[]>();
  for (const { parcelId, ...units } of packed) parcels.set(parcelId, [...(parcels.get(parcelId) ?? []), units]);
  return [...parcels].map(([parcelId, lines]) => ({ parcelId, lines: byLine(lines) }));
};
