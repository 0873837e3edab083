import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiBody, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, PAYMENT_METHODS, Refused } from '@orderloom/contracts';
import { Needs } from '@orderloom/platform';
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
import { AsCommand, type CommandRequest, OrderCommand, runCommand } from '../order-commands.js';
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
@Needs('payments:manage', { limited: true })
@Controller('api/orders')
export class PaymentsController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly providers: PaymentProviders,
    private readonly policy: MoneyPolicy,
  ) {}

  @Post(':id/payments/retry')
  @OrderCommand('Ask for payment once more after it failed')
  @ApiResponse({ status: 409, description: 'Nothing is to be paid, or nothing failed.' })
  retry(@AsCommand() request: CommandRequest): Promise<object> {
    const command = { now: request.context.now };
    return runCommand(this.orders, request, (order) => retryPayment(command, order));
  }

  @Post(':id/payments')
  @OrderCommand('Ask for what is owed in a further way')
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
  add(@Body() body: unknown, @AsCommand() request: CommandRequest): Promise<object> {
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
    return runCommand(this.orders, request, (order) => {
      const account = order.status === 'NONE' ? undefined : accountFor(method, giftCard, order);
      return addPayment(
        {
          method,
          provider: provider ?? this.providers.nameFor(method),
          now: request.context.now,
          ...(amount === undefined ? {} : { amount }),
          ...(account === undefined ? {} : { account }),
          ...(capture === undefined ? {} : { capture }),
        },
        order,
      );
    });
  }

  @Post(':id/payments/record')
  @OrderCommand('Record money that came by bank transfer or in cash')
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
  record(@Body() body: unknown, @AsCommand() request: CommandRequest): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(RECORD_FIELDS);
    for (const name of ['amount', 'reference']) if (!reader.has(name)) reader.problem(name, 'REQUIRED');
    const method = reader.oneOf('method', PAYMENT_METHODS) ?? 'bank_transfer';
    const amount = reader.integer('amount', 1, MAX_AMOUNT) ?? 0;
    const reference = reader.id('reference') ?? '';
    const currency = reader.text('currency', 3);
    const occurredAt = reader.time('occurredAt') ?? request.context.now;
    const paymentId = reader.id('paymentId');
    check(problems);
    return runCommand(this.orders, request, (order) =>
      recordPayment(
        {
          method,
          amount,
          reference,
          occurredAt,
          currency: currency ?? order.currency,
          now: request.context.now,
          refunds: this.policy,
          ...(paymentId === undefined ? {} : { paymentId }),
        },
        order,
      ),
    );
  }

  @Post(':id/payments/:paymentId/capture')
  @OrderCommand('Take authorised money, all of it or a part')
  @ApiBody({ required: false, schema: { type: 'object', properties: { amount: amountSchema } } })
  capture(
    @Param('paymentId') paymentId: string,
    @Body() body: unknown,
    @AsCommand() request: CommandRequest,
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body ?? {}, problems);
    reader.onlyFields(new Set(['amount']));
    const amount = reader.integer('amount', 1, MAX_AMOUNT);
    check(problems);
    const command = { paymentId, ...(amount === undefined ? {} : { amount }) };
    return runCommand(this.orders, request, (order) => requestCapture(command, order));
  }

  @Post(':id/payments/:paymentId/void')
  @OrderCommand('Let authorised money go')
  @ApiBody({ required: false, schema: { type: 'object', properties: { reason: { type: 'string' } } } })
  void(
    @Param('paymentId') paymentId: string,
    @Body() body: unknown,
    @AsCommand() request: CommandRequest,
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body ?? {}, problems);
    reader.onlyFields(new Set(['reason']));
    const command = { paymentId, reason: reader.text('reason', 200) ?? 'BY_HAND' };
    check(problems);
    return runCommand(this.orders, request, (order) => requestVoid(command, order));
  }

  @Post(':id/payments/:paymentId/withdraw')
  @OrderCommand('Take a request back that nobody has paid')
  withdraw(@Param('paymentId') paymentId: string, @AsCommand() request: CommandRequest): Promise<object> {
    const command = { paymentId, now: request.context.now };
    return runCommand(this.orders, request, (order) => withdrawPayment(command, order));
  }
}
