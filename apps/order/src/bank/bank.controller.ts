import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Field, Needs, type RequestContext } from '@orderloom/platform';
import { FieldReader } from '../intake/field-reader.js';
import { BankTransactions, type ShownTransaction } from './bank-transactions.js';

class TransactionsQuery {
  @Field.oneOf(['open', 'matched', 'ignored'], { default: 'open' }) status!: 'open' | 'matched' | 'ignored';
  @Field.integer({ min: 1, max: 200, default: 50 }) limit!: number;
}

/** Statements are taken in by `POST /api/imports?kind=statements`. */
@ApiTags('payments')
@Needs('payments:read')
@Controller('api/payments/bank-transactions')
export class BankController {
  constructor(private readonly transactions: BankTransactions) {}

  @Get()
  @ApiOperation({ summary: 'Lines of bank statements, newest first, with the orders they may be for' })
  async list(@Query() query: TransactionsQuery): Promise<{ items: ShownTransaction[] }> {
    return { items: await this.transactions.page(query.status, query.limit) };
  }

  @Needs('payments:manage')
  @Post('match-exact')
  @HttpCode(200)
  @ApiOperation({ summary: 'Match every line that names one order and is just what it owes' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async matchExact(
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<{ matched: number; dryRun?: true }> {
    if (!dryRun) return { matched: await this.transactions.matchExact(context) };
    return { dryRun: true, matched: await this.transactions.wouldMatchExact() };
  }

  @Needs('payments:manage')
  @Post(':id/match')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say which order a line is for' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['orderId'],
      properties: { orderId: { type: 'string' }, paymentId: { type: 'string' } },
    },
  })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  match(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<ShownTransaction | object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(new Set(['orderId', 'paymentId']));
    if (!reader.has('orderId')) reader.problem('orderId', 'REQUIRED');
    const orderId = reader.id('orderId') ?? '';
    const paymentId = reader.id('paymentId');
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    if (dryRun) return this.transactions.wouldMatch(id, orderId, paymentId, context);
    return this.transactions.match(id, orderId, paymentId, context);
  }

  @Needs('payments:manage')
  @Post(':id/ignore')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lay a line aside that has to do with no order' })
  @ApiBody({ required: false, schema: { type: 'object', properties: { reason: { type: 'string' } } } })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  ignore(
    @Param('id') id: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<ShownTransaction | object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body ?? {}, problems);
    reader.onlyFields(new Set(['reason']));
    const reason = reader.text('reason', 200) ?? 'NOT_AN_ORDER';
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    if (dryRun) return this.transactions.wouldIgnore(id, reason);
    return this.transactions.ignore(id, reason, context);
  }
}
