import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { StockEvent } from '@orderloom/contracts';
import {
  Ctx,
  DryRun,
  IdempotencyKey,
  IfMatch,
  idFromKey,
  Needs,
  newId,
  type RequestContext,
} from '@orderloom/platform';
import { CommandAnswer, type CommandRequest, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { reorderLevelAt } from '../product/product-policy.js';
import { ProductReferences } from '../product/product-references.js';
import { ProductRepository, StockRepository } from '../repositories.js';
import { Arrivals } from './arrivals.js';
import { adjust, receive } from './decide.js';
import { count, moveOut, scrap, setAllotment, takeBack } from './decide-ledger.js';
import { checkExpiry } from './lots.js';
import { Places } from './places.js';
import { AdjustmentBody, AllotmentBody, CountBody, MoveBody, ReceiptBody, ReturnBody, ScrapBody } from './stock.dto.js';
import { figures, type Stock, stockId } from './stock.js';

const show = ({ onHand, reserved, received, consumed, adjusted, returned, scrapped, moved }: Stock): unknown => ({
  ...figures(onHand, reserved),
  received,
  consumed,
  adjusted,
  returned,
  scrapped,
  moved,
});

/** A command that changes a ledger: recorded once per key, also as a dry run, with the new revision as ETag. */
const Command =
  (summary: string, description?: string): MethodDecorator =>
  (target, key, descriptor) => {
    const decorators = [
      HttpCode(201),
      ApiOperation({ summary, ...(description === undefined ? {} : { description }) }),
      ApiCreatedResponse({ type: CommandAnswer }),
      ApiHeader({
        name: 'Idempotency-Key',
        required: false,
        description: 'A repeat with the same key is counted once.',
      }),
      ApiHeader({ name: 'If-Match', required: false, description: 'Revision of the ledger as last read' }),
      ApiQuery({ name: 'dryRun', required: false, type: Boolean }),
      ApiResponse({ status: 409, description: 'The units are not there, or are promised to orders.' }),
    ];
    for (const decorate of decorators) decorate(target, key, descriptor);
  };

@ApiTags('stock')
@Needs('stock:edit')
@Controller('api/stock')
export class MovementsController {
  constructor(
    private readonly ledgers: StockRepository,
    private readonly products: ProductRepository,
    private readonly references: ProductReferences,
    private readonly places: Places,
    private readonly arrivals: Arrivals,
  ) {}

  @Post('receipts')
  @Command('Take goods in', 'A lot without `expiresOn` gets it from the shelf life of the product.')
  async receive(
    @Body() body: ReceiptBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const facts = await this.references.checkReceipt(body);
    const receiptId = idOf('receipt', key);
    const expiresOn = body.expiresOn ?? (body.lot ? shelfLifeFrom(context.now, facts?.shelfLifeDays) : undefined);
    const command = { ...body, expiresOn, receiptId };
    return this.run(body, { context, ifMatch, dryRun, reply }, (state) => {
      checkExpiry(state.lots, body.lot, body.expiresOn);
      return receive(command, state);
    });
  }

  @Post('adjustments')
  @Command('Correct what is on hand, with the reason')
  async adjust(
    @Body() body: AdjustmentBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    if (body.delta > 0) await this.references.checkReceipt(body);
    const facts = await this.factsFor(body, context.now);
    const command = { ...body, adjustmentId: idOf('adjustment', key), ...facts };
    return this.run(body, { context, ifMatch, dryRun, reply }, (state) => {
      checkExpiry(state.lots, body.lot, body.expiresOn);
      return adjust(command, state);
    });
  }

  @Post('counts')
  @Command('Record a count', 'The ledger then says what was counted; the entry keeps what was expected.')
  async count(
    @Body() body: CountBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { ...body, countId: idOf('count', key), ...(await this.factsFor(body, context.now)) };
    return this.run(body, { context, ifMatch, dryRun, reply }, (state) => {
      checkExpiry(state.lots, body.lot, body.expiresOn);
      return count(command, state);
    });
  }

  @Post('moves')
  @Command('Move free units to another location', 'They leave one ledger and arrive in the other under one move id.')
  async move(
    @Body() body: MoveBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const today = context.now.slice(0, 10);
    const command = { ...body, moveId: idOf('move', key), today, ...(await this.factsFor(body, context.now)) };
    if (!dryRun) await this.places.note([{ sku: body.sku, location: body.to }]);
    const answer = await this.run(body, { context, ifMatch, dryRun, reply }, (state) => moveOut(command, state));
    // The follower of the log would do it, too; who asks next sees it there already.
    if (!dryRun) await this.arrivals.complete(answer.events as readonly StockEvent[], context);
    return answer;
  }

  @Post('returns')
  @Command('Take back units that had left and can be sold again')
  async takeBack(
    @Body() body: ReturnBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    await this.references.checkReceipt(body);
    const command = { ...body, returnId: idOf('return', key) };
    return this.run(body, { context, ifMatch, dryRun, reply }, (state) => {
      checkExpiry(state.lots, body.lot, body.expiresOn);
      return takeBack(command, state);
    });
  }

  @Post('scraps')
  @Command('Write free units off for good, with the reason')
  async scrap(
    @Body() body: ScrapBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { ...body, scrapId: idOf('scrap', key), ...(await this.factsFor(body, context.now)) };
    return this.run(body, { context, ifMatch, dryRun, reply }, (state) => scrap(command, state));
  }

  @Post('allotments')
  @Command('Keep units for a sales channel', 'Other channels cannot sell them; 0 gives them back to everybody.')
  async allot(
    @Body() body: AllotmentBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return this.run(body, { context, ifMatch, dryRun, reply }, (state) => setAllotment(body, state));
  }

  private async run(
    { sku, location }: { readonly sku: string; readonly location: string },
    request: CommandRequest,
    decide: (state: Stock) => StockEvent[],
  ): Promise<CommandAnswer> {
    if (!request.dryRun) await this.places.note([{ sku, location }]);
    return runCommand(this.ledgers, stockId(location, sku), decide, request, show);
  }

  private async factsFor({ sku, location }: { sku: string; location: string }, now: string) {
    const { facts } = (await this.products.load(sku)).state;
    return {
      reorderLevel: reorderLevelAt(facts, location),
      tracking: facts?.tracking,
      shelfLifeUntil: shelfLifeFrom(now, facts?.shelfLifeDays),
    };
  }
}

const idOf = (what: string, key: string | undefined): string => (key === undefined ? newId() : idFromKey(what, key));

/** Last day of a lot that arrives now. */
const shelfLifeFrom = (now: string, shelfLifeDays: number | undefined): string | undefined =>
  shelfLifeDays === undefined
    ? undefined
    : new Date(Date.parse(now) + shelfLifeDays * 86_400_000).toISOString().slice(0, 10);
