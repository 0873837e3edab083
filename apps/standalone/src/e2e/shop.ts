import { EventStore } from '@orderloom/event-sourcing';
import { KafkaClient } from '@orderloom/messaging';
import { eventually } from '@orderloom/testing';
import type { Difference } from '../ledger/difference.js';
import { reconcile } from '../ledger/reconcile.js';
import { Platform } from './platform.js';

// biome-ignore lint/suspicious/noExplicitAny: stories look into answers of every shape
export type Json = any;

type Headers = Readonly<Record<string, string>>;

/** Stories wait for what they expect, however loaded the machine is; this is only when they give up. */
const PATIENCE = { deadlineMs: 30_000, everyMs: 50 };
/** Longer than the simulated warehouse, or a carrier, takes for anything. */
const STEP_MINUTES = 7 * 24 * 60;

export const berlin = {
  name: 'Test Person',
  street: 'Teststr. 1',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
};

/**
 * A shop on a platform of its own, with the verbs that its stories are told in. Everything goes through the public
 * interface; time passes only by the simulation clock.
 */
export class Shop {
  private constructor(readonly platform: Platform) {}

  /**
   * Opens with the clock of warehouse and carriers standing still.
   * @param products sku → price in cents; `stocked` of each lie on the shelf
   */
  static async open(
    products: Readonly<Record<string, number>>,
    { stocked = 1_000, env = {} }: { stocked?: number; env?: Headers } = {},
  ): Promise<Shop> {
    const shop = new Shop(await Platform.start(undefined, env));
    try {
      await shop.#furnish(products, stocked);
      return shop;
    } catch (error) {
      await shop.close();
      throw error;
    }
  }

  async #furnish(products: Readonly<Record<string, number>>, stocked: number): Promise<void> {
    await this.put('/api/simulation', { running: false });
    for (const [sku, amount] of Object.entries(products)) {
      await this.post('/api/products', { sku, name: `Product ${sku}`, unitPrice: { amount, currency: 'EUR' } });
      if (stocked > 0) await this.receive(sku, stocked);
    }
    await this.knows(...Object.keys(products));
  }

  close(): Promise<void> {
    return this.platform.remove();
  }

  async call(method: string, path: string, body?: unknown, headers?: Headers): Promise<Json> {
    const answer = await this.platform.call(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  get = (path: string): Promise<Json> => this.platform.get(path);
  post = (path: string, body: unknown = {}, headers?: Headers): Promise<Json> => this.call('POST', path, body, headers);
  put = (path: string, body: unknown): Promise<Json> => this.call('PUT', path, body);
  /** The problem that a request is answered with. */
  async refused(method: string, path: string, body: unknown = {}, headers?: Headers): Promise<Json> {
    const answer = await this.platform.call(method, path, body, headers);
    if (answer.status < 400) throw new Error(`${method} ${path} was not refused: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A colleague with a token of their own. */
  async colleague(name: string, ...roles: string[]) {
    const { token } = await this.post('/api/tokens', { subject: name, roles });
    const headers = { authorization: `Bearer ${token}` };
    return {
      post: (path: string, body: unknown = {}): Promise<Json> => this.post(path, body, headers),
      refused: (path: string, body: unknown = {}): Promise<Json> => this.refused('POST', path, body, headers),
    };
  }

  /** Waits until the order service sells these products. */
  async knows(...skus: string[]): Promise<void> {
    const order = this.request(skus.map((sku) => ({ sku, quantity: 1 })));
    await eventually(async () => (await this.platform.call('POST', '/api/orders?dryRun=true', order)).status === 200, {
      ...PATIENCE,
      message: `the order service knows ${skus.join(', ')}`,
    });
  }

  request(lines: object[], more: object = {}): Json {
    return {
      channel: 'web',
      currency: 'EUR',
      paymentTerms: 'prepaid',
      locale: 'en',
      customer: { name: 'Test Person', email: 'person@example.org' },
      shipTo: berlin,
      lines,
      ...more,
    };
  }

  /** Places an order; its lines as sku → quantity. */
  async place(skus: Readonly<Record<string, number>>, more: object = {}): Promise<string> {
    const lines = Object.entries(skus).map(([sku, quantity]) => ({ sku, quantity }));
    return (await this.post('/api/orders', this.request(lines, more))).id;
  }

  order = (id: string): Promise<Json> => this.get(`/api/orders/${id}`);

  /** Waits until something that is read looks as tested. @returns it */
  async until(path: string, test: (one: Json) => boolean, what: string): Promise<Json> {
    let last: Json;
    return eventually(
      async () => {
        last = await this.get(path);
        return test(last) ? last : false;
      },
      { ...PATIENCE, message: () => `${what}: ${JSON.stringify({ ...last, actions: undefined })}` },
    );
  }

  /** Waits until an order looks as tested. @returns it */
  becomes = (id: string, test: (order: Json) => boolean, what: string): Promise<Json> =>
    this.until(`/api/orders/${id}`, test, what);

  /** Lets simulated time pass, however much it takes, until an order looks as tested. @returns it */
  passesUntil(id: string, test: (order: Json) => boolean, what: string): Promise<Json> {
    let last: Json;
    return eventually(
      async () => {
        last = await this.order(id);
        if (test(last)) return last;
        await this.put('/api/simulation', { skipMinutes: STEP_MINUTES });
        return false;
      },
      { ...PATIENCE, everyMs: 200, message: () => `${what}: ${JSON.stringify({ ...last, actions: undefined })}` },
    );
  }

  /** Lets warehouse and carrier do their work. @returns the completed order */
  delivered = (id: string): Promise<Json> =>
    this.passesUntil(id, ({ status }) => status === 'COMPLETED', 'it is delivered and complete');

  completed = (id: string): Promise<Json> => this.becomes(id, ({ status }) => status === 'COMPLETED', 'it is complete');

  receive = (sku: string, quantity: number, more: object = {}): Promise<Json> =>
    this.post('/api/stock/receipts', { sku, quantity, ...more });

  /** The counters of a sku, once they are as tested. */
  stock = (sku: string, test: (counters: Json) => boolean, what: string): Promise<Json> =>
    this.until(`/api/stock/${sku}`, test, what);

  /** Fulfilment orders of an order, in the order of their release, once logistics lists so many. */
  async fulfilments(orderId: string, count = 1): Promise<Json[]> {
    const { items } = await this.until(
      `/api/fulfilments?orderId=${orderId}`,
      (page) => page.items.length >= count,
      `${count} fulfilment orders are listed`,
    );
    return items.sort((a: Json, b: Json) => (a.id < b.id ? -1 : 1));
  }

  /** Does steps of the warehouse by hand. */
  async work(fulfilmentId: string, ...steps: string[]): Promise<void> {
    for (const step of steps) await this.post(`/api/fulfilments/${fulfilmentId}/${step}`);
  }

  /** What the customer was told about an order: exactly these, and all of it sent. @returns them in that order */
  async told(orderId: string, ...kinds: string[]): Promise<Json[]> {
    const sorted = (page: Json): string[] => page.items.map(({ kind }: Json) => kind).sort();
    const { items } = await this.until(
      `/api/notifications?orderId=${orderId}`,
      (page) =>
        JSON.stringify(sorted(page)) === JSON.stringify([...kinds].sort()) &&
        page.items.every(({ status }: Json) => status === 'sent'),
      `the customer is told ${kinds.join(', ')}`,
    );
    // Newest first, as they are listed: the oldest of a kind answers for its first mention.
    const left: Json[] = [...items].reverse();
    return kinds.map((kind) => {
      const at = left.findIndex((item) => item.kind === kind);
      return left.splice(at, 1)[0];
    });
  }

  /** The link that a kept message offers for an answer, as a path of this platform. */
  linkIn({ text }: Json, answer: string): string {
    const found = new RegExp(`https?://\\S+\\?answer=${answer}\\b`).exec(text)?.[0];
    if (found === undefined) throw new Error(`no link for ${answer} in: ${text}`);
    return new URL(found).pathname;
  }

  /** As customers and suppliers are, who have a link and no token. */
  async stranger(method: string, path: string, body?: object): Promise<{ status: number; body: Json }> {
    const response = await fetch(`${this.platform.url}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  /** The types of an order's own events, in their order; news of the promised day may come between any two of them. */
  history = async (id: string): Promise<string[]> =>
    (await this.get(`/api/orders/${id}/history`)).events
      .map(({ type }: Json) => type)
      .filter((type: string) => type !== 'DeliveryPromiseChanged');

  /** What the ledger checker finds wrong after everything that was told here. */
  async differences(): Promise<readonly Difference[]> {
    await this.platform.settled();
    const { engines } = this.platform;
    const store = EventStore.connect(engines.eventStore);
    const kafka = new KafkaClient({ brokers: engines.kafka, clientId: 'stories' });
    try {
      return (await reconcile({ get: this.get, store, kafka })).differences;
    } finally {
      await kafka.close();
      await store.close();
    }
  }
}
