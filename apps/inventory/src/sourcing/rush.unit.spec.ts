import { jest } from '@jest/globals';
import {
  type DomainEvent,
  type NewEvent,
  type RecordedEvent,
  Repository,
  WrongExpectedRevision,
} from '@orderloom/event-sourcing';
import type { ProductPolicy } from '../product/product-policy.js';
import { receive } from '../stock/decide.js';
import type { PlaceBook } from '../stock/places.js';
import { available, type Stock, stock, stockId } from '../stock/stock.js';
import { Sourcer, type SourcingOutcome } from './sourcer.js';
import { type Sourcing, sourcing } from './sourcing.js';

const NOW = '2026-03-01T09:00:00.000Z';
const context = { actor: 'test', correlationId: 'c', now: NOW };

/** A log in memory that several processes append to at once: answers come late and in any order. */
class MemoryLog {
  readonly streams = new Map<string, RecordedEvent[]>();
  conflicts = 0;

  async append(stream: string, events: readonly NewEvent[], expected: bigint | string) {
    await this.#elsewhere();
    const log = this.streams.get(stream) ?? [];
    const actual = BigInt(log.length) - 1n;
    if (expected !== actual) {
      this.conflicts += 1;
      throw new WrongExpectedRevision(stream, actual, actual);
    }
    const position = { commit: 0n, prepare: 0n };
    for (const event of events) {
      log.push({ ...event, streamId: stream, revision: BigInt(log.length), position, recordedAt: NOW });
    }
    this.streams.set(stream, log);
    await this.#elsewhere();
    return { revision: BigInt(log.length) - 1n, position };
  }

  async read(stream: string, { from = 0n }: { from?: bigint } = {}): Promise<RecordedEvent<DomainEvent>[]> {
    await this.#elsewhere();
    return (this.streams.get(stream) ?? []).slice(Number(from));
  }

  #elsewhere(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** One of several processes of the service: caches of its own, the log shared. */
const processOn = (log: MemoryLog, places: PlaceBook, policies: Map<string, ProductPolicy>) => {
  const ledgers = new Repository(log, stock, { maxAttempts: 1_000 });
  const decisions = new Repository(log, sourcing);
  const sourcer = new Sourcer(ledgers, decisions, {
    places,
    policies: async (skus) => new Map(skus.flatMap((sku) => (policies.has(sku) ? [[sku, policies.get(sku)!]] : []))),
    claims: async () => new Map(),
  });
  return { ledgers, sourcer };
};

const BUYERS = 10_000;
const UNITS = 100;

jest.setTimeout(60_000);

describe('ten thousand buyers at once', () => {
  it('get the hundred units there are, each once, whichever process they reach', async () => {
    const log = new MemoryLog();
    const places: PlaceBook = { of: async () => new Map([['HOT', ['main']]]), note: async () => undefined };
    const processes = Array.from({ length: 4 }, () => processOn(log, places, new Map()));
    const { ledgers } = processes[0]!;
    const id = stockId('main', 'HOT');
    await ledgers.handle(id, (state) => receive({ sku: 'HOT', location: 'main', quantity: UNITS }, state), context);

    const outcomes = await Promise.all(
      Array.from({ length: BUYERS / 50 }, (_, batch) =>
        processes[batch % processes.length]!.sourcer.source(
          Array.from({ length: 50 }, (_unused, buyer) => ({
            orderId: `o${batch}-${buyer}`,
            number: 0,
            lines: [{ lineId: 'L1', sku: 'HOT', quantity: 1 }],
            context,
          })),
        ),
      ),
    );

    const sold = outcomes.flat().map((outcome) => {
      if (!outcome.ok) throw outcome.error;
      return outcome.state.allocations.reduce((sum, one) => sum + one.quantity, 0);
    });
    expect(sold).toHaveLength(BUYERS);
    expect(sold.reduce((sum, units) => sum + units, 0)).toBe(UNITS);
    const state: Stock = (await ledgers.load(id)).state;
    expect([state.reserved, available(state), state.live.size]).toEqual([UNITS, 0, UNITS]);
    // All that wait for one ledger share an append: far fewer of them than buyers.
    expect(log.conflicts).toBeLessThan(BUYERS / 10);
  });

  it('of bundles that share a component get exactly as many as it allows, and no component is held in vain', async () => {
    const log = new MemoryLog();
    const places: PlaceBook = {
      of: async (skus) => new Map([...skus].filter((sku) => sku.length === 1).map((sku) => [sku, ['main']])),
      note: async () => undefined,
    };
    const bundle = (other: string): ProductPolicy => ({
      name: other,
      reorderLevel: 0,
      components: [
        { sku: 'X', quantity: 1 },
        { sku: other, quantity: 2 },
      ],
    });
    const policies = new Map([
      ['X+Y', bundle('Y')],
      ['X+Z', bundle('Z')],
    ]);
    const processes = Array.from({ length: 4 }, () => processOn(log, places, policies));
    const { ledgers, sourcer } = processes[0]!;
    const stockOf = async (sku: string) => (await ledgers.load(stockId('main', sku))).state;
    const goods = { X: UNITS, Y: 5_000, Z: 5_000 };
    for (const [sku, quantity] of Object.entries(goods)) {
      const command = { sku, location: 'main', quantity };
      await ledgers.handle(stockId('main', sku), (state) => receive(command, state), context);
    }
    const skus = [...policies.keys()];
    const states = new Map<string, Sourcing>();
    const remember = (ids: readonly string[], outcomes: readonly SourcingOutcome[]) => {
      for (const [at, outcome] of outcomes.entries()) {
        if (!outcome.ok) throw outcome.error;
        states.set(ids[at]!, outcome.state);
      }
    };
    const sold = (): number =>
      [...states.values()].flatMap((state) => state.allocations).reduce((sum, one) => sum + one.quantity, 0);
    await Promise.all(
      Array.from({ length: BUYERS / 250 }, async (_, batch) => {
        const ids = Array.from({ length: 250 }, (_unused, buyer) => `o${batch}-${buyer}`);
        const requests = ids.map((orderId, buyer) => ({
          orderId,
          number: 0,
          lines: [{ lineId: 'L1', sku: skus[buyer % skus.length]!, quantity: 1 }],
          context,
        }));
        remember(ids, await processes[batch % processes.length]!.sourcer.source(requests));
      }),
    );
    expect(states.size).toBe(BUYERS);
    expect(sold()).toBeLessThanOrEqual(UNITS);
    // What two processes took from each other was given back, and goes to those who wait.
    const waiting = [...states].filter(([, state]) => state.open.length > 0).slice(0, 2 * UNITS);
    const again = waiting.map(([orderId, { decisionIds, open }]) => ({
      orderId,
      number: decisionIds.length,
      lines: open,
      context,
    }));
    remember(
      waiting.map(([id]) => id),
      await sourcer.sourceAgain(again),
    );
    expect(sold()).toBe(UNITS);
    const [x, y, z] = await Promise.all(['X', 'Y', 'Z'].map(stockOf));
    expect([x!.reserved, available(x!), y!.reserved + z!.reserved]).toEqual([UNITS, 0, 2 * UNITS]);
  });
});
