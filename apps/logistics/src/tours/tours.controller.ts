import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import {
  Clock,
  Ctx,
  DryRun,
  Field,
  IdempotencyKey,
  IfMatch,
  Needs,
  newId,
  type Page,
  type RequestContext,
} from '@orderloom/platform';
import { type CommandAnswer, newestFirst, PageQuery, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { ReferenceData } from '../data/reference-data.js';
import { ShipmentRepository, TourRepository } from '../repositories.js';
import { deliver, failDelivery, outForDelivery } from '../shipment/decide.js';
import type { Shipment } from '../shipment/shipment.js';
import { Views } from '../views.js';
import { cancelTour, doStop, planTour, startTour } from './decide.js';
import { planTours } from './plan-tours.js';
import type { TourDocument } from './tour.document.js';
import { type StopOutcome, stopOutcomes, type Tour, type TourFacts } from './tour.js';

class PointBody {
  @Field.number({ min: -90, max: 90 }) lat!: number;
  @Field.number({ min: -180, max: 180 }) lon!: number;
}

class StopBody extends PointBody {
  @Field.string({ max: 100, pattern: /^[^\s/]+$/ }) stopId!: string;
  @Field.string({ optional: true, max: 100, description: 'Shipment that is delivered there.' }) shipmentId?: string;
  @Field.integer({ min: 0 }) grams!: number;
  @Field.integer({ optional: true, min: 0, description: 'None when absent.' }) volumeCm3?: number;
  @Field.integer({ optional: true, min: 0, max: 1440, description: 'Five when absent.' }) serviceMinutes?: number;
  @Field.time({ optional: true, description: 'Not before.' }) from?: string;
  @Field.time({ optional: true, description: 'Not after.' }) until?: string;
}

class TodayBody {
  @Field.strings({ min: 0, max: 500 }) stops!: string[];
}

class PlanToursBody {
  @Field.string({ max: 100 }) location!: string;
  @Field.object(() => PointBody) depot!: PointBody;
  @Field.time() startsAt!: string;
  @Field.time() endsAt!: string;
  @Field.strings({ optional: true, max: 200, description: 'Codes of vehicles; all on record when absent.' })
  vehicles?: string[];
  @Field.list(() => StopBody, { min: 1, max: 300 }) stops!: StopBody[];
  @Field.list(() => TodayBody, { optional: true, max: 200, description: 'How it is driven today, to compare with.' })
  today?: TodayBody[];
}

class StopDoneBody {
  @Field.oneOf(stopOutcomes) outcome!: StopOutcome;
  @Field.string({ optional: true, max: 60, description: 'Why it failed.' }) reason?: string;
}

class TourQuery extends PageQuery {
  @Field.string({ optional: true }) location?: string;
  @Field.strings({ optional: true, values: ['PLANNED', 'STARTED', 'COMPLETED', 'CANCELLED'] as const })
  status?: string[];
}

const newest = newestFirst<TourDocument>('createdAt');
const show = ({ facts, status, done }: Tour): unknown => (facts ? { ...facts, status, done } : null);

/** Tours of one's own vehicles. */
@ApiTags('tours')
@Needs('shipments:read')
@Controller('api/logistics/tours')
export class ToursController {
  constructor(
    private readonly repository: TourRepository,
    private readonly shipments: ShipmentRepository,
    private readonly reference: ReferenceData,
    private readonly views: Views,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Tours, newest first' })
  async list(@Query() { location, status, cursor, limit }: TourQuery): Promise<Page<object>> {
    const filter = {
      record: 'tour' as const,
      ...(location === undefined ? {} : { location }),
      ...(status === undefined ? {} : { status: { $in: status as TourDocument['status'][] } }),
      ...newest.after(cursor),
    };
    const found = await this.views.records
      .collection()
      .find(filter)
      .sort(newest.sort)
      .limit(limit + 1)
      .toArray();
    const page = newest.page(found as TourDocument[], limit);
    return { ...page, items: page.items.map(({ _id, record: _record, ...tour }) => tour) };
  }

  @Needs('shipments:work')
  @Post('plan')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Plan tours with several stops, capacities and time windows, compared with how it is driven today',
  })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiResponse({ status: 422, description: 'A stop cannot be served, or there are too few vehicles.' })
  async plan(
    @Body() body: PlanToursBody,
    @Ctx() { actor, correlationId, now }: RequestContext,
    @IdempotencyKey() key: string | undefined,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    const data = await this.reference.fresh();
    const wished = body.vehicles === undefined ? undefined : new Set(body.vehicles);
    const vehicles = data
      .all('vehicle')
      .filter(({ id }) => wished?.has(id) ?? true)
      .map(({ id, value }) => ({ ...value, code: id }));
    const [startsAt, endsAt] = [Date.parse(body.startsAt), Date.parse(body.endsAt)];
    const plan = planTours({
      depot: body.depot,
      startsAt,
      endsAt,
      vehicles,
      today: body.today?.map(({ stops }) => stops),
      stops: body.stops.map(({ from, until, ...stop }) => ({
        ...stop,
        volumeCm3: stop.volumeCm3 ?? 0,
        serviceMinutes: stop.serviceMinutes ?? 5,
        open: from === undefined ? startsAt : Date.parse(from),
        close: until === undefined ? endsAt : Date.parse(until),
      })),
    });
    const planId = deterministicId('tours', body.location, key ?? newId());
    const shipmentOf = new Map(body.stops.map(({ stopId, shipmentId }) => [stopId, shipmentId ?? null]));
    const iso = (at: number) => new Date(at).toISOString();
    const tours = plan.tours.map(
      (tour, index): TourFacts => ({
        tourId: deterministicId('tour', planId, String(index)),
        planId,
        vehicle: tour.vehicle.code,
        location: body.location,
        startsAt: iso(startsAt),
        endsAt: iso(tour.endsAt),
        stops: tour.stops.map(({ stopId, arriveAt, leaveAt }) => ({
          stopId,
          shipmentId: shipmentOf.get(stopId) ?? null,
          arriveAt: iso(arriveAt),
          leaveAt: iso(leaveAt),
        })),
        distanceM: tour.distanceM,
        grams: tour.grams,
        load: tour.load,
        cost: tour.cost,
        currency: tour.vehicle.currency,
      }),
    );
    const { before, after } = plan;
    const answer = {
      planId,
      tours,
      before,
      after,
      saved: { distanceM: before.distanceM - after.distanceM, cost: before.cost - after.cost },
    };
    if (dryRun) return { ...answer, dryRun: true };
    const settled = await this.repository.handleMany(
      tours.map((facts) => ({
        id: facts.tourId,
        decide: (state: Tour) => planTour(facts, state),
        context: { actor, correlationId, now },
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
    return answer;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One tour' })
  async one(@Param('id') tourId: string): Promise<unknown> {
    const { state } = await this.repository.load(tourId);
    if (!state.facts) throw new Refused('TOUR_NOT_FOUND', { tourId });
    return show(state);
  }

  @Needs('shipments:work')
  @Post(':id/start')
  @HttpCode(200)
  @ApiOperation({ summary: 'The vehicle leaves: its shipments are out for delivery' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async start(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    const answer = await runCommand(
      this.repository,
      id,
      (state) => startTour(id, at, state),
      { context, ifMatch, dryRun, reply },
      show,
    );
    if (dryRun) return answer;
    const { state } = await this.repository.load(id);
    const ids = (state.facts?.stops ?? []).flatMap(({ shipmentId }) => (shipmentId === null ? [] : [shipmentId]));
    await this.#move(ids, (shipmentId, shipment) => outForDelivery(shipmentId, at, shipment), context);
    return answer;
  }

  @Needs('shipments:work')
  @Post(':id/stops/:stopId')
  @HttpCode(200)
  @ApiOperation({ summary: 'What happened at a stop; the last one completes the tour' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async stop(
    @Param('id') id: string,
    @Param('stopId') stopId: string,
    @Body() { outcome, reason }: StopDoneBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    const decide = (state: Tour) => doStop(id, stopId, outcome, at, state);
    if (!dryRun) {
      // Refused before anything moves; and the shipment first: killed in between, the stop is still open and said again.
      const { before } = await this.repository.preview(id, decide);
      const shipmentId = before.facts?.stops.find((stop) => stop.stopId === stopId)?.shipmentId;
      if (shipmentId !== null && shipmentId !== undefined) {
        const move = (one: string, shipment: Shipment) =>
          outcome === 'DELIVERED'
            ? deliver(one, at, shipment)
            : failDelivery(one, reason ?? 'NOT_REACHED', at, shipment);
        await this.#move([shipmentId], move, context);
      }
    }
    return runCommand(this.repository, id, decide, { context, dryRun, reply }, show);
  }

  @Needs('shipments:work')
  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a tour up that has not started' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  cancel(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    return runCommand(
      this.repository,
      id,
      (state) => cancelTour(id, at, state),
      { context, ifMatch, dryRun, reply },
      show,
    );
  }

  async #move(
    ids: readonly string[],
    decide: (id: string, state: Shipment) => ReturnType<typeof deliver>,
    { actor, correlationId, now }: RequestContext,
  ): Promise<void> {
    const settled = await this.shipments.handleMany(
      ids.map((id) => ({ id, decide: (state: Shipment) => decide(id, state), context: { actor, correlationId, now } })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }
}
