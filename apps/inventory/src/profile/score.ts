import type { LocationData, OrderFacts, ProfileData } from '@orderloom/contracts';
import { centreOf, distanceKm } from './geography.js';

export type Criterion = ProfileData['weights'][number]['criterion'];

/** What is known of a location; one that is not registered has only its name. */
export type KnownLocation = Partial<Omit<LocationData, 'location'>> & { readonly location: string };

/** A location with its score, 0–1, higher is better; `criteria` tells where it comes from. */
export interface ScoredLocation {
  readonly location: string;
  readonly score: number;
  readonly criteria: readonly { readonly criterion: Criterion; readonly score: number }[];
}

/** How far a parcel gets in a day, km. */
const KM_PER_DAY = 600;
/** Where nothing is known of a location. */
const DEFAULT_LEAD_HOURS = 24;

/** Distance of a location from where the order goes, km; undefined where it is not known. */
export const kilometres = (location: KnownLocation, country: string | undefined): number | undefined => {
  if (country === undefined) return undefined;
  const here =
    location.latitude !== undefined && location.longitude !== undefined
      ? ([location.latitude, location.longitude] as const)
      : centreOf(location.country);
  const there = centreOf(country);
  if (here && there) return distanceKm(here, there);
  return location.country !== undefined && location.country.toUpperCase() === country.toUpperCase() ? 0 : undefined;
};

/** Days from the release to the customer, roughly. */
export const transitDays = (location: KnownLocation, country: string | undefined): number =>
  (location.leadHours ?? DEFAULT_LEAD_HOURS) / 24 + 1 + (kilometres(location, country) ?? 0) / KM_PER_DAY;

/** What an order needs of a location, and what the location has of it. */
export interface Offer {
  readonly location: KnownLocation;
  /** Units of the order that it could send alone. */
  readonly covers: number;
  /** Units of all the order's skus that it has. */
  readonly stock: number;
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** 1 for the least of all, 0 for the most; the same for all, and where it is unknown, is in the middle. */
const lessIsBetter = (values: readonly (number | undefined)[]): number[] => {
  const known = values.filter((value) => value !== undefined);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return values.map((value) => (value === undefined || most === least ? 0.5 : (most - value) / (most - least)));
};

const shareOf = (values: readonly number[], whole: number): number[] =>
  values.map((value) => (whole === 0 ? 0 : value / whole));

/** Scores locations by the weights of a profile. */
export const scoreLocations = (
  offers: readonly Offer[],
  weights: ProfileData['weights'],
  { country }: OrderFacts,
  units: number,
): ScoredLocation[] => {
  const places = offers.map(({ location }) => location);
  const byCriterion: Readonly<Record<Criterion, () => number[]>> = {
    distance: () => lessIsBetter(places.map((place) => kilometres(place, country))),
    cost: () => lessIsBetter(places.map((place) => place.parcelCost)),
    balance: () =>
      shareOf(
        offers.map(({ stock }) => stock),
        Math.max(...offers.map(({ stock }) => stock)),
      ),
    promise: () => lessIsBetter(places.map((place) => transitDays(place, country))),
    priority: () =>
      shareOf(
        places.map((place) => place.priority ?? 0),
        100,
      ),
    wholeOrder: () =>
      shareOf(
        offers.map(({ covers }) => covers),
        units,
      ),
  };
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  const columns = weights.map(({ criterion, weight }) => ({ criterion, weight, scores: byCriterion[criterion]() }));
  return offers.map(({ location: { location } }, index) => {
    const scored = columns.map(({ criterion, weight, scores }) => ({ criterion, weight, score: scores[index] ?? 0 }));
    const score = sum === 0 ? 0 : scored.reduce((total, one) => total + one.weight * one.score, 0) / sum;
    return {
      location,
      score: round(score),
      criteria: scored.map(({ criterion, score: own }) => ({ criterion, score: round(own) })),
    };
  });
};
