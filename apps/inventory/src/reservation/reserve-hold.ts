import { Injectable } from '@nestjs/common';
import type { StockEvent } from '@orderloom/contracts';
import { isRefused, Refused } from '@orderloom/contracts';
import type { CommandContext, Handled } from '@orderloom/event-sourcing';
import { reorderLevelAt, safetyStockAt } from '../product/product-policy.js';
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
    const [policies, places] = await Promise.all([
      this.views.policies([sku]),
      location === undefined ? this.places.of([sku]) : new Map([[sku, [location]]]),
    ]);
    const policy = policies.get(sku);
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

  /** Makes a hold. @throws Refused STOCK_SHORT */
  async make(command: Reserve, context: CommandContext): Promise<Handled<Stock, StockEvent>> {
    const { sku, location, reservationId, orderId: reference, hold } = command;
    await this.holds.note({ _id: reservationId, sku, location, reference, expiresAt: hold?.expiresAt ?? context.now });
    try {
      return await this.ledgers.handle(stockId(location, sku), (state) => reserve(command, state), context);
    } catch (error) {
      // Nothing was set aside: there is nothing to end. After an outage that is not known.
      if (isRefused(error)) await this.holds.forget([reservationId]);
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
