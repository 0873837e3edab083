import type { SourcingEvent, StockEvent } from '@orderloom/contracts';
import type { CommandContext, Repository } from '@orderloom/event-sourcing';
import { type ProductPolicy, reorderLevelAt } from '../product/product-policy.js';
import type { Hold } from '../reservation/hold-book.js';
import { capacityFor } from '../stock/capacity.js';
import { type Reserve, release, reserveUpTo } from '../stock/decide.js';
import type { PlaceBook } from '../stock/places.js';
import { available, type Stock, stockId } from '../stock/stock.js';
import {
  type Attempt,
  componentReservationId,
  decisionIdOf,
  demandAt,
  type Known,
  type Ledger,
  reservationIdOf,
  skuOf,
} from './attempts.js';
import { cancelSourcing, recordDecision, recordFurtherDecision } from './decide.js';
import { type Kind, makeDecision } from './make-decision.js';
import { type Planning, planningOf, planRequest, type SourcingRules } from './plan-request.js';
import { type Allocation, type Decision, type OpenLine, reservationsIn, type Sourcing } from './sourcing.js';
import type { SourcingRequest } from './sourcing-request.js';

export type { SourcingRequest } from './sourcing-request.js';

/** An order that needs no more stock. */
export interface CancelRequest {
  readonly orderId: string;
  readonly reason: string;
  /** How often the order had been reopened when it ended; 0 when absent. */
  readonly epoch?: number | undefined;
  readonly context: CommandContext;
}

/** What became of one request: the state of the order's sourcing, or why it could not be done. */
export type SourcingOutcome =
  | { readonly ok: true; readonly state: Sourcing; readonly allocated: number }
  | { readonly ok: false; readonly error: unknown };

/** What the sourcer needs to know beside the ledgers. */
export interface SourcingFacts {
  readonly places: PlaceBook;
  /** What is to be known of registered products, by sku. */
  policies(skus: readonly string[]): Promise<ReadonlyMap<string, ProductPolicy>>;
  /** Units by sku that orders wait for which came earlier. */
  claims(skus: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Profiles and locations; none when absent. */
  rules?(): Promise<SourcingRules>;
  /** Holds with one of these references; none when absent. */
  holds?(references: readonly string[]): Promise<readonly Hold[]>;
}

type Ledgers = Pick<Repository<Stock, StockEvent>, 'load' | 'peek' | 'handleMany'>;
type Decisions = Pick<Repository<Sourcing, SourcingEvent>, 'handleMany'>;

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
    return this.#run(requests, 'first');
  }

  /** Further decisions about orders that wait, in the order given: first come, first served. Nothing found is no event. */
  sourceAgain(requests: readonly SourcingRequest[]): Promise<SourcingOutcome[]> {
    return this.#run(requests, 'again');
  }

  /** Decisions about units that orders need more than before: what is not found is told as well. */
  sourceMore(requests: readonly SourcingRequest[]): Promise<SourcingOutcome[]> {
    return this.#run(requests, 'more');
  }

  /** Ends sourcing and gives back everything, also what a decision under way has reserved meanwhile. */
  async cancel(requests: readonly CancelRequest[]): Promise<SourcingOutcome[]> {
    const settled = await this.decisions.handleMany(
      requests.map(({ orderId, reason, epoch, context }) => ({
        id: orderId,
        decide: (state) => cancelSourcing(orderId, reason, state, epoch ?? 0),
        context,
      })),
    );
    const ended = settled.flatMap((outcome, index) => {
      const request = requests[index];
      // One that was taken up again meanwhile keeps what it has.
      const over = outcome.ok && outcome.value.state.status === 'CANCELLED';
      return over && request ? [{ request, state: outcome.value.state }] : [];
    });
    await this.releaseAll(ended.map(({ request, state }) => ({ ...request, state })));
    return settled.map((outcome) =>
      outcome.ok ? { ok: true, state: outcome.value.state, allocated: 0 } : { ok: false, error: outcome.error },
    );
  }

  /** Gives back all that cancelled orders hold, and what the next decision about them may have reserved in vain. */
  async releaseAll(orders: readonly (CancelRequest & { readonly state: Sourcing })[]): Promise<void> {
    const waiting = [...new Set(orders.flatMap(({ state }) => state.open.map(skuOf)))];
    const { places, policies } = await this.#lookUp(
      orders.map(({ orderId, context, state }) => ({ orderId, number: 0, lines: state.open, context })),
      'again',
    );
    const giveBack = orders.flatMap(({ orderId, reason, context, state }) => {
      const decisionId = decisionIdOf(orderId, state.decisionIds.length);
      const underWay =
        waiting.length === 0 ? [] : state.open.flatMap((line) => underWayOf(line, decisionId, places, policies));
      return [...state.allocations.flatMap(reservationsIn), ...underWay].map((one) => ({ ...one, reason, context }));
    });
    await this.#release(giveBack);
  }

  async #run(requests: readonly SourcingRequest[], kind: Kind): Promise<SourcingOutcome[]> {
    const known = await this.#lookUp(requests, kind);
    const { policies, rules } = known;
    const plannings = requests.map((request) => planningOf(request, policies, rules));
    const claimed = (line: OpenLine) => claimedBefore(kind, line, known.claims);
    const tried = async (ledger: Ledger) => {
      const planned = requests.map((request, index) =>
        planRequest(request, index, plannings[index]!, { ...known, ledger, claimed }),
      );
      const attempts = planned.flatMap((one) => one.attempts);
      await this.#reserve(requests, attempts, policies);
      await this.#allOrNone(requests, attempts);
      return { ledger, planned, attempts };
    };
    let outcome = await tried(await this.#ledgerOf(requests, plannings, known, wantedOf(requests, known.claims)));
    if (outcome.attempts.some((one) => isMissed(one, known.places))) {
      // Somebody took units that memory knew of: what is elsewhere must be found before a line is backordered.
      outcome = await tried(await this.#ledgerOf(requests, plannings, known));
    }
    const { ledger, planned, attempts } = outcome;
    const decided = requests.map((request, index) => {
      const { attempts: own } = planned[index]!;
      return makeDecision(request, own, kind, plannings[index]!, planned[index]!, { ledger, policies });
    });
    return this.#record(requests, attempts, decided, kind === 'first');
  }

  /** One look-up each for all requests; a second one only where there are bundles. */
  async #lookUp(requests: readonly SourcingRequest[], kind: Kind) {
    const skus = [...new Set(requests.flatMap(({ lines }) => lines.flatMap((line) => [line.sku, skuOf(line)])))];
    const asked = [...new Set([...skus, ...requests.flatMap(({ whole = [] }) => whole.map(({ sku }) => sku))])];
    const references = [...new Set(requests.flatMap(({ reference }) => reference ?? []))];
    const [places, policies, claims, rules, holds] = await Promise.all([
      this.facts.places.of(skus),
      this.facts.policies(asked),
      kind === 'again' ? new Map<string, number>() : this.facts.claims(skus),
      this.facts.rules?.() ?? NO_RULES,
      references.length === 0 ? [] : (this.facts.holds?.(references) ?? []),
    ]);
    const named = skus.flatMap((sku) => policies.get(sku)?.components?.map((part) => part.sku) ?? []);
    const parts = [...new Set(named)].filter((sku) => !skus.includes(sku));
    if (parts.length === 0) return { places, policies, claims, rules, holds };
    const [morePlaces, morePolicies] = await Promise.all([this.facts.places.of(parts), this.facts.policies(parts)]);
    return {
      places: new Map([...places, ...morePlaces]),
      policies: new Map([...policies, ...morePolicies]),
      claims,
      rules,
      holds,
    };
  }

  /**
   * States of skus where there is something to choose: at several places, or planned together. Others are decided
   * unseen. Where memory knows of plenty for all that is wanted, it is believed: reserving finds out whether it is
   * still there.
   */
  async #ledgerOf(
    requests: readonly SourcingRequest[],
    plannings: readonly Planning[],
    {
      places,
      policies,
    }: { places: ReadonlyMap<string, readonly string[]>; policies: ReadonlyMap<string, ProductPolicy> },
    wantedUnits?: ReadonlyMap<string, number>,
  ): Promise<Ledger> {
    const seen = new Set(
      requests.flatMap(({ lines }, index) =>
        plannings[index]?.together
          ? lines.flatMap((line) => policies.get(skuOf(line))?.components?.map(({ sku }) => sku) ?? [skuOf(line)])
          : [],
      ),
    );
    const choices = [...places].filter(([sku, locations]) => locations.length > 1 || seen.has(sku));
    const loaded = await Promise.all(
      choices.flatMap(([sku, locations]) => {
        const remembered = locations.map((location) => this.ledgers.peek(stockId(location, sku))?.state);
        const most = Math.max(...remembered.map((state) => (state ? available(state) : 0)));
        const plenty = wantedUnits && !seen.has(sku) && remembered.every(Boolean);
        const believed = plenty && most >= PLENTY * (wantedUnits.get(sku) ?? 0);
        return locations.map(async (location, index) => {
          const known = believed ? remembered[index] : undefined;
          const state = known ?? (await this.ledgers.load(stockId(location, sku))).state;
          return { sku, known: { location, state, taken: 0 } };
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
    policies: ReadonlyMap<string, ProductPolicy>,
  ): Promise<void> {
    const settled = await this.ledgers.handleMany(
      attempts.map((attempt) => {
        const { line, location, sku, reservationId, quantity, replaces } = attempt;
        const request = requests[attempt.request]!;
        const { orderId, context } = request;
        const policy = policies.get(sku);
        const command: Reserve = {
          sku,
          location,
          reservationId,
          orderId,
          lineId: line.lineId,
          quantity,
          reorderLevel: reorderLevelAt(policy, location),
          replaces,
          ...demandAt(request, policy, location),
        };
        return {
          id: stockId(location, sku),
          decide: (state: Stock) => {
            attempt.seen = available(state) + (state.live.get(reservationId)?.quantity ?? 0);
            // A part of a component makes no bundle.
            if (attempt.bundle !== undefined && capacityFor(state, command) < quantity) return [];
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

  /** Gives back the components of bundles that could not be reserved whole: somebody else was faster. */
  async #allOrNone(requests: readonly SourcingRequest[], attempts: readonly Attempt[]): Promise<void> {
    const broken = new Set(
      attempts.flatMap(({ bundle, reserved, quantity }) =>
        bundle !== undefined && reserved < quantity ? [bundle] : [],
      ),
    );
    const vain = attempts.filter(({ bundle, reserved }) => bundle !== undefined && broken.has(bundle) && reserved > 0);
    await this.#release(
      vain.map(({ request, sku, location, reservationId }) => {
        const { context } = requests[request]!;
        return { sku, location, reservationId, reason: 'BUNDLE_INCOMPLETE', context };
      }),
    );
    for (const attempt of vain) attempt.reserved = 0;
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
        ? new Set(
            outcome.value.state.allocations.flatMap(({ reservationId, components }) => [
              reservationId,
              ...(components ?? []).map((part) => part.reservationId),
            ]),
          )
        : new Set<string>(),
    );
    await this.#release(
      attempts.flatMap(({ request, sku, location, reservationId, reserved }) => {
        // A decision that could not be recorded may be recorded by the next try: it keeps its reservations.
        if (reserved === 0 || !settled[request]?.ok || recorded[request]?.has(reservationId)) return [];
        const { context } = requests[request]!;
        return [{ sku, location, reservationId, reason: 'SOURCING_CANCELLED', context }];
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

/** Units that orders wait for which came earlier; an order that needs more may be among them with just these. */
const claimedBefore = (kind: Kind, line: OpenLine, claims: ReadonlyMap<string, number>): number =>
  Math.max(0, (claims.get(line.sku) ?? 0) - (kind === 'more' ? line.quantity : 0));

/** One event may reserve many times on one stream; derived event ids must tell them apart. */
const about = (context: CommandContext, what: string, reservationId: string): CommandContext => ({
  ...context,
  handler: `${context.handler ?? 'inventory'}.${what}.${reservationId}`,
});

const NO_RULES: SourcingRules = { profiles: [], locations: new Map() };

/** Reservations that a decision under way may have made for a line. */
const underWayOf = (
  line: OpenLine,
  decisionId: string,
  places: ReadonlyMap<string, readonly string[]>,
  policies: ReadonlyMap<string, ProductPolicy>,
): Pick<Allocation, 'sku' | 'location' | 'reservationId'>[] => {
  const components = policies.get(skuOf(line))?.components;
  if (!components) {
    return (places.get(skuOf(line)) ?? []).map((location) => ({
      sku: skuOf(line),
      location,
      reservationId: reservationIdOf(decisionId, line.lineId, location),
    }));
  }
  return components.flatMap(({ sku }) =>
    (places.get(sku) ?? []).map((location) => ({
      sku,
      location,
      reservationId: componentReservationId(reservationIdOf(decisionId, line.lineId, location), sku),
    })),
  );
};

/** So many times what is wanted of a sku at one place is plenty. */
const PLENTY = 2;

/** Units by sku that the requests, and orders that came earlier, ask for. */
const wantedOf = (
  requests: readonly SourcingRequest[],
  claims: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> => {
  const wanted = new Map(claims);
  for (const line of requests.flatMap(({ lines }) => lines)) {
    wanted.set(skuOf(line), (wanted.get(skuOf(line)) ?? 0) + line.quantity);
  }
  return wanted;
};

/** True where fewer units were there than planned, and others may be elsewhere. */
const isMissed = (
  { bundle, sku, quantity, reserved }: Attempt,
  places: ReadonlyMap<string, readonly string[]>,
): boolean => bundle === undefined && reserved < quantity && places.get(sku)?.length !== 1;
