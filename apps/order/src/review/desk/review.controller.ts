import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HOLD_TYPES, type HoldType, type Priority } from '@orderloom/contracts';
import {
  afterCursor,
  Clock,
  Ctx,
  DryRun,
  decodeCursor,
  Field,
  Needs,
  newId,
  type Page,
  pageOf,
  type RequestContext,
  type SortField,
} from '@orderloom/platform';
import { PageQuery, type PossibleAction } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { PRIORITIES } from '../../order/waits.js';
import { OrderRepository } from '../../order.repository.js';
import type { OpenHold } from '../../views/order-holds.js';
import { OrderList } from '../../views/order-list.js';
import { DeskJobs, jobView } from '../jobs/desk-jobs.js';
import { OPEN, SWEEP } from '../jobs/sweep.js';
import { holdActions } from './hold-actions.js';

class QueueQuery extends PageQuery {
  @Field.strings({ optional: true, max: 10, values: HOLD_TYPES }) type?: HoldType[];
  @Field.string({ optional: true, max: 100, description: 'Role that has to decide.' }) role?: string;
  @Field.string({ optional: true, max: 100, description: 'Person that took it on.' }) owner?: string;
  @Field.strings({ optional: true, max: 3, values: PRIORITIES }) priority?: Priority[];
  @Field.boolean({ optional: true, description: 'Only what is past its deadline.' }) overdue?: boolean;
}

/** An open hold in a queue. */
interface Waiting extends OpenHold {
  orderId: string;
  number: string;
  customerId: string | null;
  channel: string;
  priority: string;
  currency: string;
  total: number;
  revision: string;
  /** since when it waits, minutes */
  ageMinutes: number;
  overdue: boolean;
}

const SORT: readonly SortField[] = [
  { field: 'review.deadline', direction: 1 },
  { field: '_id', direction: 1 },
];
const NAME = 'deadline';
/** Names the index of held orders; every time is later. */
const HELD = { 'review.deadline': { $exists: true } };

/** The desk's work: queues of holds, what is past its deadline, periodic reviews and their reports. */
@ApiTags('order desk')
@Needs('orders:read')
@Controller('api/review')
export class ReviewController {
  constructor(
    private readonly orders: OrderRepository,
    private readonly list: OrderList,
    private readonly jobs: DeskJobs,
    private readonly clock: Clock,
  ) {}

  @Get('queues')
  @ApiOperation({ summary: 'How much waits per type of hold and role, since when, and how much is overdue' })
  async queues(): Promise<object> {
    const now = this.clock.now();
    const rows = await this.list
      .documents()
      .aggregate<{ _id: { type: string; role: string }; holds: number; overdue: number; oldest: string; next: string }>(
        [
          { $match: HELD },
          { $unwind: '$review.holds' },
          {
            $group: {
              _id: { type: '$review.holds.type', role: '$review.holds.ownerRole' },
              holds: { $sum: 1 },
              overdue: { $sum: { $cond: [{ $lte: ['$review.holds.deadline', now] }, 1, 0] } },
              oldest: { $min: '$review.holds.placedAt' },
              next: { $min: '$review.holds.deadline' },
            },
          },
        ],
      )
      .toArray();
    const items = rows
      .map(({ _id, ...row }) => ({ type: _id.type, role: _id.role, ...row }))
      .sort((a, b) => (a.next < b.next ? -1 : 1));
    return { items };
  }

  @Get('queue')
  @ApiOperation({ summary: 'Open holds, the most urgent first' })
  queue(@Query() query: QueueQuery): Promise<Page<Waiting>> {
    return this.#page(query);
  }

  @Get('exceptions')
  @ApiOperation({ summary: 'Everything past its deadline: why, whose it is, and what can be done next' })
  async exceptions(
    @Query() query: QueueQuery,
    @Ctx() { locale, actor }: RequestContext,
  ): Promise<Page<Waiting & { actions: PossibleAction[] }>> {
    const page = await this.#page({ ...query, overdue: true });
    const states = await Promise.all(page.items.map(({ orderId }) => this.orders.load(orderId)));
    const now = this.clock.now();
    return {
      ...page,
      items: page.items.map((item, index) => ({
        ...item,
        actions: holdActions(states[index]?.state, item.holdId, { locale, actor, now }),
      })),
    };
  }

  @Get('jobs/:jobId')
  @ApiOperation({ summary: 'A job of the desk with its progress: bulk work, back-test or review' })
  async job(@Param('jobId') jobId: string): Promise<object> {
    return jobView(await this.jobs.find(jobId));
  }

  @Get('jobs/:jobId/results')
  @ApiOperation({ summary: 'What became of each order of a job' })
  async results(@Param('jobId') jobId: string, @Query() { cursor, limit }: PageQuery): Promise<object> {
    await this.jobs.find(jobId);
    const after = cursor === undefined ? undefined : String(decodeCursor('result', 1, cursor)[0]);
    const rows = await this.jobs.results(jobId, after, limit + 1);
    const page = pageOf(rows, limit, 'result', (row) => [row._id]);
    return { ...page, items: page.items.map(({ _id, ...result }) => ({ ...result, jobId: undefined })) };
  }

  @Needs('orders:review')
  @Post('sweeps')
  @HttpCode(202)
  @ApiOperation({ summary: 'Look at every open order again now; the plan does so by itself' })
  @ApiResponse({ status: 202, description: 'Its report is at `/api/review/reports/{id}`.' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async sweep(
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (dryRun) return { dryRun: true, total: await this.list.documents().countDocuments(OPEN) };
    const job = await this.jobs.start({
      _id: newId(),
      kind: SWEEP,
      input: { plannedFor: null },
      total: await this.list.documents().countDocuments(OPEN),
      actor: context.actor,
      correlationId: context.correlationId,
    });
    void reply.header('location', `/api/review/reports/${job._id}`);
    return jobView(job);
  }

  @Get('reports')
  @ApiOperation({ summary: 'The latest reviews of open orders, newest first' })
  async reports(): Promise<object> {
    return { items: (await this.jobs.latest(SWEEP, 50)).map(jobView) };
  }

  @Get('reports/:jobId')
  @ApiOperation({ summary: 'What a review of open orders found: how often each code, and the first orders' })
  async report(@Param('jobId') jobId: string): Promise<object> {
    const job = await this.jobs.find(jobId, SWEEP);
    const rows = await this.jobs.results(jobId, undefined, 100);
    return {
      ...jobView(job),
      orders: rows.map(({ orderId, number, outcome, details }) => ({ orderId, number, outcome, ...details })),
    };
  }

  async #page({ type, role, owner, priority, overdue, cursor, limit }: QueueQuery): Promise<Page<Waiting>> {
    const now = this.clock.now();
    const hold: Record<string, unknown> = {
      ...(type === undefined ? {} : { type: { $in: type } }),
      ...(role === undefined ? {} : { ownerRole: role }),
      ...(owner === undefined ? {} : { owner }),
      ...(overdue === true ? { deadline: { $lte: now } } : {}),
    };
    const filters = [
      HELD,
      ...(Object.keys(hold).length === 0 ? [] : [{ 'review.holds': { $elemMatch: hold } }]),
      ...(priority === undefined ? [] : [{ priority: { $in: priority } }]),
      ...(overdue === true ? [{ 'review.deadline': { $lte: now } }] : []),
      ...(cursor === undefined ? [] : [afterCursor(SORT, decodeCursor(NAME, SORT.length, cursor))]),
    ];
    const rows = await this.list
      .documents()
      .find(filters.length === 1 ? HELD : { $and: filters }, {
        projection: {
          number: 1,
          customerId: 1,
          channel: 1,
          priority: 1,
          currency: 1,
          total: 1,
          review: 1,
          revision: 1,
        },
      })
      .sort({ 'review.deadline': 1, _id: 1 })
      .limit(limit + 1)
      .toArray();
    const page = pageOf(rows, limit, NAME, (row) => [row.review?.deadline ?? '', String(row._id)]);
    const fits = (one: OpenHold): boolean =>
      (type === undefined || type.some((wanted) => wanted === one.type)) &&
      (role === undefined || one.ownerRole === role) &&
      (owner === undefined || one.owner === owner) &&
      (overdue !== true || one.deadline <= now);
    return {
      ...page,
      items: page.items.flatMap(({ _id, number, customerId, channel, priority, currency, total, revision, review }) =>
        (review?.holds ?? []).filter(fits).map((one) => ({
          ...one,
          orderId: String(_id),
          number,
          customerId,
          channel,
          priority,
          currency,
          total,
          revision: String(revision),
          ageMinutes: Math.max(0, Math.round((Date.parse(now) - Date.parse(one.placedAt)) / 60_000)),
          overdue: one.deadline <= now,
        })),
      ),
    };
  }
}
