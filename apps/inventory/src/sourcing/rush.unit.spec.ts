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
import { Sourcer } from './sourcer.js';
import { sourcing } from './sourcing.js';

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
});
