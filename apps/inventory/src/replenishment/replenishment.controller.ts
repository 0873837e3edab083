import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Field, Needs, type RequestContext } from '@orderloom/platform';
import { type CommandAnswer, contextFor, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { createPurchase } from '../purchase/decide.js';
import { PurchaseCommands } from '../purchase/purchase-commands.js';
import { purchaseView } from '../purchase/purchase-view.js';
import { PurchaseRepository } from '../repositories.js';
import { LOCATION } from '../stock/stock.dto.js';
import { DailyLevels } from './daily-levels.js';
import { Replenisher, type SupplierSuggestion } from './replenisher.js';

class SuggestionQuery {
  @Field.string({ optional: true, description: 'Only of this supplier.' }) supplierId?: string;
}

class DraftBody {
  @Field.string({ optional: true, max: 100, description: 'Only for this supplier; all when absent.' })
  supplierId?: string;
  @Field.string({ max: 50, pattern: LOCATION, default: 'main', description: 'Where the goods go.' }) location!: string;
  @Field.boolean({ default: false, description: 'Also where the least value of an order is not reached.' })
  belowMinimum!: boolean;
}

@ApiTags('replenishment')
@Needs('purchases:read')
@Controller('api/replenishment')
export class ReplenishmentController {
  constructor(
    private readonly replenisher: Replenisher,
    private readonly levels: DailyLevels,
    private readonly purchases: PurchaseRepository,
    private readonly commands: PurchaseCommands,
  ) {}

  @Get('suggestions')
  @ApiOperation({
    summary: 'What to buy now, by supplier, and what each quantity comes from',
    description:
      'A product is bought when available + on order − waiting is at its reorder point or below, up to its level, in its multiples and minima.',
  })
  async suggestions(@Query() { supplierId }: SuggestionQuery): Promise<{ items: SupplierSuggestion[] }> {
    return { items: await this.replenisher.suggestions(supplierId) };
  }

  @Needs('purchases:edit')
  @Post('purchase-orders')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Draft purchase orders from the suggestions, one per supplier',
    description: 'Drafts can be changed and are sent by a person. The same suggestions on the same day make one draft.',
  })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async draft(
    @Body() { supplierId, location, belowMinimum }: DraftBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ items: CommandAnswer[]; leftOut: object[] }> {
    const suggestions = await this.replenisher.suggestions(supplierId);
    const items: CommandAnswer[] = [];
    const leftOut: object[] = [];
    for (const { supplierId: id, lines, currency, minimumReached } of suggestions) {
      const reason = id === null ? 'SUPPLIER_NOT_FOUND' : minimumReached || belowMinimum ? undefined : 'BELOW_MINIMUM';
      if (id === null || reason !== undefined) {
        leftOut.push({ supplierId: id, reason, skus: lines.map(({ sku }) => sku) });
        continue;
      }
      const body = {
        supplierId: id,
        location,
        ...(currency === null ? {} : { currency }),
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      };
      const purchaseId = this.replenisher.purchaseId(id, lines);
      try {
        const data = await this.commands.draft(purchaseId, body, context.now, true);
        const request = { context, dryRun, reply };
        items.push(
          await runCommand(this.purchases, purchaseId, (state) => createPurchase(data, state), request, purchaseView),
        );
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        leftOut.push({ supplierId: id, reason: error.code, skus: lines.map(({ sku }) => sku) });
      }
    }
    return { items, leftOut };
  }

  @Needs('products:edit')
  @Post('levels')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Compute reorder points and up-to levels from demand and lead time, and write them into the products',
    description: 'For products with `replenishBy: computed`. Done by itself once a day.',
  })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async compute(@Ctx() context: RequestContext, @DryRun() dryRun: boolean): Promise<object> {
    if (dryRun) return { dryRun: true, ...(await this.levels.preview()) };
    return this.levels.apply(contextFor({ context }));
  }
}
