import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { LocationData } from '@orderloom/contracts';
import { Refused } from '@orderloom/contracts';
import { Ctx, DryRun, etagOf, Field, IfMatch, Needs, type RequestContext } from '@orderloom/platform';
import { CommandAnswer, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { LocationRepository } from '../repositories.js';
import { LOCATION } from '../stock/stock.dto.js';
import { Views } from '../views.js';
import { saveLocation } from './location.js';

class LocationBody {
  @Field.string({ max: 200, example: 'Warehouse Berlin' }) name!: string;
  @Field.country({ optional: true }) country?: string;
  @Field.number({ optional: true, min: -90, max: 90, description: 'Default: where most people of the country live.' })
  latitude?: number;
  @Field.number({ optional: true, min: -180, max: 180 }) longitude?: number;
  @Field.integer({ optional: true, min: 0, max: 100, description: 'Higher is preferred.' }) priority?: number;
  @Field.integer({ optional: true, min: 0, description: 'Cost of sending a parcel from here, minor units.' })
  parcelCost?: number;
  @Field.integer({ optional: true, min: 0, max: 1_000, description: 'From the release to the handover.' })
  leadHours?: number;
  @Field.boolean({ default: false, description: 'True: sourcing by profiles takes nothing from here.' })
  closed!: boolean;
}

@ApiTags('sourcing')
@Needs('stock:read')
@Controller('api/locations')
export class LocationsController {
  constructor(
    private readonly locations: LocationRepository,
    private readonly views: Views,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Locations that are registered for sourcing' })
  async list(): Promise<{ items: LocationData[] }> {
    const found = await this.views.locations.collection().find({}).sort({ _id: 1 }).limit(1_000).toArray();
    return { items: found.map(({ facts }) => facts) };
  }

  @Get(':location')
  @ApiOperation({ summary: 'One location' })
  async one(
    @Param('location') location: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LocationData> {
    const { state, revision } = await this.locations.load(location);
    if (!state.facts) throw new Refused('LOCATION_NOT_FOUND', { location });
    void reply.header('etag', etagOf(revision));
    return state.facts;
  }

  @Needs('policies:edit')
  @Put(':location')
  @ApiOperation({ summary: 'Register a location, or replace what is known of it' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the location as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  save(
    @Param('location') location: string,
    @Body() body: LocationBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    if (!LOCATION.test(location) || location.length > 50) {
      throw new Refused('VALIDATION_FAILED', {}, [{ path: 'location', code: 'PATTERN_MISMATCH' }]);
    }
    const facts: LocationData = { location, ...body };
    const request = { context, ifMatch, dryRun, reply };
    return runCommand(
      this.locations,
      location,
      (state) => saveLocation(facts, state),
      request,
      (s) => s.facts ?? null,
    );
  }
}
