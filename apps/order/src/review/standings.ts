import type { OrderDeskEvent } from '@orderloom/contracts';
import type { Aggregate } from '@orderloom/event-sourcing';
import type { Standing } from './checks/facts.js';

export type StandingEvent = Extract<OrderDeskEvent, { type: 'StandingSet' }>;
export type StandingKind = StandingEvent['data']['kind'];

/** A list as long as the company has blocked or limited customers; in parts, so that a change copies only one of them. */
export type StandingBook = readonly ReadonlyMap<string, Standing>[];

const PARTS = 64;
const EMPTY: StandingBook = Array.from({ length: PARTS }, () => new Map<string, Standing>());

const partOf = (key: string): number => {
  let sum = 0;
  for (let index = 0; index < key.length; index++) sum = (sum * 31 + key.charCodeAt(index)) >>> 0;
  return sum % PARTS;
};

const keyOf = (kind: StandingKind, id: string): string => `${kind}:${id}`;

/** What was decided about somebody; nothing for most. */
export const standingOf = (book: StandingBook, kind: StandingKind, id: string | undefined): Standing => {
  if (id === undefined) return {};
  const key = keyOf(kind, id);
  return book[partOf(key)]?.get(key) ?? {};
};

/** What an area is called: a country, or the postal codes of it that begin so. */
export const AREA = /^[A-Z]{2}(-[A-Z0-9]{1,10})?$/;

/** The narrowest area of an address that nothing is delivered to. */
export const unservedArea = (
  book: StandingBook,
  country: string,
  postalCode = '',
): { area: string; reason: string } | undefined => {
  const code = postalCode
    .replace(/[^a-z0-9]/gi, '')
    .toUpperCase()
    .slice(0, 10);
  for (let length = code.length; length >= 0; length--) {
    const area = length === 0 ? country : `${country}-${code.slice(0, length)}`;
    const reason = standingOf(book, 'area', area).blocked;
    if (reason !== undefined) return { area, reason };
  }
  return undefined;
};

/** Everybody something was decided about. */
export const allStandings = (book: StandingBook): (Standing & { kind: string; id: string })[] =>
  book
    .flatMap((part) => [...part])
    .map(([key, standing]) => {
      const colon = key.indexOf(':');
      return { kind: key.slice(0, colon), id: key.slice(colon + 1), ...standing };
    })
    .sort((a, b) => (keyOf(a.kind as StandingKind, a.id) < keyOf(b.kind as StandingKind, b.id) ? -1 : 1));

/** How standings are kept: stream `desk-standings`. */
export const standingAggregate: Aggregate<StandingBook, StandingEvent> = {
  prefix: 'desk',
  initial: () => EMPTY,
  evolve: (book, { data }) => {
    const { kind, id, occurredAt: _at, ...standing } = data;
    const key = keyOf(kind, id);
    const index = partOf(key);
    const part = new Map(book[index]);
    if (Object.keys(standing).length === 0) part.delete(key);
    else part.set(key, standing);
    return book.with(index, part);
  },
};

/** Replaces what was decided about somebody; nothing given takes it back. */
export const setStanding = (
  command: { kind: StandingKind; id: string; standing: Standing; now: string },
  book: StandingBook,
): StandingEvent[] => {
  const { kind, id, standing, now } = command;
  const before = standingOf(book, kind, id);
  if (JSON.stringify(sorted(before)) === JSON.stringify(sorted(standing))) return [];
  return [{ type: 'StandingSet', data: { kind, id, ...standing, occurredAt: now } }];
};

const sorted = (standing: Standing) => Object.entries(standing).sort(([a], [b]) => (a < b ? -1 : 1));
