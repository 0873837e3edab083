import type { LogisticsEventData } from '@orderloom/contracts';

/** Units of an order line. */
export type LineUnits = LogisticsEventData['PickingCompleted']['lines'][number];
/** Units of a line out of one reservation. */
export type ReservedUnits = LogisticsEventData['ShipmentDispatched']['lines'][number];

/** Units per order line: a line that was reserved in parts comes as several lines of the release. */
export const unitsByLine = (
  lines: readonly { readonly lineId: string; readonly quantity: number }[],
): Map<string, number> => {
  const units = new Map<string, number>();
  for (const { lineId, quantity } of lines) units.set(lineId, (units.get(lineId) ?? 0) + quantity);
  return units;
};

/** One entry per order line. */
export const byLine = (lines: readonly { readonly lineId: string; readonly quantity: number }[]): LineUnits[] =>
  [...unitsByLine(lines)].filter(([, quantity]) => quantity > 0).map(([lineId, quantity]) => ({ lineId, quantity }));

/** Only what an event carries of reserved units. */
export const bare = ({ lineId, sku, quantity, reservationId }: ReservedUnits): ReservedUnits => ({
  lineId,
  sku,
  quantity,
  reservationId,
});

/** What is left when some units are taken out, by reservation and line. */
export const withoutUnits = <T extends ReservedUnits>(lines: readonly T[], gone: readonly ReservedUnits[]): T[] => {
  const open = new Map<string, number>();
  const key = (line: ReservedUnits) => `${line.lineId}\n${line.reservationId}`;
  for (const line of gone) open.set(key(line), (open.get(key(line)) ?? 0) + line.quantity);
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (open.get(key(line)) ?? 0) }))
    .filter((line) => line.quantity > 0);
};

/**
 * The units that are missing when fewer were found than asked for, taken from the last reservation of a line first.
 * @param found units per line id
 */
export const missingUnits = <T extends ReservedUnits>(
  lines: readonly T[],
  found: ReadonlyMap<string, number>,
): ReservedUnits[] => {
  const open = new Map([...unitsByLine(lines)].map(([lineId, asked]) => [lineId, asked - (found.get(lineId) ?? 0)]));
  const missing: ReservedUnits[] = [];
  for (const line of [...lines].reverse()) {
    const quantity = Math.min(line.quantity, open.get(line.lineId) ?? 0);
    if (quantity <= 0) continue;
    open.set(line.lineId, (open.get(line.lineId) ?? 0) - quantity);
    missing.push({ ...bare(line), quantity });
  }
  return missing.reverse();
};
