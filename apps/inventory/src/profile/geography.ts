/**
 * Where countries are, roughly (latitude, longitude of where most of their people live). Orders name only the country
 * in clear, the address is sealed: this is as near as sourcing gets, and near enough to compare locations.
 */
const CENTRES: Readonly<Record<string, readonly [latitude: number, longitude: number]>> = {
  AE: [24.5, 54.7],
  AR: [-34.6, -60.0],
  AT: [48.0, 15.5],
  AU: [-34.0, 149.0],
  BD: [23.7, 90.4],
  BE: [50.8, 4.4],
  BG: [42.7, 24.5],
  BR: [-22.0, -46.0],
  CA: [44.5, -79.0],
  CH: [47.2, 8.2],
  CL: [-33.5, -70.7],
  CN: [31.5, 115.0],
  CO: [5.0, -74.5],
  CZ: [49.9, 15.0],
  DE: [51.0, 9.8],
  DK: [55.8, 11.0],
  DZ: [36.4, 3.5],
  EE: [59.2, 25.3],
  EG: [30.3, 31.2],
  ES: [40.0, -3.5],
  FI: [61.0, 24.5],
  FR: [47.5, 2.5],
  GB: [52.5, -1.5],
  GR: [38.5, 23.3],
  HK: [22.3, 114.2],
  HR: [45.6, 16.0],
  HU: [47.3, 19.2],
  ID: [-6.8, 108.5],
  IE: [53.2, -7.0],
  IL: [32.0, 34.9],
  IN: [21.5, 78.5],
  IR: [34.0, 51.0],
  IT: [43.5, 11.5],
  JP: [35.6, 138.0],
  KE: [-0.8, 36.8],
  KR: [36.9, 127.4],
  KZ: [47.0, 72.0],
  LT: [55.0, 24.3],
  LU: [49.7, 6.1],
  LV: [56.9, 24.5],
  MA: [33.2, -7.0],
  MX: [20.5, -100.5],
  MY: [3.5, 102.0],
  NG: [8.5, 6.5],
  NL: [52.1, 5.2],
  NO: [60.2, 9.5],
  NZ: [-38.5, 175.5],
  PE: [-11.5, -76.5],
  PH: [13.5, 121.5],
  PK: [31.0, 72.5],
  PL: [51.8, 19.5],
  PT: [39.8, -8.5],
  RO: [45.5, 25.3],
  RS: [44.5, 20.7],
  RU: [54.5, 44.0],
  SA: [24.5, 44.5],
  SE: [58.8, 15.8],
  SG: [1.35, 103.8],
  SI: [46.1, 14.8],
  SK: [48.7, 19.2],
  TH: [14.5, 101.0],
  TR: [39.6, 32.0],
  TW: [24.2, 120.8],
  UA: [49.3, 31.5],
  US: [38.5, -90.5],
  VE: [9.8, -68.0],
  VN: [16.0, 107.0],
  ZA: [-28.0, 28.0],
};

const EARTH_KM = 6_371;

/** Great-circle distance in km (haversine). */
export const distanceKm = (
  [latitude, longitude]: readonly [number, number],
  [otherLatitude, otherLongitude]: readonly [number, number],
): number => {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const a =
    Math.sin(radians(otherLatitude - latitude) / 2) ** 2 +
    Math.cos(radians(latitude)) *
      Math.cos(radians(otherLatitude)) *
      Math.sin(radians(otherLongitude - longitude) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(a)));
};

/** Where something in a country is, as far as known. */
export const centreOf = (country: string | undefined): readonly [number, number] | undefined =>
  country === undefined ? undefined : CENTRES[country.toUpperCase()];
