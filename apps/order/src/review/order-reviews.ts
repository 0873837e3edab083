import type { Priority } from '@orderloom/contracts';
import { readableNumber } from '../intake/order-id.js';
import type { OrderRequest } from '../intake/order-request.js';
import type { FindProduct, PricedOrder } from '../intake/price-lines.js';
import type { Check } from '../order/events.js';
import type { CheckTrigger, Finding, OrderReview } from '../order/review.js';
import { asksForSomebody } from '../order/review-outcome.js';
import type { CheckFacts, Progress } from './checks/facts.js';
import { runChecks } from './checks/run-checks.js';
import type { DeskBooks } from './desk-books.js';
import type { MatchKeys } from './match-keys.js';
import type { RecentOrders, RememberedOrder } from './recent-orders.js';
import type { RuleSet } from './rules/rule-set.js';
import { standingOf, unservedArea } from './standings.js';

/** What is known of other orders: read once for all, and where a credit limit asks for it. */
export interface KnownOrders {
  /** the latest orders, oldest first */
  latest(limit: number): Promise<RememberedOrder[]>;
  /** what a customer owes, minor units */
  owedBy(customerId: string, currency: string): Promise<number>;
}

/** An order to be looked at. */
export interface OrderToReview {
  orderId: string;
  number: string;
  at: string;
  channel: string;
  seller: string;
  customerId?: string;
  contact?: CheckFacts['contact'];
  address?: CheckFacts['address'];
  country: string;
  priority: Priority;
  currency: string;
  paymentTerms: CheckFacts['paymentTerms'];
  lines: CheckFacts['lines'];
  totals: CheckFacts['totals'];
  find: FindProduct;
  progress?: Progress;
  /** what of it other orders' sum has in it already, minor units; its total when it was placed before */
  counted?: number;
  /** keys recorded with the order, where it was placed before */
  matchKeys?: readonly string[];
}

/** The outcome for one order. */
export interface Reviewed {
  matchKeys: string[];
  /** what the order's confirmation records of it */
  checks: Check[];
  /** all that was found and said */
  looked: OrderReview;
  /** the same, only where a rule holds or rejects the order */
  review?: OrderReview;
  /** for an order that was not placed after all */
  forget(): void;
}

/** How many orders are remembered. */
export const REMEMBERED = 20_000;

/**
 * Looks at orders as they come in, from memory alone: rules, standings, recent orders. Only a customer with a credit limit
 * costs a question to the database.
 */
export class OrderReviews {
  #ready: Promise<void> | undefined;

  constructor(
    private readonly books: DeskBooks,
    private readonly recent: RecentOrders,
    readonly keys: MatchKeys,
    private readonly known: KnownOrders,
    /** how long a reviewer has by the deadline policy, where a rule does not say */
    private readonly minutesFor: (priority: Priority) => number,
  ) {}

  /**
   * Looks at one order.
   * @param remember compare later orders with it
   * @param recent what to compare it with, where that is not what came in last
   * @param rules those to ask, where they are not the ones that apply
   */
  async look(
    order: OrderToReview,
    trigger: CheckTrigger,
    now: string,
    options: { remember?: boolean; recent?: RecentOrders; rules?: RuleSet } = {},
  ): Promise<Reviewed> {
    this.#ready ??= this.#remember();
    await this.#ready;
    const { remember = false, recent = this.recent } = options;
    const { rules: applied, standings } = this.books.current();
    const rules = options.rules ?? applied;
    const customer = standingOf(standings, 'customer', order.customerId);
    const unserved = unservedArea(standings, order.country, order.address?.postalCode);
    const owed =
      customer.creditLimit === undefined || order.customerId === undefined
        ? 0
        : await this.known.owedBy(order.customerId, order.currency);
    // An order that is there already is part of what its customer owes.
    const own = order.counted ?? (order.progress === undefined ? 0 : order.totals.total);
    const matchKeys = [...(order.matchKeys ?? this.keys.of(order))];
    const entry: RememberedOrder = {
      orderId: order.orderId,
      number: order.number,
      at: Date.parse(order.at),
      keys: matchKeys,
      basket: order.lines.map(({ sku, quantity }) => [sku, quantity] as const),
    };
    // From here to `add` nothing waits: of two orders at the same time one sees the other.
    const { findings, values } = runChecks({
      ...order,
      similar: recent.similar(entry),
      usual: (sku) => recent.usual(sku, matchKeys),
      customer,
      sellerStanding: standingOf(standings, 'seller', order.seller),
      ...(unserved === undefined ? {} : { unserved }),
      owed: Math.max(0, owed - own),
      progress: order.progress ?? null,
      thorough: trigger === 'sweep' || rules.asksFor('contact.problems'),
    });
    const added = remember && recent.add(entry);
    const decisions = rules.applies(trigger, values)
      ? await rules.decide(trigger, values, now, this.minutesFor(order.priority))
      : [];
    const review: OrderReview = { trigger, ruleSet: rules.version, findings, decisions };
    return {
      matchKeys,
      checks: [...findings.map(passed), { check: 'rules', outcome: 'passed', inputs: rulesSeen(review) }],
      looked: review,
      ...(asksForSomebody(review) ? { review } : {}),
      forget: () => {
        if (added) recent.remove(order.orderId);
      },
    };
  }

  /** What was placed before this process began. */
  async #remember(): Promise<void> {
    try {
      for (const order of await this.known.latest(REMEMBERED)) this.recent.add(order);
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }
}

const passed = ({ check, code, severity, inputs }: Finding): Check => ({
  check,
  outcome: 'passed',
  inputs: { code, severity, ...inputs },
});

const rulesSeen = ({ ruleSet, decisions }: OrderReview): Check['inputs'] => ({
  ruleSet,
  ...(decisions.length === 0 ? {} : { passedBy: decisions.map(({ ruleId, version }) => `${ruleId}@${version}`) }),
});

/** An order that was just asked for, as it is looked at. */
export const toReview = (
  request: OrderRequest,
  priced: PricedOrder,
  find: FindProduct,
  more: { orderId: string; number?: string; seller: string; at: string },
): OrderToReview => ({
  number: request.externalNumber ?? readableNumber(more.orderId),
  ...more,
  channel: request.channel,
  ...(request.customerId === undefined ? {} : { customerId: request.customerId }),
  ...(request.customer === undefined ? {} : { contact: request.customer }),
  ...(request.shipTo.address === undefined ? {} : { address: request.shipTo.address }),
  country: request.shipTo.country,
  priority: request.facts?.priority ?? 'normal',
  currency: priced.currency,
  paymentTerms: request.paymentTerms,
  lines: priced.lines,
  totals: priced.totals,
  find,
});
