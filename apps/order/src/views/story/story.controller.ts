import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, Refused } from '@orderloom/contracts';
import { EventStore, type RecordedEvent } from '@orderloom/event-sourcing';
import { Ctx, Needs, type RequestContext, Vault } from '@orderloom/platform';
import type { OrderEvent } from '../../order/events.js';
import { OrderRepository } from '../../order.repository.js';
import { readElsewhere } from './elsewhere.js';
import { type Difference, type Story, tellDifference, tellStory } from './story.js';

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** How many events there were at a moment: a revision or a time. Undefined when it is neither. */
const countAt = (events: readonly RecordedEvent[], moment: string): number | undefined => {
  if (/^\d{1,15}$/.test(moment)) return events.filter((event) => event.revision <= BigInt(moment)).length;
  const at = TIME.test(moment) ? Date.parse(moment) : Number.NaN;
  return Number.isNaN(at) ? undefined : events.filter((event) => Date.parse(event.recordedAt) <= at).length;
};

/** How an order came to be as it is. */
@ApiTags('orders')
@Needs('orders:read', { limited: true })
@Controller('api/orders')
export class StoryController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly store: EventStore,
    private readonly vault: Vault,
  ) {}

  @Get(':id/story')
  @ApiOperation({
    summary: 'Everything that happened to an order in every service, as a first state and one change per event',
    description: 'Apply the entries’ `patch` (RFC 6902) one after the other to `first` to move through time.',
  })
  @ApiResponse({ status: 404, description: 'No such order.' })
  async story(@Param('id') id: string, @Ctx() context: RequestContext): Promise<Story> {
    const own = await this.events(id);
    const { state } = await this.orders.load(id);
    return tellStory(own, await readElsewhere(this.store, state), this.reader(context));
  }

  @Get(':id/difference')
  @ApiOperation({ summary: 'What changed between two moments' })
  @ApiQuery({ name: 'from', required: true, description: 'A revision or a time (ISO 8601).' })
  @ApiQuery({ name: 'to', required: false, description: 'A revision or a time; now when left out.' })
  async difference(
    @Param('id') id: string,
    @Query('from') from: string | undefined,
    @Query('to') to: string | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Difference> {
    const events = await this.events(id);
    const problems: FieldProblem[] = [];
    const place = (path: string, moment: string): number => {
      const count = typeof moment === 'string' ? countAt(events, moment) : undefined;
      if (count === undefined) problems.push({ path, code: 'NOT_A_TIME' });
      return count ?? 0;
    };
    if (from === undefined) problems.push({ path: 'from', code: 'REQUIRED' });
    const first = from === undefined ? 0 : place('from', from);
    const second = to === undefined ? events.length : place('to', to);
    if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
    return tellDifference(events, first, second, this.reader(context));
  }

  private async events(id: string): Promise<RecordedEvent<OrderEvent>[]> {
    const events = await this.orders.history(id);
    if (events.length === 0) throw new Refused('ORDER_NOT_FOUND', { orderId: id });
    return events;
  }

  private reader({ locale, access }: RequestContext) {
    return { vault: this.vault, locale, access };
  }
}
