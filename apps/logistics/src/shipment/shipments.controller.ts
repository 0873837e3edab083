import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import {
  Clock,
  Ctx,
  DryRun,
  etagOf,
  Field,
  IfMatch,
  MinRevision,
  Needs,
  type Page,
  pageOf,
  type RequestContext,
} from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { carriers } from '../carriers/carriers.js';
import { contextFor, runMany } from '../command-answer.js';
import { ShipmentRepository } from '../repositories.js';
import { FRESH_MS, olderThan, shown, Views } from '../views.js';
import { deliver } from './decide.js';
import { type Shipment, shipmentStatuses } from './shipment.js';
import type { ShipmentDocument } from './shipments.projection.js';

class ShipmentQuery {
  @Field.strings({ optional: true, values: shipmentStatuses, description: 'Any of these.' }) status?: string[];
  @Field.string({ optional: true }) orderId?: string;
  @Field.string({ optional: true }) carrier?: string;
  @Field.string({ optional: true }) trackingNumber?: string;
  @Field.string({ optional: true, max: 2000, description: '`next` of the page before.' }) cursor?: string;
  @Field.integer({ min: 1, max: 500, default: 50 }) limit!: number;
}

class ManyShipmentsBody {
  @Field.strings({ min: 1, max: 1000, description: 'Ids of shipments.' }) ids!: string[];
}

const show = (state: Shipment): unknown => (state.facts ? { ...state.facts, status: state.status } : null);

@ApiTags('shipments')
@Needs('shipments:read')
@Controller('api')
export class ShipmentsController {
  constructor(
    private readonly repository: ShipmentRepository,
    private readonly views: Views,
    private readonly clock: Clock,
  ) {}

  @Get('shipments')
  @ApiOperation({ summary: 'Shipments, newest first' })
  async list(@Query() query: ShipmentQuery): Promise<Page<object>> {
    const { status, orderId, carrier, trackingNumber, cursor, limit } = query;
    const filter: Filter<ShipmentDocument> = {
      ...(status === undefined ? {} : { status: { $in: status as ShipmentDocument['status'][] } }),
      ...(orderId === undefined ? {} : { orderId }),
      ...(carrier === undefined ? {} : { carrier }),
      ...(trackingNumber === undefined ? {} : { trackingNumber }),
      ...olderThan('dispatchedAt', cursor),
    };
    const found = await this.views.shipments
      .collection()
      .find(filter)
      .sort({ dispatchedAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
    const page = pageOf(found, limit, '-dispatchedAt', ({ dispatchedAt, _id }) => [dispatchedAt, _id]);
    return { ...page, items: page.items.map(shown) };
  }

  @Get('shipments/:id')
  @ApiOperation({ summary: 'One shipment with every scan' })
  @ApiQuery({ name: 'minRevision', required: false, description: 'Wait until the answer shows this revision.' })
  async one(
    @Param('id') shipmentId: string,
    @MinRevision() minRevision: bigint | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (minRevision !== undefined) await this.views.shipments.waitFor(`shipment-${shipmentId}`, minRevision, FRESH_MS);
    const found = await this.views.shipments.collection().findOne({ _id: shipmentId });
    if (!found) throw new Refused('SHIPMENT_NOT_FOUND', { shipmentId });
    void reply.header('etag', etagOf(String(found.revision)));
    return shown(found);
  }

  @Needs('shipments:work')
  @Post('shipments/:id/deliver')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record that the customer has it' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async deliver(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    const at = this.clock.now();
    const decide = (state: Shipment) => deliver(id, at, state);
    if (!dryRun) {
      const done = await this.repository.handle(id, decide, contextFor({ context, ifMatch }));
      const events = done.events.map(({ type, data }) => ({ type, data }));
      return {
        ok: true,
        id,
        revision: done.revision.toString(),
        changed: done.changed,
        events,
        state: show(done.state),
      };
    }
    const { events, before, after, revision } = await this.repository.preview(
      id,
      decide,
      contextFor({ context, ifMatch }),
    );
    const change = { before: show(before), after: show(after) };
    return { ok: true, dryRun: true, id, revision: revision.toString(), events, change };
  }

  @Needs('shipments:work')
  @Post('shipments/deliver')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record that the customers have them; one result per id' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async deliverMany(
    @Body() { ids }: ManyShipmentsBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<{ items: object[] }> {
    const at = this.clock.now();
    const commands = ids.map((id) => ({ id, decide: (state: Shipment) => deliver(id, at, state) }));
    return { items: await runMany(this.repository, commands, { context, dryRun }, show) };
  }

  @Get('carriers')
  @ApiOperation({ summary: 'Carriers that parcels can be handed to' })
  carriers(): { items: readonly object[] } {
    return { items: carriers };
  }
}
