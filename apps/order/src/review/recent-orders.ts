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
const KINDS = ['c', 'p', 'a'] as const;
/** Orders looked at per key, the latest: a customer who orders all day does not make it slow. */
const PER_KEY = 12;
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
  readonly #byKey = new Map<string, Entry[]>();
  readonly #orders = new Map<string, Entry>();
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
    const entry = entryOf(order);
    this.#orders.set(order.orderId, entry);
    for (const key of order.keys) {
      const list = this.#byKey.get(key);
      if (list === undefined) this.#byKey.set(key, [entry]);
      else {
        list.push(entry);
        if (list.length > PER_KEY) list.shift();
      }
    }
    for (const [sku, quantity] of entry.basket) {
      count(this.#perSku, sku, quantity);
      if (entry.c !== undefined) count(this.#perCustomer, `${entry.c} ${sku}`, quantity);
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
    const entry = this.#orders.get(orderId);
    if (entry === undefined) return;
    this.#orders.delete(orderId);
    for (const key of entry.order.keys) {
      const list = this.#byKey.get(key);
      const index = list?.indexOf(entry) ?? -1;
      if (list === undefined || index < 0) continue;
      if (list.length === 1) this.#byKey.delete(key);
      else list.splice(index, 1);
    }
  }

  /** Earlier orders that share a key and lie within the window, the most alike first. */
  similar(order: RememberedOrder): SimilarOrder[] {
    const found: SimilarOrder[] = [];
    let entry: Entry | undefined;
    const seen = new Set<string>();
    for (const key of order.keys) {
      for (const other of this.#byKey.get(key) ?? []) {
        const { orderId, number, at } = other.order;
        if (orderId === order.orderId || seen.has(orderId) || Math.abs(order.at - at) > this.windowMs) continue;
        seen.add(orderId);
        entry ??= entryOf(order);
        const minutes = Math.round(Math.abs(order.at - at) / 60_000);
        found.push({ orderId, number, similarity: compare(entry, other), minutes });
      }
    }
    return found.sort((a, b) => b.similarity - a.similarity || (a.orderId < b.orderId ? -1 : 1));
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

/** An order with what comparing it needs, worked out once. */
interface Entry {
  readonly order: RememberedOrder;
  /** each product once */
  readonly basket: readonly (readonly [sku: string, quantity: number])[];
  readonly units: number;
  readonly c: string | undefined;
  readonly p: string | undefined;
  readonly a: string | undefined;
}

const entryOf = (order: RememberedOrder): Entry => {
  let basket = order.basket;
  if (basket.some(([sku], index) => basket.findIndex(([other]) => other === sku) < index)) {
    const sums = new Map<string, number>();
    for (const [sku, quantity] of basket) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
    basket = [...sums];
  }
  const key = (kind: string): string | undefined => order.keys.find((one) => one[0] === kind);
  const units = basket.reduce((sum, [, quantity]) => sum + quantity, 0);
  return { order, basket, units, c: key('c'), p: key('p'), a: key('a') };
};

/** Share of units the two baskets have in common, 0–1. */
const goodsInCommon = (a: Entry, b: Entry): number => {
  let common = 0;
  for (const [sku, quantity] of a.basket) {
    for (const [other, otherQuantity] of b.basket) {
      if (other === sku) common += Math.min(quantity, otherQuantity);
    }
  }
  const all = a.units + b.units - common;
  return all === 0 ? 0 : common / all;
};

const compare = (a: Entry, b: Entry): number => {
  let score = WEIGHTS.goods * goodsInCommon(a, b);
  let weight = WEIGHTS.goods;
  for (const kind of KINDS) {
    const one = a[kind];
    const other = b[kind];
    if (one === undefined || other === undefined) continue;
    weight += WEIGHTS[kind];
    if (one === other) score += WEIGHTS[kind];
  }
  return Math.round((score / weight) * 1000) / 1000;
};

/** How much two orders are alike, 0–1: what they hold, who ordered, the phone, the address, each with its weight. */
export const similarityOf = (a: RememberedOrder, b: RememberedOrder): number => compare(entryOf(a), entryOf(b));
