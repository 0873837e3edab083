import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import {
  Clock,
  Ctx,
  DryRun,
  etagOf,
  IfMatch,
  MinRevision,
  Needs,
  openAll,
  type Page,
  type RequestContext,
  Vault,
} from '@orderloom/platform';
import { type CommandAnswer, newestFirst, runCommand, runMany, untilShown } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import type { Filter } from 'mongodb';
import { ReferenceData } from '../data/reference-data.js';
import { ShipmentRepository } from '../repositories.js';
import { listed, Views } from '../views.js';
import { deliver } from './decide.js';
import { ManyShipmentsBody, ShipmentQuery } from './shipment.dto.js';
import type { Shipment } from './shipment.js';
import type { ShipmentDocument } from './shipments.projection.js';
import { possibleShipmentActions, showShipment } from './show.js';

const newest = newestFirst<ShipmentDocument>('dispatchedAt');

@ApiTags('shipments')
@Needs('shipments:read')
@Controller('api')
export class ShipmentsController {
  constructor(
    private readonly repository: ShipmentRepository,
    private readonly views: Views,
    private readonly reference: ReferenceData,
    private readonly clock: Clock,
    private readonly vault: Vault,
  ) {}

  @Get('shipments')
  @ApiOperation({ summary: 'Shipments, newest first' })
  async list(@Query() query: ShipmentQuery, @Ctx() { access }: RequestContext): Promise<Page<object>> {
    const { status, orderId, carrier, trackingNumber, overdue, cursor, limit } = query;
    const filter: Filter<ShipmentDocument> = {
      ...(status === undefined ? {} : { status: { $in: status as ShipmentDocument['status'][] } }),
      ...(orderId === undefined ? {} : { orderId }),
      ...(carrier === undefined ? {} : { carrier }),
      ...(trackingNumber === undefined ? {} : { trackingNumber }),
      ...(overdue === undefined ? {} : { overdue: overdue === 'true' }),
      ...newest.after(cursor),
    };
    const found = await this.views.shipments
      .collection()
      .find(filter)
      .sort(newest.sort)
      .limit(limit + 1)
      .toArray();
    const page = newest.page(found, limit);
    return { ...page, items: await openAll(this.vault, page.items.map(listed), access) };
  }

  @Get('shipments/:id')
  @ApiOperation({ summary: 'One shipment with every scan, its problems, and what can be done' })
  @ApiQuery({ name: 'minRevision', required: false, description: 'Wait until the answer shows this revision.' })
  async one(
    @Param('id') shipmentId: string,
    @MinRevision() minRevision: bigint | undefined,
    @Ctx() { locale, now, access }: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    await untilShown(this.views.shipments, `shipment-${shipmentId}`, minRevision);
    const found = await this.views.shipments.collection().findOne({ _id: shipmentId });
    if (!found) throw new Refused('SHIPMENT_NOT_FOUND', { shipmentId });
    const { state } = await this.repository.load(shipmentId);
    void reply.header('etag', etagOf(String(found.revision)));
    return {
      ...(await openAll(this.vault, listed(found), access)),
      actions: possibleShipmentActions(shipmentId, state, now, locale, await this.reference.fresh()),
    };
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
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    const decide = (state: Shipment) => deliver(id, at, state);
    return runCommand(this.repository, id, decide, { context, ifMatch, dryRun, reply }, showShipment);
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
    return { items: await runMany(this.repository, commands, { context, dryRun }, showShipment) };
  }

  @Get('carriers')
  @ApiOperation({ summary: 'Carriers that parcels can be handed to, with their services' })
  async carriers(): Promise<{ items: readonly object[] }> {
    const carriers = (await this.reference.fresh()).all('carrier').filter(({ value }) => value.enabled);
    return {
      items: carriers.map(({ id, value }) => ({
        code: id,
        name: value.name,
        adapter: value.adapter,
        services: value.services.map(({ code, kind, cutOff }) => ({ code, kind, cutOff })),
      })),
    };
  }
}
