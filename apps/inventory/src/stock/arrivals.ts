import { Injectable } from '@nestjs/common';
import type { StockEvent } from '@orderloom/contracts';
import type { CommandContext, RecordedEvent } from '@orderloom/event-sourcing';
import { StockRepository } from '../repositories.js';
import { arrive } from './decide-ledger.js';
import { Places } from './places.js';
import { type Stock, stockId } from './stock.js';

type MovedOut = Extract<StockEvent, { type: 'StockMovedOut' }>;

const isMovedOut = (event: { readonly type: string }): event is MovedOut => event.type === 'StockMovedOut';

/**
 * Puts moved units where they were moved to. The event that took them out is the promise; whoever sees it keeps it,
 * and the move's id lets it be kept once.
 */
@Injectable()
export class Arrivals {
  constructor(
    private readonly ledgers: StockRepository,
    private readonly places: Places,
  ) {}

  /** Completes moves that were just begun. */
  async complete(
    events: readonly StockEvent[],
    context: Pick<CommandContext, 'actor' | 'correlationId' | 'now'>,
  ): Promise<void> {
    await this.#arrive(
      events.filter(isMovedOut).map((event) => ({
        event,
        context: { ...context, causationId: event.data.moveId, handler: 'inventory.arrivals' },
      })),
    );
  }

  /** Completes moves found in the log; a repeat changes nothing. */
  async follow(events: readonly RecordedEvent[], now: string): Promise<void> {
    await this.#arrive(
      events.flatMap((recorded) => {
        // The stream holds what this service's deciders made.
        const event = recorded as unknown as StockEvent;
        if (!isMovedOut(event)) return [];
        const { actor, correlationId } = recorded.metadata;
        const context = { actor, correlationId, causationId: event.data.moveId, handler: 'inventory.arrivals', now };
        return [{ event, context }];
      }),
    );
  }

  async #arrive(moves: readonly { event: MovedOut; context: CommandContext }[]): Promise<void> {
    if (moves.length === 0) return;
    await this.places.note(moves.map(({ event: { data } }) => ({ sku: data.sku, location: data.to })));
    const settled = await this.ledgers.handleMany(
      moves.map(({ event: { data }, context }) => {
        const { sku, location: from, to: location, quantity, moveId, lots, serials } = data;
        const command = { sku, location, from, quantity, moveId, lots, serials };
        return { id: stockId(location, sku), decide: (state: Stock) => arrive(command, state), context };
      }),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }
}
