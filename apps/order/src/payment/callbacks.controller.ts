import { Body, Controller, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Needs, Public, RawBody, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { OrderRepository } from '../order.repository.js';
import { answer } from '../order-commands.js';
import { previewView } from '../views/preview-view.js';
import { MoneyPolicy } from './money-policy.js';
import { applyReport, parseCallback, previewReport } from './payment-callback.js';
import { PaymentProviders } from './providers.js';

@ApiTags('payments')
@Controller('api/payments/callbacks')
export class CallbacksController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly providers: PaymentProviders,
    private readonly policy: MoneyPolicy,
  ) {}

  /** Deliveries of one callback are one event, however many there are. */
  @Needs('payments:report')
  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Report what became of a payment or refund, with our token' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['id', 'outcome'],
      properties: {
        id: { type: 'string', description: 'payment or refund id, e.g. `<order id>-P1`' },
        outcome: { type: 'string', enum: ['succeeded', 'failed', 'authorized', 'voided'] },
        amount: { type: 'integer', description: 'minor units; needed when succeeded or authorized' },
        currency: { type: 'string' },
        providerReference: { type: 'string' },
        occurredAt: { type: 'string', format: 'date-time' },
        expiresAt: { type: 'string', format: 'date-time', description: 'until when authorised money can be taken' },
        captureId: { type: 'string', description: 'which capture, where a payment comes in parts' },
        code: { type: 'string' },
        reason: { type: 'string' },
        retriable: { type: 'boolean', default: false },
      },
    },
  })
  async report(
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const report = parseCallback(body, context.now);
    if (dryRun) return previewView(await previewReport(this.orders, report, context, this.policy));
    return answer(await applyReport(this.orders, report, context, this.policy), reply);
  }

  /** Needs no token: the signature over the body says who sends it. */
  @Post(':provider')
  @HttpCode(200)
  @Public()
  @RawBody()
  @ApiOperation({ summary: 'Callbacks of a payment provider, signed in its own way' })
  @ApiBody({ schema: { type: 'object' } })
  @ApiResponse({ status: 200, description: 'Recorded, or recorded before, or of no concern to us.' })
  @ApiResponse({ status: 401, description: 'The signature is wrong.' })
  async signed(
    @Param('provider') name: string,
    @Headers() headers: Record<string, string | undefined>,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
  ): Promise<{ received: number; changed: number }> {
    const provider = this.providers.find(name);
    if (provider?.readCallback === undefined) throw new Refused('PAYMENT_PROVIDER_UNKNOWN', { provider: name });
    const reports = provider.readCallback(typeof body === 'string' ? body : '', headers);
    let changed = 0;
    for (const report of reports) {
      const actor = { ...context, actor: `provider:${name}` };
      if ((await applyReport(this.orders, report, actor, this.policy)).changed) changed += 1;
    }
    return { received: reports.length, changed };
  }
}
