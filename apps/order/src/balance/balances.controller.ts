import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { BalanceEvent } from '@orderloom/contracts';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { Ctx, DryRun, IdempotencyKey, Needs, newId, type RequestContext } from '@orderloom/platform';
import { contextFor } from '@orderloom/service';
import { FieldReader } from '../intake/field-reader.js';
import { isCurrency } from '../order/money.js';
import { type Balance, creditStore, debit, issueGiftCard } from './balance.js';
import { BalanceRepository } from './balance.repository.js';
import { giftCardId, newGiftCardCode, plainCode, storeCreditId } from './balance-ids.js';

const ISSUE_FIELDS = new Set(['amount', 'currency', 'expiresAt']);
const BOOK_FIELDS = new Set(['amount', 'currency', 'reason', 'key']);
const MAX_AMOUNT = 1_000_000_000_000;

const shown = ({ balanceId, kind, currency, customerId, expiresAt, amount }: Balance): object => ({
  id: balanceId,
  kind,
  currency,
  amount,
  ...(customerId === null ? {} : { customerId }),
  expiresAt,
});

const readMoney = (reader: FieldReader): { amount: number; currency: string } => {
  for (const name of ['amount', 'currency']) if (!reader.has(name)) reader.problem(name, 'REQUIRED');
  const amount = reader.integer('amount', 1, MAX_AMOUNT) ?? 0;
  const currency = reader.text('currency', 3) ?? '';
  if (currency !== '' && !isCurrency(currency)) reader.problem('currency', 'NOT_A_CURRENCY');
  return { amount, currency };
};

const check = (problems: readonly FieldProblem[]): void => {
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
};

const moneyProperties = {
  amount: { type: 'integer' as const, minimum: 1, description: 'Minor units.' },
  currency: { type: 'string' as const },
};

@ApiTags('balances')
@Needs('payments:read')
@Controller('api/payments')
export class BalancesController {
  constructor(private readonly balances: BalanceRepository) {}

  /** The code is shown once: it is money, and kept nowhere. */
  @Needs('payments:manage')
  @Post('gift-cards')
  @HttpCode(201)
  @ApiOperation({ summary: 'Issue a gift card' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['amount', 'currency'],
      properties: { ...moneyProperties, expiresAt: { type: 'string', format: 'date-time' } },
    },
  })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async issue(@Body() body: unknown, @Ctx() context: RequestContext, @DryRun() dryRun: boolean): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(ISSUE_FIELDS);
    const money = readMoney(reader);
    const expiresAt = reader.time('expiresAt');
    check(problems);
    const code = newGiftCardCode();
    const balanceId = giftCardId(plainCode(code) ?? '');
    const until = expiresAt === undefined ? {} : { expiresAt };
    const command = { balanceId, ...money, ...until, reason: 'ISSUED', now: context.now };
    const decide = (balance: Balance) => issueGiftCard(command, balance);
    // A card that is not issued has no code.
    if (dryRun) return this.#preview(balanceId, decide);
    const { state } = await this.balances.handle(balanceId, decide, contextFor({ context }));
    return { ...shown(state), code };
  }

  @Post('gift-cards/lookup')
  @HttpCode(200)
  @ApiOperation({ summary: 'What is left on a gift card' })
  @ApiBody({ schema: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } } })
  async lookup(@Body() body: unknown): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(new Set(['code']));
    const plain = plainCode(reader.text('code', 40) ?? '');
    if (plain === null && problems.length === 0) reader.problem('code', 'GIFT_CARD_CODE_INVALID');
    check(problems);
    return this.#show(giftCardId(plain ?? ''));
  }

  @Get('store-credit/:customerId/:currency')
  @ApiOperation({ summary: "A customer's store credit" })
  @ApiResponse({ status: 404, description: 'There never was any.' })
  storeCredit(@Param('customerId') customerId: string, @Param('currency') currency: string): Promise<object> {
    return this.#show(storeCreditId(customerId, currency));
  }

  @Needs('payments:manage')
  @Post('store-credit/:customerId')
  @HttpCode(200)
  @ApiOperation({ summary: "Put money on a customer's store credit, or with a negative amount take it off" })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['amount', 'currency', 'reason'],
      properties: {
        ...moneyProperties,
        amount: { type: 'integer', description: 'Minor units; below zero to take off.' },
        reason: { type: 'string' },
        key: { type: 'string', description: 'What it is for: booked once.' },
      },
    },
  })
  async book(
    @Param('customerId') customerId: string,
    @Body() body: unknown,
    @Ctx() context: RequestContext,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    const problems: FieldProblem[] = [];
    const reader = FieldReader.of(body, problems);
    reader.onlyFields(BOOK_FIELDS);
    for (const name of ['amount', 'currency', 'reason']) if (!reader.has(name)) reader.problem(name, 'REQUIRED');
    const amount = reader.integer('amount', -MAX_AMOUNT, MAX_AMOUNT) ?? 0;
    const currency = reader.text('currency', 3) ?? '';
    if (currency !== '' && !isCurrency(currency)) reader.problem('currency', 'NOT_A_CURRENCY');
    const reason = reader.text('reason', 200) ?? '';
    const entryId = reader.id('key') ?? idempotencyKey ?? newId();
    check(problems);
    const balanceId = storeCreditId(customerId, currency);
    const entry = { balanceId, entryId, amount: Math.abs(amount), currency, reason, now: context.now };
    const decide = (balance: Balance) =>
      amount < 0 ? debit(entry, balance) : creditStore({ ...entry, customerId }, balance);
    if (dryRun) return this.#preview(balanceId, decide);
    const { state } = await this.balances.handle(balanceId, decide, contextFor({ context }));
    return shown(state);
  }

  async #preview(id: string, decide: (balance: Balance) => BalanceEvent[]): Promise<object> {
    const { events, before, after } = await this.balances.preview(id, decide);
    return {
      dryRun: true,
      events,
      change: { before: before.balanceId === null ? null : shown(before), after: shown(after) },
    };
  }

  async #show(id: string): Promise<object> {
    const { state } = await this.balances.load(id);
    if (state.balanceId === null) throw new Refused('BALANCE_NOT_FOUND', {});
    return shown(state);
  }
}
