import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Ctx, DryRun, etagOf, IfMatch, Public, type RequestContext } from '@orderloom/platform';
import { CommandAnswer, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { SignedLinks } from '../links/signed-links.js';
import { PurchaseRepository } from '../repositories.js';
import { confirmPurchase } from './decide.js';
import { ConfirmBody } from './purchase.dto.js';
import { isOpen, type Purchase } from './purchase.js';
import { PurchaseCommands } from './purchase-commands.js';

/** Where suppliers answer, and what their links are for. */
export const PORTAL = { path: '/api/supplier-portal', purpose: 'supplier-portal' } as const;

/** What a supplier sees: its own order, nothing of us. */
const portalView = (state: Purchase): object => ({
  number: state.number,
  status: state.status,
  currency: state.currency,
  note: state.note,
  answerBy: state.answerBy,
  open: isOpen(state),
  lines: state.lines.map(({ lineId, sku, ordered, expected, expectedOn, received, unitPrice }) => ({
    lineId,
    sku,
    ordered,
    expected,
    expectedOn,
    received,
    unitPrice,
  })),
});

/** Needs no sign-in: the signed link in the address says which purchase order, and until when. */
@ApiTags('supplier portal')
@Public()
@Controller('api/supplier-portal')
export class SupplierPortalController {
  constructor(
    private readonly purchases: PurchaseRepository,
    private readonly commands: PurchaseCommands,
    private readonly links: SignedLinks,
  ) {}

  @Get(':token')
  @ApiOperation({ summary: 'The purchase order that a link stands for' })
  async one(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const { state, revision } = await this.purchases.load(this.links.open(PORTAL.purpose, token));
    void reply
      .header('etag', etagOf(revision))
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer');
    return portalView(state);
  }

  @Post(':token/confirm')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say what is delivered, and when; may be said again' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  confirm(
    @Param('token') token: string,
    @Body() body: ConfirmBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const id = this.links.open(PORTAL.purpose, token);
    const data = this.commands.confirmation(id, body, 'supplier', context.now);
    const request = { context: { ...context, actor: 'supplier' }, ifMatch, dryRun, reply };
    return runCommand(this.purchases, id, (state) => confirmPurchase(data, state), request, portalView);
  }
}
