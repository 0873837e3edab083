/** A carrier that parcels can be handed to. */
export interface Carrier {
  readonly code: string;
  readonly name: string;
  readonly service: string;
}

/** The simulated carriers: those of the sample order book. */
export const carriers: readonly Carrier[] = [
  { code: 'speedy-express', name: 'Speedy Express', service: 'express' },
  { code: 'united-package', name: 'United Package', service: 'standard' },
  { code: 'federal-shipping', name: 'Federal Shipping', service: 'standard' },
];

/** The carrier of a code, if there is one. */
export const findCarrier = (code: string): Carrier | undefined => carriers.find((carrier) => carrier.code === code);

/** 32 bits that look random but are the same for the same text (FNV-1a with a final mix). */
export const spread = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
};

/** The carrier for a country: always the same one, as a contract would have it. */
export const carrierFor = (country: string): Carrier =>
  carriers[spread(country) % carriers.length] ?? { code: 'speedy-express', name: 'Speedy Express', service: 'express' };

/** A tracking number in the manner of carriers: two letters, ten digits, a check digit (modulo 10, weights 3 and 1). */
export const trackingNumberFor = (carrier: string, shipmentId: string): string => {
  const letters = carrier
    .split('-')
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
    .padEnd(2, 'X')
    .slice(0, 2);
  const digits =
    `${spread(shipmentId) % 100_000}`.padStart(5, '0') + `${spread(`${shipmentId}#`) % 100_000}`.padStart(5, '0');
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 3 : 1), 0);
  return `${letters}${digits}${(10 - (sum % 10)) % 10}`;
};
