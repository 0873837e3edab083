import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { isRefusalCode, type Locale, Refused, type SourcingEvent, text } from '@orderloom/contracts';
import { Ctx, decodeCursor, etagOf, Field, Needs, type Page, pageOf, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { SourcingRepository, StockRepository } from '../repositories.js';
import { reservationStatus, stockId } from '../stock/stock.js';
import { type Backorder, BackorderQueue } from './backorder-queue.js';
import { type DecidedLine, type Decision, type Sourcing, sourcing } from './sourcing.js';

class BackorderQuery {
  @Field.string({ optional: true, description: 'Only orders that wait for this sku.' }) sku?: string;
  @Field.string({ optional: true, max: 2000, description: '`next` of the page before.' }) cursor?: string;
  @Field.integer({ min: 1, max: 500, default: 50 }) limit!: number;
}

class ReservationQuery {
  @Field.string({ description: 'Order whose reservations are asked for.' }) orderId!: string;
}

const SORT = 'since';

/** A line with the reason in the reader's language. */
const explained = (line: DecidedLine, locale: Locale): object => {
  const { requested, backordered, reason, allocations } = line;
  const location = allocations[0]?.location ?? '';
  const details = { requested, backordered, allocated: requested - backordered, location };
  return { ...line, explanation: isRefusalCode(reason) ? text(reason, locale, details) : reason };
};

@ApiTags('sourcing')
@Needs('stock:read')
@Controller('api')
export class SourcingController {
  constructor(
    private readonly sourcing: SourcingRepository,
    private readonly ledgers: StockRepository,
    private readonly queue: BackorderQueue,
  ) {}

  @Get('sourcing/backorders')
  @ApiOperation({ summary: 'Orders that wait for goods, first come first' })
  async backorders(@Query() { sku, cursor, limit }: BackorderQuery): Promise<Page<object>> {
    const [since, id] = cursor === undefined ? [] : decodeCursor(SORT, 2, cursor);
    const after = cursor === undefined ? undefined : { since: String(since), _id: String(id) };
    const found: Backorder[] = await this.queue.list(sku === undefined ? {} : { skus: sku }, limit + 1, after);
    const page = pageOf(found, limit, SORT, (one) => [one.since, one._id]);
    return { ...page, items: page.items.map(({ _id, at, lines }) => ({ orderId: _id, waitingSince: at, lines })) };
  }

  @Get('sourcing/:orderId')
  @ApiOperation({ summary: 'Which location supplies which units of an order, and why' })
  async explain(
    @Param('orderId') orderId: string,
    @Ctx() { locale }: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const history = await this.sourcing.history(orderId);
    const revision = history.at(-1)?.revision;
    if (revision === undefined) throw new Refused('SOURCING_NOT_FOUND', { orderId });
    const state = history.reduce<Sourcing>(
      (folded, event) => sourcing.evolve(folded, event as unknown as SourcingEvent),
      sourcing.initial(),
    );
    void reply.header('etag', etagOf(revision));
    return {
      orderId,
      status: state.status,
      revision: revision.toString(),
      waitingFor: state.status === 'DECIDED' ? state.open : [],
      decisions: history.flatMap(({ type, data, recordedAt, metadata }) => {
        if (type !== 'SourcingDecided') return [];
        const { decisionId, lines } = data as Decision;
        const decided = lines.map((line) => explained(line, locale));
        return [{ decisionId, at: recordedAt, actor: metadata.actor, lines: decided }];
      }),
      reservations: await this.reservations(state),
    };
  }

  @Get('reservations')
  @ApiOperation({ summary: 'Units set aside for an order, and what became of them' })
  async ofOrder(@Query() { orderId }: ReservationQuery): Promise<{ items: object[] }> {
    const { state } = await this.sourcing.load(orderId);
    return { items: await this.reservations(state) };
  }

  private reservations(state: Sourcing): Promise<object[]> {
    return reservationsOf(state, this.ledgers);
  }
}

/** What an order's reservations have become; each ledger is asked once. */
const reservationsOf = async (state: Sourcing, ledgers: Pick<StockRepository, 'load'>): Promise<object[]> => {
  const ids = [...new Set(state.allocations.map(({ location, sku }) => stockId(location, sku)))];
  const loaded = new Map(await Promise.all(ids.map(async (id) => [id, (await ledgers.load(id)).state] as const)));
  // A ledger forgets endings that are long past; what an order that went on held was shipped.
  const longPast = state.status === 'CANCELLED' ? 'RELEASED' : 'CONSUMED';
  return state.allocations.map((allocation) => {
    const ledger = loaded.get(stockId(allocation.location, allocation.sku));
    const status = ledger && reservationStatus(ledger, allocation.reservationId);
    return { ...allocation, status: status ?? longPast };
  });
};
