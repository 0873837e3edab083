import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import {
  conditionFields,
  criteria,
  type FieldProblem,
  fallbacks,
  type ProfileData,
  Refused,
} from '@orderloom/contracts';
import { Ctx, DryRun, etagOf, Field, IfMatch, Needs, type RequestContext } from '@orderloom/platform';
import { CommandAnswer, possibleAction, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { ProfileRepository } from '../repositories.js';
import { Views } from '../views.js';
import { type BacktestJob, Backtests } from './backtests.js';
import { type Profile, retireProfile, saveProfile } from './profile.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

class ConditionBody {
  @Field.oneOf(conditionFields) field!: (typeof conditionFields)[number];
  @Field.oneOf(['in', 'notIn', 'atLeast', 'atMost']) op!: 'in' | 'notIn' | 'atLeast' | 'atMost';
  @Field.strings({ optional: true, max: 500, description: 'For in and notIn.' }) values?: string[];
  @Field.integer({ optional: true, description: 'For atLeast and atMost; amounts in minor units.' }) value?: number;
}

class WeightBody {
  @Field.oneOf(criteria) criterion!: (typeof criteria)[number];
  @Field.integer({ min: 1, max: 100 }) weight!: number;
}

class ProfileBody {
  @Field.string({ max: 200 }) name!: string;
  @Field.integer({ min: 0, max: 10_000, default: 100, description: 'Lower ranks are asked first.' }) rank!: number;
  @Field.list(() => ConditionBody, { max: 20, description: 'All must hold; [] always does.' })
  conditions!: ConditionBody[];
  @Field.strings({ optional: true, min: 1, max: 500, maxLength: 50, description: 'Only these locations.' })
  locations?: string[];
  @Field.list(() => WeightBody, { min: 1, max: 6 }) weights!: WeightBody[];
  @Field.integer({ optional: true, min: 1, max: 50, description: 'Most locations an order may come from.' })
  maxSplits?: number;
  @Field.oneOf(fallbacks, { default: 'wait', description: 'What happens to units that the rules leave open.' })
  fallback!: (typeof fallbacks)[number];
}

class BacktestBody {
  @Field.string({ optional: true, max: 100, description: 'A saved profile, or `rules`.' }) profileId?: string;
  @Field.integer({ optional: true, min: 1, description: 'Default: its newest version.' }) version?: number;
  @Field.object(() => ProfileBody, { optional: true, description: 'Rules that are not saved.' }) rules?: ProfileBody;
  @Field.string({ optional: true, pattern: DAY, description: 'Orders decided on this day or later.' }) from?: string;
  @Field.string({ optional: true, pattern: DAY, description: 'Orders decided on this day or before.' }) until?: string;
}

/** What class-validator cannot see: values belong to words, a value to numbers. */
const check = ({ conditions }: ProfileBody): void => {
  const fields = conditions.flatMap(({ op, values, value }, index): FieldProblem[] => {
    const words = op === 'in' || op === 'notIn';
    if (words && !values) return [{ path: `conditions.${index}.values`, code: 'REQUIRED' }];
    if (!words && value === undefined) return [{ path: `conditions.${index}.value`, code: 'REQUIRED' }];
    return [];
  });
  if (fields.length > 0) throw new Refused('VALIDATION_FAILED', {}, fields);
};

const show = ({ versions, retired }: Profile): unknown => {
  const current = versions.at(-1);
  return current ? { ...current, retired } : null;
};

const jobView = ({ _id, ...job }: BacktestJob): object => ({ id: _id, ...job });

@ApiTags('sourcing')
@Needs('policies:read')
@Controller('api/sourcing')
export class ProfilesController {
  constructor(
    private readonly profiles: ProfileRepository,
    private readonly backtests: Backtests,
    private readonly views: Views,
  ) {}

  @Get('profiles')
  @ApiOperation({ summary: 'Sourcing profiles in the order in which they are asked' })
  async list(): Promise<{ items: unknown[] }> {
    const found = await this.views.profiles.collection().find({}).sort({ rank: 1, _id: 1 }).limit(500).toArray();
    return { items: found.map(show) };
  }

  @Get('profiles/:id')
  @ApiOperation({ summary: 'A sourcing profile: as it is, or one version of it' })
  @ApiQuery({ name: 'version', required: false })
  async one(
    @Param('id') profileId: string,
    @Query('version') version: string | undefined,
    @Ctx() { locale }: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { state, revision } = await this.profiles.load(profileId);
    const shown = this.versionOf(state, profileId, version === undefined ? undefined : Number(version));
    void reply.header('etag', etagOf(revision));
    const actions = [possibleAction('retire', locale, () => retireProfile(profileId, state))];
    return { ...shown, retired: state.retired, versions: state.versions.length, actions };
  }

  @Needs('policies:edit')
  @Put('profiles/:id')
  @ApiOperation({ summary: 'Save a new version of a sourcing profile; orders are sourced by it from now on' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the profile as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  save(
    @Param('id') profileId: string,
    @Body() body: ProfileBody,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    check(body);
    const decide = (state: Profile) => saveProfile({ profileId, ...body }, state);
    return runCommand(this.profiles, profileId, decide, { context, ifMatch, dryRun, reply }, show);
  }

  @Needs('policies:edit')
  @Post('profiles/:id/retire')
  @HttpCode(200)
  @ApiOperation({ summary: 'Use a sourcing profile no more; its versions remain' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  @ApiOkResponse({ type: CommandAnswer })
  retire(
    @Param('id') profileId: string,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const decide = (state: Profile) => retireProfile(profileId, state);
    return runCommand(this.profiles, profileId, decide, { context, dryRun, reply }, show);
  }

  @Needs('policies:edit')
  @Post('backtests')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Replay past orders by a profile and compare cost, splits and days with what was done',
    description: 'Each order is planned with the stock that was there then, as its decision recorded it.',
  })
  async start(@Body() { profileId, version, rules, from, until }: BacktestBody): Promise<object> {
    if (rules !== undefined) {
      check(rules);
      const draft: ProfileData = { profileId: profileId ?? 'draft', version: 1, ...rules };
      return jobView(await this.backtests.start(draft, from ?? null, until ?? null));
    }
    if (profileId === undefined) throw new Refused('VALIDATION_FAILED', {}, [{ path: 'profileId', code: 'REQUIRED' }]);
    const { state } = await this.profiles.load(profileId);
    const profile = this.versionOf(state, profileId, version);
    return jobView(await this.backtests.start(profile, from ?? null, until ?? null));
  }

  @Get('backtests')
  @ApiOperation({ summary: 'Back-tests, newest first' })
  async jobs(): Promise<{ items: object[] }> {
    return { items: (await this.backtests.list(50)).map(jobView) };
  }

  @Get('backtests/:id')
  @ApiOperation({ summary: 'A back-test with its progress and outcome' })
  async job(@Param('id') id: string): Promise<object> {
    const found = await this.backtests.find(id);
    if (!found) throw new Refused('NOT_FOUND');
    return jobView(found);
  }

  private versionOf({ versions }: Profile, profileId: string, version?: number): ProfileData {
    const found = version === undefined ? versions.at(-1) : versions[version - 1];
    if (!found) throw new Refused('PROFILE_NOT_FOUND', { profileId });
    return found;
  }
}
