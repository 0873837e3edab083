/** 32 bits that look random but are the same for the same text (FNV-1a with a final mix). */
export const spread = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
};

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
