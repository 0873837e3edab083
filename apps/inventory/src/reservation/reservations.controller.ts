import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused, type StockEvent } from '@orderloom/contracts';
import { Ctx, DryRun, Field, IdempotencyKey, idFromKey, Needs, newId, type RequestContext } from '@orderloom/platform';
import { answerOf, CommandAnswer, contextFor, possibleAction, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { SourcingRepository, StockRepository } from '../repositories.js';
import { reservationsOf } from '../sourcing/reservations-of.js';
import { extend, release, reserve } from '../stock/decide.js';
import { LOCATION } from '../stock/stock.dto.js';
import { reservationStatus, type Stock, stockId } from '../stock/stock.js';
import { type Hold, HoldBook } from './hold-book.js';
import { ReserveHold } from './reserve-hold.js';

const LONGEST = 30 * 24 * 3600;

class LimitBody {
  @Field.integer({ min: 1, max: LONGEST, default: 900, description: 'How long from now on, seconds.' })
  seconds!: number;
}

class HoldBody extends LimitBody {
  @Field.string({ max: 100, example: 'NW-001' }) sku!: string;
  @Field.integer({ min: 1, max: 1_000_000_000 }) quantity!: number;
  @Field.string({ optional: true, max: 50, pattern: LOCATION, description: 'Default: the one with the most.' })
  location?: string;
  @Field.string({
    max: 200,
    description: 'What for: a cart, a quote, or `{channel}/{external number}` of the order that will take the units.',
    example: 'web/cart-4711',
  })
  reference!: string;
  @Field.string({ optional: true, max: 100, description: 'Sales channel: its allotment is used first.' })
  channel?: string;
  @Field.integer({ optional: true, min: 0, max: 100 }) priority?: number;
}

class ReleaseBody {
  @Field.string({ default: 'GIVEN_BACK', max: 200 }) reason!: string;
}

class ReservationQuery {
  @Field.string({ optional: true, description: 'Order whose reservations are asked for.' }) orderId?: string;
  @Field.string({ optional: true, description: 'Or what holds are for.' }) reference?: string;
}

const later = (now: string, seconds: number): string => new Date(Date.parse(now) + seconds * 1000).toISOString();

/** What readers see of a reservation in a ledger. */
const show =
  (reservationId: string) =>
  (state: Stock): unknown => {
    const status = reservationStatus(state, reservationId);
    if (status === undefined) return null;
    const live = state.live.get(reservationId);
    return { reservationId, status, quantity: live?.quantity ?? 0, expiresAt: live?.expiresAt ?? null };
  };

@ApiTags('reservations')
@Needs('stock:read')
@Controller('api/reservations')
export class ReservationsController {
  constructor(
    private readonly ledgers: StockRepository,
    private readonly sourcing: SourcingRepository,
    private readonly reserving: ReserveHold,
    private readonly holds: HoldBook,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Units set aside for an order or a reference, and what became of them' })
  async list(@Query() { orderId, reference }: ReservationQuery): Promise<{ items: object[] }> {
    if (orderId !== undefined) {
      return { items: await reservationsOf((await this.sourcing.load(orderId)).state, this.ledgers) };
    }
    if (reference === undefined) throw new Refused('VALIDATION_FAILED', {}, [{ path: 'orderId', code: 'REQUIRED' }]);
    const found = await this.holds.of([reference]);
    return { items: await Promise.all(found.map((hold) => this.view(hold))) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'A reservation with a time limit, with what can be done with it' })
  async one(@Param('id') id: string, @Ctx() { locale, now }: RequestContext): Promise<object> {
    const hold = await this.find(id);
    const { sku, location } = hold;
    const { state } = await this.ledgers.load(stockId(location, sku));
    const about = { sku, location, reservationId: id };
    return {
      ...(await this.view(hold)),
      actions: [
        possibleAction('release', locale, () => release({ ...about, reason: 'GIVEN_BACK' }, state)),
        possibleAction('extend', locale, () => extend({ ...about, expiresAt: later(now, LONGEST) }, state)),
      ],
    };
  }

  @Needs('orders:place')
  @Post()
  @HttpCode(201)
  @ApiOperation({
    summary: 'Set units aside for a time',
    description: 'All of them at one location, or none. They are free again by themselves when the time is over.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeat with the same key is the same one.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiCreatedResponse({ type: CommandAnswer })
  async hold(
    @Body() { seconds, ...body }: HoldBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const reservationId = key === undefined ? newId() : idFromKey('reservation', key);
    const hold = { ...body, reservationId, expiresAt: later(context.now, seconds) };
    const command = await this.reserving.plan(hold, context.now);
    const id = stockId(command.location, command.sku);
    if (dryRun) {
      const decide = (state: Stock) => reserve(command, state);
      return runCommand(this.ledgers, id, decide, { context, dryRun, reply }, show(reservationId));
    }
    return answerOf(await this.reserving.make(command, contextFor({ context })), { reply }, show(reservationId));
  }

  @Needs('orders:place')
  @Post(':id/release')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give the units of a reservation with a time limit back now' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  async release(
    @Param('id') id: string,
    @Body() { reason }: ReleaseBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { sku, location } = await this.find(id);
    const decide = (state: Stock): StockEvent[] => release({ sku, location, reservationId: id, reason }, state);
    const request = { context, dryRun, reply };
    return runCommand(this.ledgers, stockId(location, sku), decide, request, show(id));
  }

  @Needs('orders:place')
  @Post(':id/extend')
  @HttpCode(200)
  @ApiOperation({ summary: 'Set another end of a reservation with a time limit' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  async extend(
    @Param('id') id: string,
    @Body() { seconds }: LimitBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { sku, location } = await this.find(id);
    const expiresAt = later(context.now, seconds);
    const decide = (state: Stock) => extend({ sku, location, reservationId: id, expiresAt }, state);
    const request = { context, dryRun, reply };
    const answer = await runCommand(this.ledgers, stockId(location, sku), decide, request, show(id));
    // Asked too early the row ends nothing: the ledger knows the time.
    if (!dryRun) await this.holds.moveTo(id, expiresAt);
    return answer;
  }

  private async find(reservationId: string): Promise<Hold> {
    const hold = await this.holds.find(reservationId);
    if (!hold) throw new Refused('RESERVATION_NOT_FOUND', { reservationId });
    return hold;
  }

  private async view({ _id, sku, location, reference, expiresAt }: Hold): Promise<object> {
    const { state } = await this.ledgers.load(stockId(location, sku));
    const shown = show(_id)(state) as object | null;
    return { id: _id, sku, location, reference, expiresAt, ...shown };
  }
}
