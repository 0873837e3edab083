import { Injectable } from '@nestjs/common';
import type { PurchaseEvent, PurchaseEventData } from '@orderloom/contracts';
import { type CommandContext, deterministicId, type RecordedEvent } from '@orderloom/event-sourcing';
import { StockRepository } from '../repositories.js';
import { receive } from '../stock/decide.js';
import { Places } from '../stock/places.js';
import { type Stock, stockId } from '../stock/stock.js';

type Received = PurchaseEventData['PurchaseReceived'];

/**
 * Puts what arrived of purchase orders on the shelf. The purchase's event is the promise; whoever sees it keeps it,
 * and ids derived from it let it be kept once.
 */
@Injectable()
export class ReceivePurchases {
  constructor(
    private readonly ledgers: StockRepository,
    private readonly places: Places,
  ) {}

  /** Books receipts that were just recorded. */
  async complete(events: readonly PurchaseEvent[], context: Pick<CommandContext, 'actor' | 'correlationId' | 'now'>) {
    await this.#book(
      events.flatMap((event) => (event.type === 'PurchaseReceived' ? [{ data: event.data, context }] : [])),
    );
  }

  /** Books receipts found in the log; a repeat changes nothing. */
  async follow(events: readonly RecordedEvent[], now: string): Promise<void> {
    await this.#book(
      events.flatMap(({ type, data, metadata: { actor, correlationId } }) =>
        type === 'PurchaseReceived' ? [{ data: data as Received, context: { actor, correlationId, now } }] : [],
      ),
    );
  }

  async #book(
    receipts: readonly { data: Received; context: Pick<CommandContext, 'actor' | 'correlationId' | 'now'> }[],
  ): Promise<void> {
    const lines = receipts.flatMap(({ data, context }) =>
      data.lines.map((line, index) => ({ data, context, line, index })),
    );
    if (lines.length === 0) return;
    await this.places.note(lines.map(({ data: { location }, line: { sku } }) => ({ sku, location })));
    const settled = await this.ledgers.handleMany(
      lines.map(({ data, context, line, index }) => {
        const { purchaseId, location, reference } = data;
        const receiptId = deterministicId('purchase', purchaseId, data.receiptId, line.lineId, String(index));
        const command = { ...line, location, receiptId, reference: reference ?? purchaseId };
        return {
          id: stockId(location, line.sku),
          decide: (state: Stock) => receive(command, state),
          context: { ...context, causationId: receiptId, handler: 'inventory.purchases' },
        };
      }),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }
}
