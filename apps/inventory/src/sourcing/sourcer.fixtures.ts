import { Refused } from '@orderloom/contracts';
import type { Aggregate, Command, DomainEvent, Repository } from '@orderloom/event-sourcing';
import type { ProductPolicy } from '../product/product-policy.js';
import { consume, receive } from '../stock/decide.js';
import type { PlaceBook } from '../stock/places.js';
import { type Stock, stock, stockId } from '../stock/stock.js';
import type { SourcingRules } from './plan-request.js';
import { Sourcer } from './sourcer.js';
import { type OpenLine, type Sourcing, sourcing } from './sourcing.js';
import { furtherRequest } from './sourcing-request.js';

const NOW = '2026-03-01T09:00:00.000Z';
export const context = { actor: 'test', correlationId: 'c', now: NOW };

/** The pure aggregates behind the repository's interface: no log, but the same folding and settling. */
export class Folded<S, E extends DomainEvent> {
  readonly states = new Map<string, S>();
  /** What this process remembers; another may have changed it since. */
  memory = new Map<string, S>();
  loads = 0;
  appends = 0;
  /** Appends until the process is "killed": the one that reaches zero is lost. */
  killIn = Number.POSITIVE_INFINITY;

  constructor(readonly aggregate: Pick<Aggregate<S, E>, 'initial' | 'evolve'>) {}

  state(id: string): S {
    return this.states.get(id) ?? this.aggregate.initial();
  }

  peek(id: string) {
    const state = this.memory.get(id);
    return state && { state, revision: 0n };
  }

  async load(id: string) {
    this.loads += 1;
    return { state: this.state(id), revision: 0n };
  }

  async handleMany(commands: readonly Command<S, E>[]): ReturnType<Repository<S, E>['handleMany']> {
    return commands.map(({ id, decide }) => {
      try {
        const events = decide(this.state(id));
        if (events.length > 0) {
          this.appends += 1;
          this.killIn -= 1;
          if (this.killIn <= 0) return { ok: false, id, error: new Error('killed') };
        }
        this.states.set(
          id,
          events.reduce((state, event) => this.aggregate.evolve(state, event, NOW), this.state(id)),
        );
        return {
          ok: true,
          value: {
            id,
            events: [],
            state: this.state(id),
            revision: 0n,
            previousRevision: 0n,
            changed: events.length > 0,
          },
        };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return { ok: false, id, error };
      }
    });
  }
}

/** One process that sources orders, with ledgers and decisions at hand. */
export class World {
  readonly ledgers = new Folded(stock);
  readonly decisions = new Folded(sourcing);
  readonly known = new Map<string, Set<string>>();
  claims = new Map<string, number>();
  policies = new Map<string, ProductPolicy>();
  rules: SourcingRules = { profiles: [], locations: new Map() };
  readonly places: PlaceBook = {
    of: async (skus) =>
      new Map([...skus].flatMap((sku) => (this.known.has(sku) ? [[sku, [...this.known.get(sku)!]]] : []))),
    note: async (places) => {
      for (const { sku, location } of places) this.known.set(sku, (this.known.get(sku) ?? new Set()).add(location));
    },
  };
  readonly sourcer = new Sourcer(this.ledgers, this.decisions, {
    places: this.places,
    policies: async () => this.policies,
    rules: async () => this.rules,
    claims: async () => this.claims,
  });

  async receive(location: string, sku: string, quantity: number, receiptId?: string) {
    await this.places.note([{ sku, location }]);
    const command = { sku, location, quantity, receiptId };
    await this.ledgers.handleMany([
      { id: stockId(location, sku), decide: (state: Stock) => receive(command, state), context },
    ]);
  }

  confirm(orderId: string, lines: readonly OpenLine[]) {
    return this.sourcer.source([{ orderId, number: 0, lines, context }]);
  }

  again(...orderIds: string[]) {
    return this.sourcer.sourceAgain(
      orderIds.flatMap((orderId) => {
        const state = this.sourcing(orderId);
        const waits = state.status === 'DECIDED' && state.open.length > 0;
        return waits ? [furtherRequest(orderId, state, state.open, context)] : [];
      }),
    );
  }

  cancel(orderId: string) {
    return this.sourcer.cancel([{ orderId, reason: 'CUSTOMER_REQUEST', context }]);
  }

  /** What logistics says once the order was released: only allocated units of orders that go on are ever shipped. */
  async ship(orderId: string) {
    const state = this.sourcing(orderId);
    if (state.status !== 'DECIDED' || state.open.length > 0) return;
    await this.ledgers.handleMany(
      state.allocations.map(({ sku, location, reservationId, quantity }) => ({
        id: stockId(location, sku),
        decide: (one: Stock) => consume({ sku, location, reservationId, quantity, shipmentId: `s-${orderId}` }, one),
        context,
      })),
    );
  }

  sourcing(orderId: string): Sourcing {
    return this.decisions.state(orderId);
  }

  stock(location: string, sku: string): Stock {
    return this.ledgers.state(stockId(location, sku));
  }
}
