import {
  Body,
  Controller,
  Get,
  HttpCode,
  Injectable,
  type OnApplicationBootstrap,
  Param,
  Post,
  Res,
} from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FieldProblem, HOLD_TYPES, type HoldType, Refused } from '@orderloom/contracts';
import {
  Clock,
  Ctx,
  DryRun,
  Field,
  IdempotencyKey,
  InjectConnection,
  idFromKey,
  Needs,
  newId,
  type RequestContext,
} from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { type ListQuery, parseListQuery } from '../../views/list/list-query.js';
import { searchFor } from '../../views/list/search.js';
import { OrderList } from '../../views/order-list.js';
import { DeskJobs, jobView } from '../jobs/desk-jobs.js';
import { BULK_ACTIONS, type BulkAction, type BulkCommand, SELECTION } from '../jobs/selection-job.js';
import { PlaceHoldBody } from './holds.api.js';
import { deciderOf } from './whose-hold.js';

/** Most orders of a selection. */
const MOST = 10_000;
/** How long a selection can be used. */
const KEPT_SECONDS = 7 * 86_400;

interface Selection {
  _id: string;
  ids: string[];
  createdAt: Date;
  by: string;
}

class SelectionBody {
  @Field.record({ optional: true, description: 'Filters of `GET /api/orders`, e.g. `{"status": "IN_REVIEW"}`.' })
  query?: Record<string, unknown>;
  @Field.strings({ optional: true, max: MOST, description: 'Ids of orders; instead of a query.' }) orders?: string[];
  @Field.strings({ optional: true, max: MOST, description: 'Ids of orders that are left out.' }) except?: string[];
}

class BulkBody {
  @Field.oneOf(BULK_ACTIONS) action!: BulkAction;
  @Field.oneOf(HOLD_TYPES, { optional: true, description: 'approve, reject, assign: only holds of this type.' })
  type?: HoldType;
  @Field.string({ optional: true, max: 200 }) reason?: string;
  @Field.string({ optional: true, max: 2000 }) note?: string;
  @Field.object(() => PlaceHoldBody, { optional: true, description: 'With `hold`.' }) hold?: PlaceHoldBody;
  @Field.strings({ optional: true, max: 20, maxLength: 50, description: 'With `tag`.' }) add?: string[];
  @Field.strings({ optional: true, max: 20, maxLength: 50, description: 'With `tag`.' }) remove?: string[];
  @Field.string({ optional: true, max: 100, description: 'With `assign`.' }) ownerRole?: string;
  @Field.string({ optional: true, max: 100, description: 'With `assign`.' }) owner?: string;
}

/** Sets of orders, fixed when they are made: what comes in later is not in them. */
@Injectable()
export class Selections implements OnApplicationBootstrap {
  readonly #selections: Collection<Selection>;

  constructor(
    @InjectConnection() connection: Connection,
    private readonly list: OrderList,
    private readonly clock: Clock,
  ) {
    this.#selections = connection.getClient().db(connection.name).collection('desk_selections');
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#selections.createIndex({ createdAt: 1 }, { expireAfterSeconds: KEPT_SECONDS });
  }

  /** @throws Refused VALIDATION_FAILED, SELECTION_TOO_LARGE */
  async make({ query, orders, except = [] }: SelectionBody, by: string, dryRun = false): Promise<Selection> {
    const left = new Set(except);
    const found = orders ?? (await this.#find(query ?? {}));
    const ids = [...new Set(found)].filter((id) => !left.has(id));
    if (ids.length > MOST) throw new Refused('SELECTION_TOO_LARGE', { max: MOST });
    const selection = { _id: newId(), ids, createdAt: new Date(this.clock.millis()), by };
    if (!dryRun) await this.#selections.insertOne(selection);
    return selection;
  }

  /** @throws Refused SELECTION_NOT_FOUND */
  async find(selectionId: string): Promise<Selection> {
    const selection = await this.#selections.findOne({ _id: selectionId });
    if (selection === null) throw new Refused('SELECTION_NOT_FOUND', { selectionId });
    return selection;
  }

  async #find(query: Record<string, unknown>): Promise<string[]> {
    const texts: ListQuery = Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
    );
    const orders = this.list.documents();
    const { filter } = await searchFor(orders, parseListQuery(texts).filter);
    const docs = await orders
      .find(filter, { projection: { _id: 1 } })
      .sort({ submittedAt: -1, _id: -1 })
      .limit(MOST + 1 + 1_000)
      .toArray();
    return docs.map((doc) => String(doc._id));
  }
}

/** Work on many orders: make a selection, then let one action be done to each of its orders. */
@ApiTags('order desk')
@Needs('orders:read')
@Controller('api/selections')
export class SelectionsController {
  constructor(
    private readonly selections: Selections,
    private readonly jobs: DeskJobs,
  ) {}

  @Needs('orders:review')
  @Post()
  @ApiOperation({ summary: 'Fix a set of orders: those of a query, but for the exceptions' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async make(@Body() body: SelectionBody, @Ctx() context: RequestContext, @DryRun() dryRun: boolean): Promise<object> {
    const { id, ...view } = selectionView(await this.selections.make(body, context.actor, dryRun));
    return dryRun ? { ...view, dryRun: true } : { id, ...view };
  }

  @Get(':id')
  @ApiOperation({ summary: 'A selection: how many orders, and the first of them' })
  async one(@Param('id') id: string): Promise<object> {
    return selectionView(await this.selections.find(id));
  }

  @Needs('orders:review')
  @Post(':id/jobs')
  @HttpCode(202)
  @ApiOperation({ summary: 'Approve, reject, hold, cancel, tag or assign every order of the selection: a job' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiQuery({
    name: 'dryRun',
    required: false,
    type: Boolean,
    description: 'A job that only says what would become of each order.',
  })
  @ApiResponse({ status: 202, description: 'Progress and one result per order are at `/api/review/jobs/{id}`.' })
  async start(
    @Param('id') id: string,
    @Body() body: BulkBody,
    @Ctx() context: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const selection = await this.selections.find(id);
    const job = await this.jobs.start({
      _id: key === undefined ? newId() : idFromKey(dryRun ? 'selection-trial' : 'selection-job', id, key),
      kind: SELECTION,
      input: {
        selectionId: id,
        ids: selection.ids,
        command: commandOf(body, context),
        ...(dryRun ? { dryRun: true } : {}),
      },
      total: selection.ids.length,
      actor: context.actor,
      correlationId: context.correlationId,
    });
    void reply.header('location', `/api/review/jobs/${job._id}`);
    return jobView(job);
  }
}

const selectionView = ({ _id, ids, createdAt, by }: Selection) => ({
  id: _id,
  orders: ids.length,
  first: ids.slice(0, 20),
  createdAt: createdAt.toISOString(),
  by,
});

/** @throws Refused VALIDATION_FAILED where the action lacks what it needs */
const commandOf = (body: BulkBody, context: RequestContext): BulkCommand => {
  const { now } = context;
  const { actor, roles } = deciderOf(context);
  const { action, hold, ...rest } = body;
  const problems: FieldProblem[] = [];
  if (action === 'hold' && hold === undefined) problems.push({ path: 'hold', code: 'REQUIRED' });
  if (action === 'tag' && rest.add === undefined && rest.remove === undefined) {
    problems.push({ path: 'add', code: 'REQUIRED' });
  }
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  const given = plain(rest);
  if (hold === undefined) return { action, actor, roles, ...given };
  const { minutes, blocks = ['RELEASE'], ...placed } = plain(hold);
  const deadline = new Date(Date.parse(now) + minutes * 60_000).toISOString();
  return { action, actor, roles, ...given, hold: { ...placed, blocks, deadline, inputs: { placedBy: actor } } };
};

/** As JSON has it: a field without a value is none, where a document would keep it as null. */
const plain = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
