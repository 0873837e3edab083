import { Injectable } from '@nestjs/common';
import type { StockEvent } from '@orderloom/contracts';
import { isRefused, Refused } from '@orderloom/contracts';
import type { CommandContext, Handled } from '@orderloom/event-sourcing';
import { LRUCache } from 'lru-cache';
import { type ProductPolicy, reorderLevelAt, safetyStockAt } from '../product/product-policy.js';
import { StockRepository } from '../repositories.js';
import { capacityFor } from '../stock/capacity.js';
import { expire, type Reserve, reserve } from '../stock/decide.js';
import { Places } from '../stock/places.js';
import { reservationStatus, type Stock, stockId } from '../stock/stock.js';
import { Views } from '../views.js';
import { HoldBook } from './hold-book.js';

/** Units to set aside without an order. */
export interface NewHold {
  readonly reservationId: string;
  readonly sku: string;
  readonly quantity: number;
  /** Anywhere when absent: all units come from one location. */
  readonly location?: string | undefined;
  readonly reference: string;
  readonly expiresAt: string;
  readonly channel?: string | undefined;
  readonly priority?: number | undefined;
}

/** Due holds that are ended together. */
const DUE = 500;

/** Sets units aside for carts and quotes, for a time. */
@Injectable()
export class ReserveHold {
  readonly #policies = new LRUCache<string, { policy: ProductPolicy | undefined }>({ max: 10_000, ttl: 1_000 });

  constructor(
    private readonly ledgers: StockRepository,
    private readonly places: Places,
    private readonly views: Views,
    private readonly holds: HoldBook,
  ) {}

  /**
   * Where the units would come from, and the command for it: the location that was asked for, else the one that made
   * this reservation before, else the one with the most.
   * @throws Refused STOCK_SHORT, BUNDLE_HAS_NO_STOCK
   */
  async plan(hold: NewHold, now: string): Promise<Reserve> {
    const { reservationId, sku, quantity, location, reference, expiresAt, channel, priority } = hold;
    const [policy, places] = await Promise.all([
      this.#policy(sku),
      location === undefined ? this.places.of([sku]) : new Map([[sku, [location]]]),
    ]);
    if (policy?.components) throw new Refused('BUNDLE_HAS_NO_STOCK', { sku });
    const today = now.slice(0, 10);
    const command = (at: string): Reserve => ({
      sku,
      location: at,
      reservationId,
      orderId: reference,
      lineId: 'hold',
      quantity,
      channel,
      priority,
      today,
      keep: safetyStockAt(policy, at),
      reorderLevel: reorderLevelAt(policy, at),
      hold: { expiresAt },
    });
    if (location !== undefined) return command(location);
    const candidates = await Promise.all(
      (places.get(sku) ?? []).map(async (at) => {
        const { state } = await this.ledgers.load(stockId(at, sku));
        const had = reservationStatus(state, reservationId) !== undefined;
        return { at, had, capacity: capacityFor(state, command(at)) };
      }),
    );
    const [best] = candidates.sort(
      (a, b) => Number(b.had) - Number(a.had) || b.capacity - a.capacity || (a.at < b.at ? -1 : 1),
    );
    if (!best) throw new Refused('STOCK_SHORT', { sku, location: '–', available: 0 });
    return command(best.at);
  }

  /** A hot sku is asked for hundreds of times a second: its policy may be a second old. */
  async #policy(sku: string): Promise<ProductPolicy | undefined> {
    const known = this.#policies.get(sku);
    if (known) return known.policy;
    const policy = (await this.views.policies([sku])).get(sku);
    this.#policies.set(sku, { policy });
    return policy;
  }

  /** Makes a hold. @throws Refused STOCK_SHORT */
  async make(command: Reserve, context: CommandContext): Promise<Handled<Stock, StockEvent>> {
    const { sku, location, reservationId, orderId: reference, hold } = command;
    const id = stockId(location, sku);
    const row = { _id: reservationId, sku, location, reference, expiresAt: hold?.expiresAt ?? context.now };
    const remembered = this.ledgers.peek(id)?.state;
    // Where there seems to be nothing, nothing is noted for those who will be refused; the log is followed for the rest.
    const likely = remembered === undefined || capacityFor(remembered, command) >= command.quantity;
    if (likely) await this.holds.note(row);
    try {
      const handled = await this.ledgers.handle(id, (state) => reserve(command, state), context);
      if (!likely) await this.holds.note(row);
      return handled;
    } catch (error) {
      // Nothing was set aside: there is nothing to end. After an outage that is not known.
      if (likely && isRefused(error)) await this.holds.forget([reservationId]);
      throw error;
    }
  }

  /** Ends the holds whose time is over, one append per ledger. @returns how many were looked at */
  async expireDue(now: string): Promise<number> {
    const due = await this.holds.due(now, DUE);
    if (due.length === 0) return 0;
    const settled = await this.ledgers.handleMany(
      due.map(({ _id: reservationId, sku, location, expiresAt }) => ({
        id: stockId(location, sku),
        decide: (state) => expire({ sku, location, reservationId, now }, state),
        context: {
          actor: 'inventory.holds',
          correlationId: reservationId,
          causationId: reservationId,
          handler: `inventory.expire.${expiresAt}`,
          now,
        },
      })),
    );
    const over: string[] = [];
    for (const [index, { _id }] of due.entries()) {
      const outcome = settled[index];
      if (!outcome?.ok) throw outcome?.error ?? new Error('a command was not settled');
      // The ledger knows the time: one that was extended a moment ago is due later.
      const expiresAt = outcome.value.state.live.get(_id)?.expiresAt;
      if (expiresAt === undefined) over.push(_id);
      else await this.holds.moveTo(_id, expiresAt);
    }
    await this.holds.forget(over);
    return due.length;
  }
}
