import type { SourcingEvent, StockEvent } from '@orderloom/contracts';
import { type CommandContext, deterministicId, type Repository } from '@orderloom/event-sourcing';
import { release, reserveUpTo } from '../stock/decide.js';
import type { PlaceBook } from '../stock/places.js';
import { available, reservationStatus, type Stock, stockId } from '../stock/stock.js';
import { cancelSourcing, recordDecision, recordFurtherDecision } from './decide.js';
import { type Candidate, MOST_CANDIDATES, planTakes, ranked, reasonOf, type Take } from './plan-allocations.js';
import type { Allocation, Decision, OpenLine, Sourcing } from './sourcing.js';

/** Lines to find stock for. */
export interface SourcingRequest {
  readonly orderId: string;
  /** How many decisions about the order there were before. */
  readonly number: number;
  readonly lines: readonly OpenLine[];
  readonly context: CommandContext;
}

/** An order that needs no more stock. */
export interface CancelRequest {
  readonly orderId: string;
  readonly reason: string;
  readonly context: CommandContext;
}

/** What became of one request: the state of the order's sourcing, or why it could not be done. */
export type SourcingOutcome =
  | { readonly ok: true; readonly state: Sourcing; readonly allocated: number }
  | { readonly ok: false; readonly error: unknown };

/** What the sourcer needs to know beside the ledgers. */
export interface SourcingFacts {
  readonly places: PlaceBook;
  /** Reorder levels by sku. */
  reorderLevels(skus: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Units by sku that orders wait for which came earlier. */
  claims(skus: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

type Ledgers = Pick<Repository<Stock, StockEvent>, 'load' | 'peek' | 'handleMany'>;
type Decisions = Pick<Repository<Sourcing, SourcingEvent>, 'handleMany'>;

/** One try to reserve units of a line at a location. */
interface Attempt {
  readonly request: number;
  readonly line: OpenLine;
  readonly location: string;
  readonly quantity: number;
  readonly reservationId: string;
  /** Most units this may take; the rest is claimed by orders that came earlier. */
  readonly most: (state: Stock) => number;
  reserved: number;
  seen: number;
}

export const decisionIdOf = (orderId: string, number: number): string =>
  deterministicId('sourcing', orderId, String(number));

/** Derived, so that a repeat after a crash finds the reservations of the first try instead of making others. */
export const reservationIdOf = (decisionId: string, lineId: string, location: string): string =>
  deterministicId('reservation', decisionId, lineId, location);

/**
 * Matches orders with stock, many at a time: all reservations of a stock stream are decided together and appended
 * once, then each order's decision is recorded. Killed in between, a repeat finds its own reservations and records
 * the same decision. A decision that lost against another, or against a cancellation, gives everything back.
 */
export class Sourcer {
  constructor(
    private readonly ledgers: Ledgers,
    private readonly decisions: Decisions,
    private readonly facts: SourcingFacts,
  ) {}

  /** First decision about each order. */
  source(requests: readonly SourcingRequest[]): Promise<SourcingOutcome[]> {
    return this.#run(requests, true);
  }

  /** Further decisions about orders that wait, in the order given: first come, first served. Nothing found is no event. */
  sourceAgain(requests: readonly SourcingRequest[]): Promise<SourcingOutcome[]> {
    return this.#run(requests, false);
  }

  /** Ends sourcing and gives back everything, also what a decision under way has reserved meanwhile. */
  async cancel(requests: readonly CancelRequest[]): Promise<SourcingOutcome[]> {
    const settled = await this.decisions.handleMany(
      requests.map(({ orderId, reason, context }) => ({
        id: orderId,
        decide: (state) => cancelSourcing(orderId, reason, state),
        context,
      })),
    );
    const ended = settled.flatMap((outcome, index) => {
      const request = requests[index];
      return outcome.ok && request ? [{ request, state: outcome.value.state }] : [];
    });
    await this.releaseAll(ended.map(({ request, state }) => ({ ...request, state })));
    return settled.map((outcome) =>
      outcome.ok ? { ok: true, state: outcome.value.state, allocated: 0 } : { ok: false, error: outcome.error },
    );
  }

  /** Gives back all that cancelled orders hold, and what the next decision about them may have reserved in vain. */
  async releaseAll(orders: readonly (CancelRequest & { readonly state: Sourcing })[]): Promise<void> {
    const waiting = orders.flatMap(({ state }) => state.open.map((line) => line.sku));
    const places = waiting.length > 0 ? await this.facts.places.of(waiting) : new Map<string, string[]>();
    const giveBack = orders.flatMap(({ orderId, reason, context, state }) => {
      const decisionId = decisionIdOf(orderId, state.decisionIds.length);
      const underWay = state.open.flatMap(({ lineId, sku }) =>
        (places.get(sku) ?? []).map((location) => ({
          sku,
          location,
          reservationId: reservationIdOf(decisionId, lineId, location),
        })),
      );
      return [...state.allocations, ...underWay].map((one) => ({ ...one, reason, context }));
    });
    await this.#release(giveBack);
  }

  async #run(requests: readonly SourcingRequest[], first: boolean): Promise<SourcingOutcome[]> {
    const skus = [...new Set(requests.flatMap(({ lines }) => lines.map((line) => line.sku)))];
    const [places, levels, claims] = await Promise.all([
      this.facts.places.of(skus),
      this.facts.reorderLevels(skus),
      first ? this.facts.claims(skus) : new Map<string, number>(),
    ]);
    const planned = async (ledger: Ledger): Promise<Attempt[]> => {
      const attempts = requests.flatMap((request, index) =>
        request.lines.flatMap((line) =>
          planLine(request, index, line, places.get(line.sku) ?? [], ledger, claims.get(line.sku) ?? 0),
        ),
      );
      await this.#reserve(requests, attempts, levels);
      return attempts;
    };
    const wanted = wantedOf(requests, claims);
    let ledger = await this.#ledgerOf(places, wanted);
    let attempts = await planned(ledger);
    if (attempts.some(({ line, quantity, reserved }) => reserved < quantity && places.get(line.sku)?.length !== 1)) {
      // Somebody took units that memory knew of: what is elsewhere must be found before a line is backordered.
      ledger = await this.#ledgerOf(places);
      attempts = await planned(ledger);
    }
    const byRequest = requests.map((): Attempt[] => []);
    for (const attempt of attempts) byRequest[attempt.request]?.push(attempt);
    const decided = requests.map((request, index) => decisionOf(request, byRequest[index] ?? [], ledger, first));
    return this.#record(requests, attempts, decided, first);
  }

  /**
   * States of skus that lie at several places: only there is something to choose. Others are decided unseen. Where
   * memory knows of plenty for all that is wanted, it is believed: reserving finds out whether it is still there.
   */
  async #ledgerOf(
    places: ReadonlyMap<string, readonly string[]>,
    wanted?: ReadonlyMap<string, number>,
  ): Promise<Ledger> {
    const choices = [...places].filter(([, locations]) => locations.length > 1);
    const loaded = await Promise.all(
      choices.flatMap(([sku, locations]) => {
        const remembered = locations.map((location) => this.ledgers.peek(stockId(location, sku))?.state);
        const most = Math.max(...remembered.map((state) => (state ? available(state) : 0)));
        const plenty = wanted && remembered.every(Boolean) && most >= PLENTY * (wanted.get(sku) ?? 0);
        return locations.map(async (location, index) => {
          const known = plenty ? remembered[index] : undefined;
          const state = known ?? (await this.ledgers.load(stockId(location, sku))).state;
          return { sku, known: { location, state, left: available(state) } };
        });
      }),
    );
    const ledger = new Map<string, Known[]>();
    for (const { sku, known } of loaded) ledger.set(sku, [...(ledger.get(sku) ?? []), known]);
    return ledger;
  }

  async #reserve(
    requests: readonly SourcingRequest[],
    attempts: readonly Attempt[],
    levels: ReadonlyMap<string, number>,
  ): Promise<void> {
    const settled = await this.ledgers.handleMany(
      attempts.map((attempt) => {
        const { line, location, reservationId, quantity } = attempt;
        const { orderId, context } = requests[attempt.request]!;
        const { lineId, sku } = line;
        const command = { sku, location, reservationId, orderId, lineId, quantity, reorderLevel: levels.get(sku) };
        return {
          id: stockId(location, sku),
          decide: (state: Stock) => {
            attempt.seen = available(state) + (state.live.get(reservationId)?.quantity ?? 0);
            return reserveUpTo(command, attempt.most(state), state);
          },
          context: about(context, 'reserve', reservationId),
        };
      }),
    );
    settled.forEach((outcome, index) => {
      if (!outcome.ok) throw outcome.error;
      const attempt = attempts[index]!;
      attempt.reserved = outcome.value.state.live.get(attempt.reservationId)?.quantity ?? 0;
    });
  }

  async #record(
    requests: readonly SourcingRequest[],
    attempts: readonly Attempt[],
    decided: readonly (Decision | undefined)[],
    first: boolean,
  ): Promise<SourcingOutcome[]> {
    const settled = await this.decisions.handleMany(
      requests.map(({ orderId, number, context }, index) => ({
        id: orderId,
        decide: (state) => {
          const decision = decided[index];
          if (!decision) return [];
          return first ? recordDecision(decision, state) : recordFurtherDecision(decision, number, state);
        },
        context: first ? { ...context, expectNew: true } : context,
      })),
    );
    const recorded = settled.map((outcome) =>
      outcome.ok && outcome.value.state.status !== 'CANCELLED'
        ? new Set(outcome.value.state.allocations.map((allocation) => allocation.reservationId))
        : new Set<string>(),
    );
    await this.#release(
      attempts.flatMap(({ request, line, location, reservationId, reserved }) => {
        // A decision that could not be recorded may be recorded by the next try: it keeps its reservations.
        if (reserved === 0 || !settled[request]?.ok || recorded[request]?.has(reservationId)) return [];
        const { context } = requests[request]!;
        return [{ sku: line.sku, location, reservationId, reason: 'SOURCING_CANCELLED', context }];
      }),
    );
    return settled.map((outcome, index) => {
      if (!outcome.ok) return { ok: false, error: outcome.error };
      const allocated = decided[index]?.lines.flatMap((line) => line.allocations).length ?? 0;
      return { ok: true, state: outcome.value.state, allocated: outcome.value.changed ? allocated : 0 };
    });
  }

  async #release(
    reservations: readonly (Pick<Allocation, 'sku' | 'location' | 'reservationId'> & {
      readonly reason: string;
      readonly context: CommandContext;
    })[],
  ): Promise<void> {
    const settled = await this.ledgers.handleMany(
      reservations.map(({ sku, location, reservationId, reason, context }) => ({
        id: stockId(location, sku),
        decide: (state: Stock) => release({ sku, location, reservationId, reason }, state),
        context: about(context, 'release', reservationId),
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }
}

/** One event may reserve many times on one stream; derived event ids must tell them apart. */
const about = (context: CommandContext, what: string, reservationId: string): CommandContext => ({
  ...context,
  handler: `${context.handler ?? 'inventory'}.${what}.${reservationId}`,
});

/** So many times what is wanted of a sku at one place is plenty. */
const PLENTY = 2;

/** Units by sku that the requests, and orders that came earlier, ask for. */
function wantedOf(requests: readonly SourcingRequest[], claims: ReadonlyMap<string, number>): Map<string, number> {
  const wanted = new Map(claims);
  for (const { sku, quantity } of requests.flatMap(({ lines }) => lines)) {
    wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  }
  return wanted;
}

/** A loaded stock and what this batch has not planned to take from it yet. */
interface Known {
  readonly location: string;
  readonly state: Stock;
  left: number;
}

/** What is known of the skus that lie at several places. */
type Ledger = ReadonlyMap<string, readonly Known[]>;

const attemptOf = (
  request: number,
  line: OpenLine,
  decisionId: string,
  { location, quantity }: Take,
  most: (state: Stock) => number = () => quantity,
): Attempt => ({
  request,
  line,
  location,
  quantity,
  reservationId: reservationIdOf(decisionId, line.lineId, location),
  most,
  reserved: 0,
  seen: 0,
});

function planLine(
  { orderId, number }: SourcingRequest,
  request: number,
  line: OpenLine,
  locations: readonly string[],
  ledger: Ledger,
  claimed: number,
): Attempt[] {
  const decisionId = decisionIdOf(orderId, number);
  const [only] = locations;
  if (only === undefined) return [];
  if (locations.length === 1) {
    const most = (state: Stock) => Math.max(0, available(state) - claimed);
    return [attemptOf(request, line, decisionId, { location: only, quantity: line.quantity }, most)];
  }
  const known = (ledger.get(line.sku) ?? []).map((entry) => ({
    entry,
    location: entry.location,
    reservationId: reservationIdOf(decisionId, line.lineId, entry.location),
  }));
  // What an earlier try of this very decision reserved stays as it is: otherwise it would be reserved twice.
  const before = known.flatMap(({ location, entry, reservationId }) => {
    const quantity = entry.state.live.get(reservationId)?.quantity;
    return quantity === undefined ? [] : [{ location, quantity }];
  });
  const free = known.filter(({ entry, reservationId }) => reservationStatus(entry.state, reservationId) === undefined);
  const open = line.quantity - before.reduce((sum, take) => sum + take.quantity, 0);
  const there = free.reduce((sum, { entry }) => sum + entry.left, 0);
  const takes = planTakes(
    Math.max(0, Math.min(open, there - claimed)),
    free.map(({ location, entry }) => ({ location, available: entry.left })),
  );
  for (const { location, quantity } of takes) {
    const taken = free.find((one) => one.location === location);
    if (taken) taken.entry.left -= quantity;
  }
  return [...before, ...takes].map((take) => attemptOf(request, line, decisionId, take));
}

/** The decision that the reservations amount to; undefined when a further one would say nothing new. */
function decisionOf(
  { orderId, number, lines }: SourcingRequest,
  attempts: readonly Attempt[],
  ledger: Ledger,
  first: boolean,
): Decision | undefined {
  const decided = lines.map((line) => {
    const own = attempts.filter((attempt) => attempt.line === line);
    const allocations = own
      .filter((attempt) => attempt.reserved > 0)
      .map(({ location, reserved, reservationId }) => ({ location, quantity: reserved, reservationId }));
    const allocated = allocations.reduce((sum, allocation) => sum + allocation.quantity, 0);
    return {
      lineId: line.lineId,
      sku: line.sku,
      requested: line.quantity,
      allocations,
      backordered: line.quantity - allocated,
      reason: reasonOf(line.quantity, allocations),
      candidates: candidatesOf(line.sku, own, ledger),
    };
  });
  const told = first ? decided : decided.filter((line) => line.allocations.length > 0);
  return told.length === 0 ? undefined : { orderId, decisionId: decisionIdOf(orderId, number), lines: told };
}

function candidatesOf(sku: string, own: readonly Attempt[], ledger: Ledger): Candidate[] {
  const known = ledger.get(sku)?.map(({ location, state }) => ({ location, available: available(state) }));
  const candidates = known ?? own.map(({ location, seen }) => ({ location, available: seen }));
  return ranked(candidates).slice(0, MOST_CANDIDATES);
}
