import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Ctx, DryRun, Field, Needs, type Page, type RequestContext } from '@orderloom/platform';
import { LIST_COLUMNS } from '../export/columns.js';
import { type ListQuery, parseListQuery } from '../list/list-query.js';
import { OrderList, type OrderListItem } from '../order-list.js';
import { type SavedView, SavedViews } from './saved-views.js';

const ID = /^[\w-]{1,60}$/;

class ViewBody {
  @Field.string({ max: 100 }) name!: string;
  @Field.record({ description: 'Parameters of `GET /api/orders`: filters and `sort`.' })
  query!: Record<string, unknown>;
  @Field.strings({ optional: true, max: 60, values: LIST_COLUMNS, description: 'Columns of the list and of exports.' })
  columns?: string[];
  @Field.boolean({ default: false, description: 'For everybody; needs `views:share`.' }) shared!: boolean;
}

type ViewShown = Omit<SavedView, '_id'> & { id: string; mine: boolean; dryRun?: true };

const shown = ({ _id, ...view }: SavedView, reader: string): ViewShown => ({
  id: _id,
  ...view,
  mine: view.owner === reader,
});

/** Parameters as they would come in an address. */
const queryOf = (query: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
  );

const PAGING = new Set(['cursor', 'limit', 'count', 'seen']);

/** Saved views of the order list, one's own and shared ones. */
@ApiTags('orders')
@Needs('orders:read', { limited: true })
@Controller('api/orders/views')
export class SavedViewsController {
  constructor(
    private readonly views: SavedViews,
    private readonly list: OrderList,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Your saved views and the shared ones, by name' })
  async all(@Ctx() { actor }: RequestContext): Promise<{ items: ViewShown[] }> {
    return { items: (await this.views.visibleTo(actor)).map((view) => shown(view, actor)) };
  }

  @Get(':view/orders')
  @ApiOperation({ summary: 'The orders of a saved view; takes `cursor`, `limit` and `count` beside it' })
  async orders(
    @Param('view') id: string,
    @Ctx() { actor, access }: RequestContext,
    @Query() query: ListQuery,
  ): Promise<Page<OrderListItem>> {
    const view = await this.views.find(id, actor);
    return this.list.page(parseListQuery({ ...query, ...view.query }, access), access);
  }

  @Put(':view')
  @ApiOperation({ summary: 'Save a view under an id of your choice' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async save(
    @Param('view') id: string,
    @Body() { name, query, columns, shared }: ViewBody,
    @Ctx() { actor, access, now }: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<ViewShown> {
    if (!ID.test(id)) throw new Refused('VALIDATION_FAILED', {}, [{ path: 'id', code: 'PATTERN_MISMATCH' }]);
    if (shared) access?.mustMay('views:share', 'shared');
    const given = Object.fromEntries(Object.entries(queryOf(query)).filter(([parameter]) => !PAGING.has(parameter)));
    // What could not be read later is refused now.
    parseListQuery(given, access);
    const view = {
      _id: id,
      name,
      owner: actor,
      shared,
      query: given,
      columns: columns ?? [],
      createdAt: now,
      changedAt: now,
    };
    if (dryRun) {
      await this.views.mustBeOwn(id, actor);
      return { ...shown(view, actor), dryRun: true };
    }
    return shown(await this.views.save(view), actor);
  }

  @Delete(':view')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a view of yours' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async remove(@Param('view') id: string, @Ctx() { actor }: RequestContext, @DryRun() dryRun: boolean): Promise<void> {
    if (dryRun) await this.views.mustBeOwn(id, actor);
    else await this.views.remove(id, actor);
  }
}
