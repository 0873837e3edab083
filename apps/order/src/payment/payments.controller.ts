import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, PAYMENT_METHODS, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, IfMatch, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { FieldReader } from '../intake/field-reader.js';
import {
  addPayment,
  recordPayment,
  requestCapture,
  requestVoid,
  retryPayment,
  withdrawPayment,
} from '../order/decide-payment.js';
import { OrderRepository } from '../order.repository.js';
import { runCommand } from '../order-commands.js';
import { MoneyPolicy } from './money-policy.js';
import { accountFor, readGiftCard } from './payment-accounts.js';
import { PaymentProviders } from './providers.js';

const ADD_FIELDS = new Set(['method', 'amount', 'provider', 'giftCard', 'capture']);
const RECORD_FIELDS = new Set(['method', 'amount', 'currency', 'reference', 'occurredAt', 'paymentId']);
const MAX_AMOUNT = 1_000_000_000_000;
const amountSchema = { type: 'integer' as const, minimum: 1, description: 'Minor units.' };
const methodSchema = { type: 'string' as const, enum: [...PAYMENT_METHODS] };

const check = (problems: readonly FieldProblem[]): void => {
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
};

@ApiTags('payments')
@Controller('api/orders')
export class PaymentsController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly providers: PaymentProviders,
    private readonly policy: MoneyPolicy,
  ) {}

  @Post(':id/payments/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask for payment once more after it failed' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 409, description: 'Nothing is to be paid, or nothing failed.' })
  retry(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { now: context.now };
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => retryPayment(command, order));
  }

  @Post(':id/payments')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask for what is owed in a further way' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['method'],
      properties: {
        method: methodSchema,
        amount: { ...amountSchema, description: 'Minor units; all that is owed and not asked for when left out.' },
        provider: { type: 'string', description: 'The one set for the method when left out.' },
        giftCard: { type: 'string', description: 'Code of the gift card.' },
        capture: { type: 'string', enum: ['manual'], description: 'Only set the money aside.' },
      },
    },
  })
  @ApiResponse({ status: 409, description: 'Nothing is to be paid.' })
  add(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(ADD_FIELDS);
    const method = reader.oneOf('method', PAYMENT_METHODS);
    if (method === undefined && !reader.has('method')) reader.problem('method', 'REQUIRED');
    const amount = reader.integer('amount', 1, MAX_AMOUNT);
    const provider = reader.id('provider');
    const giftCard = readGiftCard(reader);
    const capture = reader.oneOf('capture', ['manual']);
    check(problems);
    if (method === undefined) throw new Refused('VALIDATION_FAILED', {}, problems);
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => {
      const account = order.status === 'NONE' ? undefined : accountFor(method, giftCard, order);
      return addPayment(
        {
          method,
          provider: provider ?? this.providers.nameFor(method),
          now: context.now,
          ...(amount === undefined ? {} : { amount }),
          ...(account === undefined ? {} : { account }),
          ...(capture === undefined ? {} : { capture }),
        },
        order,
      );
    });
  }

  @Post(':id/payments/record')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record money that came by bank transfer or in cash' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['amount', 'reference'],
      properties: {
        method: { ...methodSchema, default: 'bank_transfer' },
        amount: amountSchema,
        currency: { type: 'string', description: "The order's when left out." },
        reference: { type: 'string', description: 'Of the bank or cashier. One reference is recorded once.' },
        occurredAt: { type: 'string', format: 'date-time' },
        paymentId: { type: 'string', description: 'Open payment it belongs to.' },
      },
    },
  })
  record(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(RECORD_FIELDS);
    for (const name of ['amount', 'reference']) if (!reader.has(name)) reader.problem(name, 'REQUIRED');
    const method = reader.oneOf('method', PAYMENT_METHODS) ?? 'bank_transfer';
    const amount = reader.integer('amount', 1, MAX_AMOUNT) ?? 0;
    const reference = reader.id('reference') ?? '';
    const currency = reader.text('currency', 3);
    const occurredAt = reader.time('occurredAt') ?? context.now;
    const paymentId = reader.id('paymentId');
    check(problems);
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) =>
      recordPayment(
        {
          method,
          amount,
          reference,
          occurredAt,
          currency: currency ?? order.currency,
          now: context.now,
          refunds: this.policy,
          ...(paymentId === undefined ? {} : { paymentId }),
        },
        order,
      ),
    );
  }

  @Post(':id/payments/:paymentId/capture')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take authorised money, all of it or a part' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({ required: false, schema: { type: 'object', properties: { amount: amountSchema } } })
  capture(
    @Param('id') id: string,
    @Param('paymentId') paymentId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body ?? {}, problems);
    reader.onlyFields(new Set(['amount']));
    const amount = reader.integer('amount', 1, MAX_AMOUNT);
    check(problems);
    const command = { paymentId, ...(amount === undefined ? {} : { amount }) };
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => requestCapture(command, order));
  }

  @Post(':id/payments/:paymentId/void')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let authorised money go' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({ required: false, schema: { type: 'object', properties: { reason: { type: 'string' } } } })
  void(
    @Param('id') id: string,
    @Param('paymentId') paymentId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body ?? {}, problems);
    reader.onlyFields(new Set(['reason']));
    const command = { paymentId, reason: reader.text('reason', 200) ?? 'BY_HAND' };
    check(problems);
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => requestVoid(command, order));
  }

  @Post(':id/payments/:paymentId/withdraw')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a request back that nobody has paid' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  withdraw(
    @Param('id') id: string,
    @Param('paymentId') paymentId: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const command = { paymentId, now: context.now };
    return runCommand(this.orders, { id, context, ifMatch, dryRun, reply }, (order) => withdrawPayment(command, order));
  }
}
