import type { OrderFacts, ProfileData } from '@orderloom/contracts';

/** What conditions are asked about. */
export interface OrderSubject {
  readonly facts: OrderFacts;
  readonly skus: readonly string[];
  readonly categories: readonly string[];
  readonly units: number;
  readonly lines: number;
  readonly weightGrams: number;
}

type Condition = ProfileData['conditions'][number];

const wordsOf = ({ field }: Condition, { facts, skus, categories }: OrderSubject): readonly string[] | undefined => {
  const one = (value: string | undefined) => (value === undefined ? [] : [value]);
  switch (field) {
    case 'channel':
      return one(facts.channel);
    case 'country':
      return one(facts.country);
    case 'currency':
      return one(facts.currency);
    case 'paymentTerms':
      return one(facts.paymentTerms);
    case 'sku':
      return skus;
    case 'category':
      return categories;
    default:
      return undefined;
  }
};

const numberOf = ({ field }: Condition, { facts, units, lines, weightGrams }: OrderSubject): number | undefined => {
  switch (field) {
    case 'total':
      return facts.total;
    case 'units':
      return units;
    case 'lines':
      return lines;
    case 'weightGrams':
      return weightGrams;
    default:
      return undefined;
  }
};

/** One that asks what cannot be known does not hold. */
const holds = (condition: Condition, subject: OrderSubject): boolean => {
  const { op, values = [], value } = condition;
  const words = wordsOf(condition, subject);
  const number = numberOf(condition, subject);
  switch (op) {
    case 'in':
      return words?.some((word) => values.includes(word)) ?? false;
    case 'notIn':
      return words !== undefined && !words.some((word) => values.includes(word));
    case 'atLeast':
      return number !== undefined && value !== undefined && number >= value;
    case 'atMost':
      return number !== undefined && value !== undefined && number <= value;
    default:
      return op satisfies never;
  }
};

/** True when all conditions of a profile hold; it has none: always. */
export const conditionsHold = (conditions: readonly Condition[], subject: OrderSubject): boolean =>
  conditions.every((condition) => holds(condition, subject));

/** The profile an order is sourced by: the first whose conditions hold, lowest rank first, equal ones by id. */
export const profileFor = (profiles: readonly ProfileData[], subject: OrderSubject): ProfileData | undefined =>
  [...profiles]
    .sort((a, b) => a.rank - b.rank || (a.profileId < b.profileId ? -1 : 1))
    .find((profile) => conditionsHold(profile.conditions, subject));
