import type { OrderFacts, ProfileData, SourcingEvent } from '@orderloom/contracts';
import type { RecordedEvent } from '@orderloom/event-sourcing';
import type { ProductPolicy } from '../product/product-policy.js';
import { subjectOf } from '../sourcing/plan-request.js';
import type { Decision } from '../sourcing/sourcing.js';
import { conditionsHold } from './match.js';
import { type PlanLine, planOrder } from './plan-order.js';
import { type KnownLocation, transitDays } from './score.js';

/** The first decision about an order; undefined for any other event of a `sourcing-` stream. */
export const firstDecision = (recorded: RecordedEvent): Decision | undefined => {
  const event = recorded as unknown as SourcingEvent;
  return event.type === 'SourcingDecided' && recorded.revision === 0n ? event.data : undefined;
};

/** What sourcing orders in one way came to. */
export interface BacktestFigures {
  orders: number;
  units: number;
  /** Units that had to wait. */
  waiting: number;
  parcels: number;
  /** Orders that came from more than one location. */
  split: number;
  /** Sum of the parcel costs of the locations, minor units; those without a cost count nothing. */
  cost: number;
  /** Sum of the days to the customer of each parcel. */
  days: number;
}

const nothing = (): BacktestFigures => ({ orders: 0, units: 0, waiting: 0, parcels: 0, split: 0, cost: 0, days: 0 });

/** Adds one order. @param used locations it came from */
const add = (
  sum: BacktestFigures,
  units: number,
  sourced: number,
  used: ReadonlySet<string>,
  facts: OrderFacts,
  locations: ReadonlyMap<string, KnownLocation>,
): void => {
  sum.orders += 1;
  sum.units += units;
  sum.waiting += units - sourced;
  sum.parcels += used.size;
  if (used.size > 1) sum.split += 1;
  for (const name of used) {
    const location = locations.get(name) ?? { location: name };
    sum.cost += location.parcelCost ?? 0;
    sum.days += transitDays(location, facts.country);
  }
};

const unitsOf = (all: readonly { readonly quantity: number }[]): number =>
  all.reduce((sum, { quantity }) => sum + quantity, 0);

/**
 * Replays first decisions by another profile, with the stock that was there at the time as each decision recorded it,
 * and adds up what was done and what would have been done. Orders that the profile's conditions do not hold for are
 * left out: it would not have decided about them. A bundle is a unit of its own here: two bundles of one order that
 * share a component are planned as if they did not.
 */
export class Backtest {
  readonly actual = nothing();
  readonly simulated = nothing();
  /** Orders left out because the profile's conditions do not hold for them. */
  passedOver = 0;

  constructor(
    private readonly profile: Pick<ProfileData, 'conditions' | 'locations' | 'weights' | 'maxSplits' | 'fallback'>,
    private readonly locations: ReadonlyMap<string, KnownLocation>,
  ) {}

  /**
   * The next event of a `sourcing-` stream; anything but a first decision is passed over.
   * @param policies products as they are now, for conditions on category and weight
   */
  add(recorded: RecordedEvent, policies: ReadonlyMap<string, ProductPolicy>): void {
    const decision = firstDecision(recorded);
    if (!decision) return;
    const { lines, order: facts } = decision;
    const whole = lines.map(({ lineId, sku, requested }) => ({ lineId, sku, quantity: requested }));
    if (conditionsHold(this.profile.conditions, subjectOf({ lines: whole, facts }, policies))) this.#decision(decision);
    else this.passedOver += 1;
  }

  #decision({ lines, order: facts = {} }: Decision): void {
    const stock = new Map<string, number>();
    for (const { sku, candidates } of lines) {
      for (const { location, available, usable = available } of candidates) {
        stock.set(`${location}:${sku}`, Math.max(0, usable));
      }
    }
    const planLines = lines.map(
      ({ lineId, sku, requested }): PlanLine => ({ lineId, quantity: requested, needs: [{ sku, quantity: 1 }] }),
    );
    const names = [...new Set(lines.flatMap(({ candidates }) => candidates.map(({ location }) => location)))].sort();
    const { takes } = planOrder({
      lines: planLines,
      shelf: (location, sku) => stock.get(`${location}:${sku}`) ?? 0,
      locations: names.map((name) => this.locations.get(name) ?? { location: name }),
      facts,
      profile: this.profile,
    });
    const units = unitsOf(planLines);
    const done = lines.flatMap(({ allocations }) => allocations);
    const from = (all: readonly { readonly location: string }[]) => new Set(all.map(({ location }) => location));
    add(this.actual, units, unitsOf(done), from(done), facts, this.locations);
    add(this.simulated, units, unitsOf(takes), from(takes), facts, this.locations);
  }
}
