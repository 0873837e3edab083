import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { isRefusalCode, type Locale, Refused, type SourcingEvent, text } from '@orderloom/contracts';
import { Ctx, decodeCursor, etagOf, Field, type Page, pageOf, type RequestContext } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import { SourcingRepository, StockRepository } from '../repositories.js';
import { type Backorder, BackorderQueue } from './backorder-queue.js';
import { reservationsOf } from './reservations-of.js';
import { type DecidedLine, type Decision, type Sourcing, sourcing } from './sourcing.js';

class BackorderQuery {
  @Field.string({ optional: true, description: 'Only orders that wait for this sku.' }) sku?: string;
  @Field.string({ optional: true, max: 2000, description: '`next` of the page before.' }) cursor?: string;
  @Field.integer({ min: 1, max: 500, default: 50 }) limit!: number;
}

const SORT = 'since';

/** A line with the reason in the reader's language. */
const explained = (line: DecidedLine, profile: string | undefined, locale: Locale): object => {
  const { requested, backordered, reason, allocations, awaitedUntil } = line;
  const location = allocations[0]?.location ?? '';
  const details = { requested, backordered, allocated: requested - backordered, location, profile, awaitedUntil };
  return { ...line, explanation: isRefusalCode(reason) ? text(reason, locale, details) : reason };
};

@ApiTags('sourcing')
@Controller('api/sourcing')
export class SourcingController {
  constructor(
    private readonly sourcing: SourcingRepository,
    private readonly ledgers: StockRepository,
    private readonly queue: BackorderQueue,
  ) {}

  @Get('backorders')
  @ApiOperation({ summary: 'Orders that wait for goods, first come first' })
  async backorders(@Query() { sku, cursor, limit }: BackorderQuery): Promise<Page<object>> {
    const [since, id] = cursor === undefined ? [] : decodeCursor(SORT, 2, cursor);
    const after = cursor === undefined ? undefined : { since: String(since), _id: String(id) };
    const found: Backorder[] = await this.queue.list(sku === undefined ? {} : { skus: sku }, limit + 1, after);
    const page = pageOf(found, limit, SORT, (one) => [one.since, one._id]);
    return {
      ...page,
      items: page.items.map(({ _id, at, lines, priority = 0, notBefore }) => ({
        orderId: _id,
        waitingSince: at,
        priority,
        notBefore: notBefore ?? null,
        lines,
      })),
    };
  }

  @Get(':orderId')
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
        const { decisionId, lines, profile, order } = data as Decision;
        const decided = lines.map((line) => explained(line, profile?.name, locale));
        const rules = { profile: profile ?? null, order: order ?? null };
        return [{ decisionId, at: recordedAt, actor: metadata.actor, ...rules, lines: decided }];
      }),
      reservations: await reservationsOf(state, this.ledgers),
    };
  }
}
