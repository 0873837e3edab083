import { eventually, seedOf } from '@orderloom/testing';
import type { RecordedAnswers } from '../ledger/answers.js';

/** What the shop needs of a platform: a way to call it. Another one after each restart. */
export interface Target {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: { readonly id?: string; readonly code?: string } }>;
}

const SKUS = ['FAULT-1', 'FAULT-2', 'FAULT-3', 'FAULT-4', 'FAULT-5'] as const;
const TERMS = ['prepaid', 'invoice', 'cod'] as const;
/** Less than is sold, so that orders wait for goods while the fault strikes. */
const FIRST_STOCK = 25;
/** More than is ever sold. */
const LAST_STOCK = 100_000;
/** Longest that a caller tries one order. */
const PATIENCE_MS = 90_000;

interface Answers {
  readonly key: string;
  readonly placed: string[];
  cancelled?: number;
}

/**
 * Callers that place orders of all payment terms and cancel some, each under its own `Idempotency-Key`, and repeat what
 * was not answered until it is. Remembers every answer for the ledger checker.
 */
export class Shop {
  readonly #answers: Answers[] = [];
  readonly #random: () => number;
  #open = false;
  #callers: Promise<void>[] = [];

  constructor(
    /** The platform as it is reached now. */
    public target: Target,
    readonly seed = seedOf(),
    /** Tells the keys of several shops apart. */
    readonly name = `shop-${seed}`,
  ) {
    this.#random = mulberry32(seed);
  }

  /** What callers were told so far. */
  get answers(): readonly RecordedAnswers[] {
    return this.#answers;
  }

  /** Orders that were acknowledged so far. */
  get placed(): number {
    return this.#answers.filter(({ placed }) => placed.length > 0).length;
  }

  /** Registers products, takes some stock in, and waits until orders for them are accepted. */
  async prepare(): Promise<void> {
    for (const sku of SKUS) {
      await this.#until('POST', '/api/products', {
        sku,
        name: `Thing ${sku}`,
        unitPrice: { amount: 1999, currency: 'USD' },
        reorderLevel: 5,
      });
    }
    await this.#receive(FIRST_STOCK);
    await eventually(
      async () => (await this.target.call('POST', '/api/orders?dryRun=true', this.#order(0))).status === 200,
      { deadlineMs: 30_000, everyMs: 50, message: 'the order service knows the products' },
    );
  }

  /** Lets callers in; they place orders until `close`. @param most orders of all callers together */
  open(most: number, callers = 4, pauseMs = 30): void {
    this.#open = true;
    let left = most;
    this.#callers = Array.from({ length: callers }, async () => {
      while (this.#open && left-- > 0) {
        await this.#customer();
        await new Promise((resolve) => setTimeout(resolve, this.#random() * 2 * pauseMs));
      }
    });
  }

  /** Waits until so many orders are acknowledged. */
  async until(placed: number): Promise<void> {
    await eventually(() => this.placed >= placed, {
      deadlineMs: PATIENCE_MS,
      message: () => `${placed} orders are acknowledged, ${this.placed} are`,
    });
  }

  /** Lets nobody in any more and waits until everybody was answered. */
  async close(): Promise<void> {
    this.#open = false;
    await Promise.all(this.#callers);
  }

  /** Places every order once more under its key, as a caller does that lost the answer. */
  async repeat(): Promise<void> {
    await Promise.all(this.#answers.map((answers, n) => this.#place(answers, this.#order(n))));
  }

  /**
   * One order that so many callers place at once under one key, and cancel at once.
   * @returns the different answers: order ids, then status codes of the cancellations
   */
  async crowd(callers: number): Promise<{ readonly ids: readonly string[]; readonly cancelled: readonly number[] }> {
    const n = this.#answers.length;
    const answers: Answers = { key: `${this.name}-${n}`, placed: [] };
    this.#answers.push(answers);
    const all = Array.from({ length: callers });
    const ids = await Promise.all(all.map(() => this.#place(answers, this.#order(n))));
    const path = `/api/orders/${ids[0]}/cancel`;
    const cancelled = await Promise.all(
      all.map(async () => (await this.#until('POST', path, { reason: 'CROWD' })).status),
    );
    answers.cancelled = cancelled[0] ?? 0;
    return { ids: [...new Set(ids)], cancelled: [...new Set(cancelled)] };
  }

  /** Takes in what is missing, so that every order can end. */
  async restock(): Promise<void> {
    await this.#receive(LAST_STOCK);
  }

  async #customer(): Promise<void> {
    const n = this.#answers.length;
    const answers: Answers = { key: `${this.name}-${n}`, placed: [] };
    this.#answers.push(answers);
    const cancels = this.#random() < 0.15;
    const id = await this.#place(answers, this.#order(n));
    if (!cancels) return;
    const { status } = await this.#until('POST', `/api/orders/${id}/cancel`, { reason: 'CUSTOMER_REQUEST' });
    answers.cancelled = status;
  }

  async #place(answers: Answers, order: object): Promise<string> {
    const { status, body } = await this.#until('POST', '/api/orders', order, { 'idempotency-key': answers.key });
    if (status >= 400 || body.id === undefined) throw new Error(`${answers.key} was answered ${status} ${body.code}`);
    answers.placed.push(body.id);
    return body.id;
  }

  /** Derived from its number alone, so that a repeated order is the same. */
  #order(n: number): object {
    const sku = SKUS[n % SKUS.length]!;
    const other = SKUS[(n + 2) % SKUS.length]!;
    return {
      channel: 'web',
      customer: { name: `Caller ${n}`, email: `caller-${n}@example.org` },
      ...(n % 2 === 0 ? { customerId: `${this.name}-C${n % 6}` } : {}),
      lines: [
        { sku, quantity: 1 + (n % 3) },
        { sku: other, quantity: 1 },
      ],
      shipTo: { name: `Caller ${n}`, street: 'Teststr. 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
      currency: 'USD',
      paymentTerms: TERMS[n % TERMS.length],
      locale: n % 2 === 0 ? 'en' : 'zh-CN',
    };
  }

  async #receive(quantity: number): Promise<void> {
    for (const sku of SKUS) {
      const key = { 'idempotency-key': `${this.name}-${sku}-${quantity}` };
      await this.#until('POST', '/api/stock/receipts', { sku, location: 'main', quantity }, key);
    }
  }

  /** Calls until there is an answer that is not an outage. */
  async #until(method: string, path: string, body: object, headers?: Readonly<Record<string, string>>) {
    let last: unknown;
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
      try {
        const answer = await this.target.call(method, path, body, headers);
        if (answer.status < 500 && answer.status !== 429) return answer;
        last = `${answer.status} ${answer.body.code}`;
      } catch (error) {
        last = error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50 + this.#random() * 100));
    }
    throw new Error(`${method} ${path} was not answered within ${PATIENCE_MS} ms (last: ${String(last)})`);
  }
}

/** A small seeded generator, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
