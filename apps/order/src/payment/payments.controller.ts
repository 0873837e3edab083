import { Body, Controller, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, IfMatch, Needs, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { FieldReader } from '../intake/field-reader.js';
import { retryPayment } from '../order/decide-payment.js';
import { retryRefunds } from '../order/decide-refund.js';
import { OrderRepository } from '../order.repository.js';
import { answer, runCommand } from '../order-commands.js';
import { applyCallback, parseCallback } from './payment-callback.js';
import { type PaymentSimulation, SimulatedProvider } from './simulated-provider.js';

const SIMULATION_FIELDS = new Set(['outcome', 'delayMs', 'failNext']);

@ApiTags('payments')
@Controller('api')
export class PaymentsController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly provider: SimulatedProvider,
  ) {}

  @Needs('payments:manage', { limited: true })
  @Post('orders/:id/payments/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask for payment once more after it failed' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Nothing is to be paid, or nothing failed.' })
  retryPayment(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { now: context.now };
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => retryPayment(command, order));
  }

  @Needs('payments:refund', { limited: true })
  @Post('orders/:id/refunds/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask once more for refunds that failed' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  retryRefund(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, retryRefunds);
  }

  /** Deliveries of one callback are one event, however many there are. */
  @Needs('payments:report')
  @Post('payments/callbacks')
  @HttpCode(200)
  @ApiOperation({ summary: 'What a payment provider reports about a payment or refund' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['id', 'outcome'],
      properties: {
        id: { type: 'string', description: 'payment or refund id, e.g. `<order id>-P1`' },
        outcome: { type: 'string', enum: ['succeeded', 'failed'] },
        amount: { type: 'integer', description: 'minor units; needed when succeeded' },
        currency: { type: 'string' },
        providerReference: { type: 'string' },
        occurredAt: { type: 'string', format: 'date-time' },
        code: { type: 'string' },
        reason: { type: 'string' },
        retriable: { type: 'boolean', default: false },
      },
    },
  })
  async callback(
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return answer(await applyCallback(this.orders, parseCallback(body), context), reply);
  }

  @Needs('policies:read')
  @Get('simulation/payments')
  @ApiOperation({ summary: 'How the simulated payment provider answers' })
  simulation(): PaymentSimulation {
    return this.provider.simulation;
  }

  @Needs('simulation:manage')
  @Put('simulation/payments')
  @ApiOperation({ summary: 'Set how the simulated payment provider answers' })
  @ApiBody({
    schema: {
      type: 'object',
      properties: {
        outcome: { type: 'string', enum: ['success', 'fail', 'delay'] },
        delayMs: { type: 'integer', minimum: 0, maximum: 86_400_000 },
        failNext: { type: 'integer', minimum: 0, maximum: 1_000_000 },
      },
    },
  })
  setSimulation(@Body() body: unknown): PaymentSimulation {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(SIMULATION_FIELDS);
    const now = this.provider.simulation;
    const simulation: PaymentSimulation = {
      outcome: reader.oneOf('outcome', ['success', 'fail', 'delay']) ?? now.outcome,
      delayMs: reader.integer('delayMs', 0, 86_400_000) ?? now.delayMs,
      failNext: reader.integer('failNext', 0, 1_000_000) ?? now.failNext,
    };
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    this.provider.set(simulation);
    return simulation;
  }
}
