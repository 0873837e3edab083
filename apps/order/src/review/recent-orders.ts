import type { SimilarOrder, Usual } from './checks/facts.js';

/** An order as it is remembered to compare later ones with: who in keyed hashes, what in quantities. */
export interface RememberedOrder {
  orderId: string;
  number: string;
  /** when it was placed, ms since 1970 */
  at: number;
  /** `c…` customer, `p…` phone, `a…` address: keyed hashes, see `MatchKeys` */
  keys: readonly string[];
  basket: readonly (readonly [sku: string, quantity: number])[];
}

/** How much each likeness counts; what neither order tells is left out and the rest counts for all. */
const WEIGHTS = { goods: 0.5, c: 0.25, p: 0.1, a: 0.15 };
const DAY_MS = 86_400_000;

interface Amounts {
  orders: number;
  sum: number;
  largest: number;
}

/**
 * Recent orders in memory: what makes looking for duplicates and unusual quantities cost no question to a database. Holds
 * the last `capacity` orders; older ones no longer count.
 */
export class RecentOrders {
  readonly #byKey = new Map<string, RememberedOrder[]>();
  readonly #orders = new Map<string, RememberedOrder>();
  readonly #perSku = new Map<string, Amounts>();
  readonly #perCustomer = new Map<string, Amounts>();

  constructor(
    private readonly capacity = 20_000,
    private readonly windowMs = DAY_MS,
  ) {}

  get size(): number {
    return this.#orders.size;
  }

  /** Remembers an order, once. @returns false when it was remembered already */
  add(order: RememberedOrder): boolean {
    if (this.#orders.has(order.orderId)) return false;
    this.#orders.set(order.orderId, order);
    for (const key of order.keys) {
      const list = this.#byKey.get(key);
      if (list === undefined) this.#byKey.set(key, [order]);
      else list.push(order);
    }
    const customer = order.keys.find((key) => key.startsWith('c'));
    for (const [sku, quantity] of order.basket) {
      count(this.#perSku, sku, quantity);
      if (customer !== undefined) count(this.#perCustomer, `${customer} ${sku}`, quantity);
    }
    if (this.#orders.size > this.capacity) this.#forgetOldest();
    if (this.#perCustomer.size > this.capacity * 5) {
      const [oldest] = this.#perCustomer.keys();
      if (oldest !== undefined) this.#perCustomer.delete(oldest);
    }
    return true;
  }

  /** Takes back an order that was not placed after all. */
  remove(orderId: string): void {
    const order = this.#orders.get(orderId);
    if (order === undefined) return;
    this.#orders.delete(orderId);
    for (const key of order.keys) {
      const rest = (this.#byKey.get(key) ?? []).filter((other) => other !== order);
      if (rest.length === 0) this.#byKey.delete(key);
      else this.#byKey.set(key, rest);
    }
  }

  /** Earlier orders that share a key and lie within the window, the most alike first. */
  similar(order: RememberedOrder): SimilarOrder[] {
    const candidates = new Set<RememberedOrder>();
    for (const key of order.keys) {
      // The latest are looked at: a customer who orders all day does not make it slow.
      for (const other of (this.#byKey.get(key) ?? []).slice(-20)) {
        if (other.orderId !== order.orderId && Math.abs(order.at - other.at) <= this.windowMs) candidates.add(other);
      }
    }
    return [...candidates]
      .map((other) => ({
        orderId: other.orderId,
        number: other.number,
        similarity: similarityOf(order, other),
        minutes: Math.round(Math.abs(order.at - other.at) / 60_000),
      }))
      .sort((a, b) => b.similarity - a.similarity || (a.orderId < b.orderId ? -1 : 1));
  }

  /** What is usual for a product, and for the customer of these keys. */
  usual(sku: string, keys: readonly string[]): Usual | undefined {
    const all = this.#perSku.get(sku);
    if (all === undefined) return undefined;
    const customer = keys.find((key) => key.startsWith('c'));
    const own = customer === undefined ? undefined : this.#perCustomer.get(`${customer} ${sku}`);
    return {
      orders: all.orders,
      mean: all.sum / all.orders,
      largest: all.largest,
      ownOrders: own?.orders ?? 0,
      ownLargest: own?.largest ?? 0,
    };
  }

  #forgetOldest(): void {
    const [oldest] = this.#orders.keys();
    if (oldest !== undefined) this.remove(oldest);
  }
}

const count = (amounts: Map<string, Amounts>, key: string, quantity: number): void => {
  const known = amounts.get(key);
  if (known === undefined) amounts.set(key, { orders: 1, sum: quantity, largest: quantity });
  else {
    known.orders += 1;
    known.sum += quantity;
    known.largest = Math.max(known.largest, quantity);
  }
};

/** Share of units the two baskets have in common, 0–1. */
const goodsInCommon = (a: RememberedOrder['basket'], b: RememberedOrder['basket']): number => {
  const quantities = new Map<string, number>();
  for (const [sku, quantity] of a) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  const others = new Map<string, number>();
  for (const [sku, quantity] of b) others.set(sku, (others.get(sku) ?? 0) + quantity);
  let common = 0;
  let all = 0;
  for (const sku of new Set([...quantities.keys(), ...others.keys()])) {
    const one = quantities.get(sku) ?? 0;
    const other = others.get(sku) ?? 0;
    common += Math.min(one, other);
    all += Math.max(one, other);
  }
  return all === 0 ? 0 : common / all;
};

/** How much two orders are alike, 0–1: what they hold, who ordered, the phone, the address, each with its weight. */
export const similarityOf = (a: RememberedOrder, b: RememberedOrder): number => {
  let score = WEIGHTS.goods * goodsInCommon(a.basket, b.basket);
  let weight = WEIGHTS.goods;
  for (const kind of ['c', 'p', 'a'] as const) {
    const one = a.keys.find((key) => key.startsWith(kind));
    const other = b.keys.find((key) => key.startsWith(kind));
    if (one === undefined || other === undefined) continue;
    weight += WEIGHTS[kind];
    if (one === other) score += WEIGHTS[kind];
  }
  return Math.round((score / weight) * 1000) / 1000;
};
