import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';

import { Clock, Ctx, DryRun, Needs, type Page, type RequestContext, type UserRole } from '@orderloom/platform';
import { PRIORITIES, WAIT_STATES, type WaitState } from '../order/waits.js';
import { OrderRepository } from '../order.repository.js';
import { type AllowedAction, allowedActions } from '../views/allowed-actions.js';
import { type ListQuery, parseListQuery } from '../views/list/list-query.js';
import { OrderList, type OrderListItem } from '../views/order-list.js';
import { changedPolicy, type DeadlinePolicy } from './policy.js';
import { DeadlinePolicies } from './policy-store.js';
import { waitText } from './wait-texts.js';
import { WatchDeadlines } from './watch-deadlines.js';

/** An order that waits too long, with all that is needed to do something about it. */
interface StuckOrder {
  order: OrderListItem;
  waitsFor: { state: WaitState; what: string; since: string; dueAt: string; owner: UserRole; missed: boolean }[];
  /** what can be done by this reader now */
  next: AllowedAction[];
}

interface PolicyView {
  policy: DeadlinePolicy;
  changedAt: string | null;
  changedBy: string | null;
  dryRun?: true;
}

@ApiTags('orders')
@Controller('api/orders')
export class DeadlinesController {
  constructor(
    private readonly list: OrderList,
    private readonly orders: OrderRepository,
    private readonly policies: DeadlinePolicies,
    private readonly watch: WatchDeadlines,
    private readonly clock: Clock,
  ) {}

  @Needs('orders:read', { limited: true })
  @Get('stuck')
  @ApiOperation({
    summary: 'Orders that wait longer than they should: for what, since when, whose business it is, what can be done',
    description: 'Takes the filters of the list.',
  })
  async stuck(@Query() query: ListQuery, @Ctx() context: RequestContext): Promise<Page<StuckOrder>> {
    const request = parseListQuery({ ...query, overdue: 'true' }, context.access);
    const [page, { policy }] = await Promise.all([this.list.page(request, context.access), this.policies.read()]);
    const items = await Promise.all(page.items.map((order) => this.explain(order, policy, context)));
    return { ...page, items };
  }

  @Needs('policies:read')
  @Get('deadlines')
  @ApiOperation({ summary: 'How long an order may wait for what, by priority, and whose business it is then' })
  deadlines(): Promise<PolicyView> {
    return this.policies.read();
  }

  @Needs('policies:edit')
  @Put('deadlines')
  @ApiOperation({ summary: 'Change deadlines; what is left out stays. Waiting orders follow at once.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiBody({
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        WAIT_STATES.map((state) => [
          state,
          {
            type: 'object',
            properties: {
              owner: { type: 'string', description: 'a role' },
              hours: {
                type: 'object',
                properties: Object.fromEntries(PRIORITIES.map((name) => [name, { type: 'number' }])),
              },
            },
          },
        ]),
      ),
      example: { WAREHOUSE: { hours: { urgent: 6 } } },
    },
  })
  async change(
    @Body() body: unknown,
    @Ctx() { now, actor }: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<PolicyView> {
    const before = await this.policies.read();
    const policy = changedPolicy(before.policy, body);
    if (dryRun) return { ...before, policy, dryRun: true };
    await this.policies.save(policy, now, actor);
    await this.watch.replan(policy);
    return { policy, changedAt: now, changedBy: actor };
  }

  private async explain(order: OrderListItem, policy: DeadlinePolicy, context: RequestContext): Promise<StuckOrder> {
    const { state } = await this.orders.load(order.id);
    const actions = allowedActions(state, this.clock.now(), context.locale, context.access);
    return {
      order,
      waitsFor: order.waits.map((wait) => ({
        ...wait,
        what: waitText(wait.state, context.locale),
        owner: policy[wait.state].owner,
      })),
      next: actions.filter(({ possible }) => possible),
    };
  }
}
