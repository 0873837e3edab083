import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type PurchaseEvent, Refused } from '@orderloom/contracts';
import {
  Ctx,
  DryRun,
  etagOf,
  IdempotencyKey,
  IfMatch,
  idFromKey,
  Needs,
  newId,
  type Page,
  type RequestContext,
} from '@orderloom/platform';
import { CommandAnswer, type CommandRequest, newestFirst, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { SignedLinks } from '../links/signed-links.js';
import { PurchaseRepository } from '../repositories.js';
import { Views } from '../views.js';
import {
  cancelPurchase,
  closePurchase,
  confirmPurchase,
  createPurchase,
  receivePurchase,
  sendPurchase,
} from './decide.js';
import { ConfirmBody, DeliveryBody, EndBody, LinkBody, PurchaseBody, PurchaseQuery, SendBody } from './purchase.dto.js';
import type { Purchase } from './purchase.js';
import { PurchaseCommands } from './purchase-commands.js';
import { purchaseActions, purchaseView } from './purchase-view.js';
import type { PurchaseDocument } from './purchases.projection.js';
import { ReceivePurchases } from './receive-purchases.js';
import { PORTAL } from './supplier-portal.controller.js';

const newest = newestFirst<PurchaseDocument>('createdAt');
const DAY_MS = 86_400_000;

const show = (state: Purchase): unknown => (state.status === 'NONE' ? null : purchaseView(state));

/** A command on a purchase order. */
const Command =
  (summary: string): MethodDecorator =>
  (target, key, descriptor) => {
    const decorators = [
      HttpCode(200),
      ApiOperation({ summary }),
      ApiOkResponse({ type: CommandAnswer }),
      ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the purchase order as last read' }),
      ApiQuery({ name: 'dryRun', required: false, type: Boolean }),
    ];
    for (const decorate of decorators) decorate(target, key, descriptor);
  };

@ApiTags('purchases')
@Needs('purchases:read')
@Controller('api/purchases')
export class PurchasesController {
  constructor(
    private readonly purchases: PurchaseRepository,
    private readonly commands: PurchaseCommands,
    private readonly receipts: ReceivePurchases,
    private readonly links: SignedLinks,
    private readonly views: Views,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Purchase orders, newest first' })
  async list(@Query() { supplierId, status, sku, cursor, limit }: PurchaseQuery): Promise<Page<object>> {
    const filter: Filter<PurchaseDocument> = {
      ...(supplierId === undefined ? {} : { supplierId }),
      ...(status === undefined ? {} : { status: status as PurchaseDocument['status'] }),
      ...(sku === undefined ? {} : { inbound: sku }),
      ...newest.after(cursor),
    };
    const found = await this.views.purchases
      .collection()
      .find(filter)
      .sort(newest.sort)
      .limit(limit + 1)
      .toArray();
    const page = newest.page(found, limit);
    return { ...page, items: page.items.map(({ purchase, createdAt }) => ({ ...purchaseView(purchase), createdAt })) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'A purchase order, with what can be done with it' })
  async one(
    @Param('id') purchaseId: string,
    @Ctx() { now, locale }: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { state, revision } = await this.purchases.load(purchaseId);
    if (state.status === 'NONE') throw new Refused('PURCHASE_NOT_FOUND', { purchaseId });
    void reply.header('etag', etagOf(revision));
    const actions = purchaseActions(state, now, locale);
    return { ...purchaseView(state), revision: revision.toString(), actions };
  }

  @Needs('purchases:edit')
  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Draft a purchase order' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeat with the same key is the same one.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiCreatedResponse({ type: CommandAnswer })
  async create(
    @Body() body: PurchaseBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const purchaseId = key === undefined ? newId() : idFromKey('purchase', key);
    const data = await this.commands.draft(purchaseId, body, context.now);
    return this.run(purchaseId, { context, dryRun, reply }, (state) => createPurchase(data, state));
  }

  @Needs('purchases:edit')
  @Post(':id/send')
  @Command('Send it to the supplier')
  send(
    @Param('id') purchaseId: string,
    @Body() { answerDays }: SendBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const answerBy = new Date(Date.parse(context.now) + answerDays * DAY_MS).toISOString();
    const data = { purchaseId, answerBy, occurredAt: context.now };
    return this.run(purchaseId, { context, ifMatch, dryRun, reply }, (state) => sendPurchase(data, state));
  }

  @Needs('purchases:edit')
  @Post(':id/confirm')
  @Command('Record what the supplier delivers, and when')
  confirm(
    @Param('id') purchaseId: string,
    @Body() body: ConfirmBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const data = this.commands.confirmation(purchaseId, body, 'buyer', context.now);
    return this.run(purchaseId, { context, ifMatch, dryRun, reply }, (state) => confirmPurchase(data, state));
  }

  @Needs('stock:edit')
  @Post(':id/receipts')
  @Command('Take a delivery in; it is on the shelf when this answers')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeat with the same key is counted once.' })
  async receive(
    @Param('id') purchaseId: string,
    @Body() body: DeliveryBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const receiptId = key === undefined ? newId() : idFromKey('purchase-receipt', purchaseId, key);
    const data = await this.commands.delivery(purchaseId, receiptId, body, context.now);
    const request = { context, ifMatch, dryRun, reply };
    const answer = await this.run(purchaseId, request, (state) => receivePurchase(data, state));
    // The follower of the log would do it, too; who asks next sees it there already.
    if (!dryRun) await this.receipts.complete(answer.events as readonly PurchaseEvent[], context);
    return answer;
  }

  @Needs('purchases:edit')
  @Post(':id/close')
  @Command('Expect nothing more of it')
  close(
    @Param('id') purchaseId: string,
    @Body() { reason }: EndBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { purchaseId, reason, now: context.now };
    return this.run(purchaseId, { context, ifMatch, dryRun, reply }, (state) => closePurchase(command, state));
  }

  @Needs('purchases:edit')
  @Post(':id/cancel')
  @Command('Call it off before anything has arrived')
  cancel(
    @Param('id') purchaseId: string,
    @Body() { reason }: EndBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const command = { purchaseId, reason, now: context.now };
    return this.run(purchaseId, { context, ifMatch, dryRun, reply }, (state) => cancelPurchase(command, state));
  }

  @Needs('purchases:edit')
  @Post(':id/portal-link')
  @HttpCode(200)
  @ApiOperation({
    summary: 'A link for the supplier to confirm and give dates without signing in',
    description: 'It works for this purchase order only, and only for some time.',
  })
  async link(@Param('id') purchaseId: string, @Body() { days }: LinkBody): Promise<object> {
    const { state } = await this.purchases.load(purchaseId);
    if (state.status === 'NONE') throw new Refused('PURCHASE_NOT_FOUND', { purchaseId });
    const { token, until } = this.links.issue(PORTAL.purpose, purchaseId, days * 86_400);
    return { path: `${PORTAL.path}/${token}`, token, until };
  }

  private run(
    id: string,
    request: CommandRequest,
    decide: (state: Purchase) => PurchaseEvent[],
  ): Promise<CommandAnswer> {
    return runCommand(this.purchases, id, decide, request, show);
  }
}
