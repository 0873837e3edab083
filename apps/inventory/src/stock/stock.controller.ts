import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { EventStore } from '@orderloom/event-sourcing';
import { decodeCursor, encodeCursor, MinRevision, type Page, pageOf } from '@orderloom/platform';
import { untilShown } from '@orderloom/service';
import type { Filter } from 'mongodb';
import { StockRepository } from '../repositories.js';
import { afterId, BY_ID, shown, Views } from '../views.js';
import { ledgerEntry } from './ledger-view.js';
import { LedgerQuery, StockQuery } from './stock.dto.js';
import { stockId } from './stock.js';
import type { StockDocument } from './stock.projection.js';

const LEDGER = '-revision';

@ApiTags('stock')
@Controller('api/stock')
export class StockController {
  constructor(
    private readonly ledgers: StockRepository,
    private readonly store: EventStore,
    private readonly views: Views,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Stock per sku and location' })
  async list(@Query() { sku, location, low, expiresBefore, cursor, limit }: StockQuery): Promise<Page<object>> {
    const filter: Filter<StockDocument> = {
      ...(sku === undefined ? {} : { sku }),
      ...(location === undefined ? {} : { location }),
      ...(low === undefined ? {} : { low }),
      ...(expiresBefore === undefined ? {} : { expiresOn: { $lt: expiresBefore } }),
      ...afterId(cursor),
    };
    const found = await this.views.stock
      .collection()
      .find(filter)
      .sort({ _id: 1 })
      .limit(limit + 1)
      .toArray();
    const page = pageOf(found, limit, BY_ID, ({ _id }) => [_id]);
    return { ...page, items: page.items.map((one) => shown(one, 'id')) };
  }

  @Get(':sku')
  @ApiOperation({ summary: 'Stock of a sku: in total and per location' })
  @ApiQuery({ name: 'location', required: false })
  @ApiQuery({ name: 'minRevision', required: false, description: 'With location: wait until this revision is shown.' })
  async ofSku(
    @Param('sku') sku: string,
    @Query('location') location: string | undefined,
    @MinRevision() minRevision: bigint | undefined,
  ): Promise<object> {
    if (location !== undefined) await untilShown(this.views.stock, `stock-${stockId(location, sku)}`, minRevision);
    const filter: Filter<StockDocument> = location === undefined ? { sku } : { _id: stockId(location, sku) };
    const found = await this.views.stock.collection().find(filter).sort({ location: 1 }).toArray();
    const sum = (figure: 'onHand' | 'reserved' | 'available') => found.reduce((total, one) => total + one[figure], 0);
    return {
      sku,
      onHand: sum('onHand'),
      reserved: sum('reserved'),
      available: sum('available'),
      locations: found.map((one) => shown(one, 'id')),
    };
  }

  @Get(':sku/ledger')
  @ApiOperation({
    summary: 'Every entry of a stock ledger, newest first',
    description: 'What happened, when, who did it, what it changed and what was there afterwards.',
  })
  async ledger(@Param('sku') sku: string, @Query() { location, cursor, limit }: LedgerQuery): Promise<Page<object>> {
    const id = stockId(location, sku);
    const [below] = cursor === undefined ? [] : decodeCursor(LEDGER, 1, cursor);
    const { revision } = await this.ledgers.load(id);
    const until = below === undefined ? revision : BigInt(String(below)) - 1n;
    if (revision < 0n) throw new Refused('STOCK_NOT_FOUND', { sku, location });
    if (until < 0n) return { items: [] };
    const from = until - BigInt(limit) + 1n;
    const events = await this.store.read(this.ledgers.streamOf(id), { from: from < 0n ? 0n : from, until });
    const items = events.toReversed().map(ledgerEntry);
    return from > 0n ? { items, next: encodeCursor(LEDGER, [from.toString()]) } : { items };
  }
}
