import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  Ctx,
  DryRun,
  IdempotencyKey,
  IfMatch,
  idFromKey,
  MinRevision,
  Needs,
  newId,
  type Page,
  pageOf,
  type RequestContext,
} from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { runCommand } from '../command-answer.js';
import { ProductRepository, StockRepository } from '../repositories.js';
import { afterId, BY_ID, FRESH_MS, shown, Views } from '../views.js';
import { adjust, receive } from './decide.js';
import { Places } from './places.js';
import { AdjustmentBody, ReceiptBody, StockQuery } from './stock.dto.js';
import { figures, type Stock, stockId } from './stock.js';
import type { StockDocument } from './stock.projection.js';

const show = ({ onHand, reserved, received, consumed, adjusted }: Stock): unknown => ({
  ...figures(onHand, reserved),
  received,
  consumed,
  adjusted,
});

@ApiTags('stock')
@Needs('stock:read')
@Controller('api/stock')
export class StockController {
  constructor(
    private readonly ledgers: StockRepository,
    private readonly products: ProductRepository,
    private readonly places: Places,
    private readonly views: Views,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Stock per sku and location' })
  async list(@Query() { sku, location, low, cursor, limit }: StockQuery): Promise<Page<object>> {
    const filter: Filter<StockDocument> = {
      ...(sku === undefined ? {} : { sku }),
      ...(location === undefined ? {} : { location }),
      ...(low === undefined ? {} : { low }),
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
    if (minRevision !== undefined && location !== undefined) {
      await this.views.stock.waitFor(`stock-${stockId(location, sku)}`, minRevision, FRESH_MS);
    }
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

  @Needs('stock:edit')
  @Post('receipts')
  @HttpCode(201)
  @ApiOperation({ summary: 'Take goods in' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeat with the same key is counted once.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async receive(
    @Body() body: ReceiptBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const receiptId = key === undefined ? newId() : idFromKey('receipt', key);
    const command = { ...body, receiptId };
    if (!dryRun) await this.places.note([body]);
    const id = stockId(body.location, body.sku);
    const decide = (state: Stock) => receive(command, state);
    return runCommand(this.ledgers, id, decide, { context, ifMatch, dryRun, reply }, show);
  }

  @Needs('stock:edit')
  @Post('adjustments')
  @HttpCode(201)
  @ApiOperation({ summary: 'Correct what is on hand, with the reason' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeat with the same key is counted once.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Less would be left than is reserved.' })
  async adjust(
    @Body() body: AdjustmentBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const adjustmentId = key === undefined ? newId() : idFromKey('adjustment', key);
    const { state: product } = await this.products.load(body.sku);
    const command = { ...body, adjustmentId, reorderLevel: product.facts?.reorderLevel };
    if (!dryRun) await this.places.note([body]);
    const id = stockId(body.location, body.sku);
    const decide = (state: Stock) => adjust(command, state);
    return runCommand(this.ledgers, id, decide, { context, ifMatch, dryRun, reply }, show);
  }
}
