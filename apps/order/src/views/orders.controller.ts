import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import type { Loaded } from '@orderloom/event-sourcing';
import { Clock, Ctx, etagOf, MinRevision, Needs, type Page, type RequestContext, Vault } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import type { Order } from '../order/order.js';
import { OrderRepository } from '../order.repository.js';
import { type AllowedAction, allowedActions } from './allowed-actions.js';
import { ListQueryDocs } from './list/list-query.api.js';
import { type ListQuery, parseListQuery } from './list/list-query.js';
import { type HistoryEntry, orderHistory } from './order-history.js';
import { OrderList, type OrderListItem } from './order-list.js';
import { type OrderView, orderView } from './order-view.js';

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

@ApiTags('orders')
@Needs('orders:read', { limited: true })
@Controller('api/orders')
export class OrdersController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly list: OrderList,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List orders' })
  @ListQueryDocs()
  async page(@Query() query: ListQuery, @Ctx() { access }: RequestContext): Promise<Page<OrderListItem>> {
    return this.list.page(parseListQuery(query, access), access);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One order, now or as it was at a time' })
  @ApiQuery({ name: 'at', required: false, description: 'ISO 8601: the order as it was recorded then' })
  @ApiQuery({ name: 'minRevision', required: false })
  @ApiResponse({ status: 404, description: 'No such order, or not yet at that time.' })
  async one(
    @Param('id') id: string,
    @Query('at') at: string | undefined,
    @MinRevision() minRevision: bigint | undefined,
    @Ctx() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView> {
    const { state, revision } = at === undefined ? await this.#load(id, minRevision) : await this.#at(id, at);
    reply.header('etag', etagOf(revision));
    return orderView(state, revision, {
      vault: this.vault,
      now: this.clock.now(),
      locale: context.locale,
      access: context.access,
    });
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'Everything that happened to an order: when, who, why' })
  async history(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
  ): Promise<{ id: string; events: HistoryEntry[] }> {
    const events = await this.orders.history(id);
    if (events.length === 0) throw new Refused('ORDER_NOT_FOUND', { orderId: id });
    return { id, events: await orderHistory(events, this.vault, context.locale, context.access) };
  }

  @Get(':id/actions')
  @ApiOperation({ summary: 'What may be done with the order now, and why not' })
  async actions(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
  ): Promise<{ id: string; revision: string; actions: AllowedAction[] }> {
    const { state, revision } = await this.#load(id);
    const actions = allowedActions(state, this.clock.now(), context.locale, context.access);
    return { id, revision: revision.toString(), actions };
  }

  async #load(id: string, minRevision?: bigint): Promise<Loaded<Order>> {
    // Read from the stream itself, so what was just written is always in it.
    const loaded = await this.orders.load(id);
    if (loaded.state.status === 'NONE') throw new Refused('ORDER_NOT_FOUND', { orderId: id });
    if (minRevision !== undefined && loaded.revision < minRevision) {
      throw new Refused('TOO_STALE', { revision: minRevision.toString() });
    }
    return loaded;
  }

  async #at(id: string, at: string): Promise<Loaded<Order>> {
    if (typeof at !== 'string' || !TIME.test(at) || Number.isNaN(Date.parse(at))) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: 'at', code: 'NOT_A_TIME' }]);
    }
    const loaded = await this.orders.at(id, new Date(at).toISOString());
    if (loaded.state.status === 'NONE') throw new Refused('ORDER_NOT_FOUND', { orderId: id });
    return loaded;
  }
}
