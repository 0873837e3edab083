import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Clock, Ctx, DryRun, Field, IfMatch, Needs, type Page, type RequestContext } from '@orderloom/platform';
import { type CommandAnswer, newestFirst, PageQuery, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { WorkOnFulfilments } from '../fulfilment/work-on-fulfilments.js';
import { WaveRepository } from '../repositories.js';
import { Views } from '../views.js';
import { cancelWave, completeWave, startWave } from './decide.js';
import { PickLists } from './pick-lists.js';
import type { WaveDocument } from './wave.document.js';
import { type Wave, type WaveFacts, waveStatuses } from './wave.js';
import { WavePlanner } from './wave-planner.js';
import { PlanWavesBody } from './waves.dto.js';

class WaveQuery extends PageQuery {
  @Field.string({ optional: true }) location?: string;
  @Field.strings({ optional: true, values: waveStatuses, description: 'Any of these.' }) status?: string[];
}

const newest = newestFirst<WaveDocument>('createdAt');
const show = ({ facts, status }: Wave): unknown => (facts ? { ...facts, status } : null);

/** Fulfilments that are picked together (波次). */
@ApiTags('waves')
@Needs('fulfilments:read')
@Controller('api/waves')
export class WavesController {
  constructor(
    private readonly repository: WaveRepository,
    private readonly planner: WavePlanner,
    private readonly pickLists: PickLists,
    private readonly work: WorkOnFulfilments,
    private readonly views: Views,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Waves, newest first' })
  async list(@Query() { location, status, cursor, limit }: WaveQuery): Promise<Page<object>> {
    const filter = {
      record: 'wave' as const,
      ...(location === undefined ? {} : { location }),
      ...(status === undefined ? {} : { status: { $in: status as WaveDocument['status'][] } }),
      ...newest.after(cursor),
    };
    const found = await this.views.records
      .collection()
      .find(filter)
      .sort(newest.sort)
      .limit(limit + 1)
      .toArray();
    const page = newest.page(found as WaveDocument[], limit);
    return { ...page, items: page.items.map(({ _id, record: _record, ...wave }) => wave) };
  }

  @Needs('fulfilments:work')
  @Post('plan')
  @HttpCode(201)
  @ApiOperation({ summary: 'Group what is open by carrier, zone, deadline and shared products' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async plan(
    @Body() body: PlanWavesBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<{ waves: readonly WaveFacts[]; dryRun?: true }> {
    const waves = await this.planner.plan(body, context, dryRun);
    return dryRun ? { waves, dryRun } : { waves };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One wave' })
  async one(@Param('id') waveId: string): Promise<unknown> {
    const { state } = await this.repository.load(waveId);
    if (!state.facts) throw new Refused('WAVE_NOT_FOUND', { waveId });
    return show(state);
  }

  @Get(':id/pick-list')
  @ApiOperation({ summary: 'What to pick, in walking order, and into which boxes' })
  async pickList(@Param('id') waveId: string): Promise<object> {
    const { state } = await this.repository.load(waveId);
    if (!state.facts) throw new Refused('WAVE_NOT_FOUND', { waveId });
    return this.pickLists.of(state.facts.location, state.facts.fulfilmentIds);
  }

  @Needs('fulfilments:work')
  @Post(':id/start')
  @HttpCode(200)
  @ApiOperation({ summary: 'Begin: its fulfilments are accepted and being picked' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag as last read' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async start(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const at = this.clock.now();
    const decide = (state: Wave) => startWave(id, at, state);
    const answer = await runCommand(this.repository, id, decide, { context, ifMatch, dryRun, reply }, show);
    const ids = await this.#members(id);
    await this.work.run('accept', ids, {}, { context, dryRun });
    const fulfilments = await this.work.run('pick', ids, { stage: 'start' }, { context, dryRun });
    return { ...answer, fulfilments };
  }

  @Needs('fulfilments:work')
  @Post(':id/complete')
  @HttpCode(200)
  @ApiOperation({ summary: 'All of it is picked; what was short is said beforehand, per fulfilment' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async complete(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const at = this.clock.now();
    const decide = (state: Wave) => completeWave(id, at, state);
    const answer = await runCommand(this.repository, id, decide, { context, ifMatch, dryRun, reply }, show);
    const fulfilments = await this.work.run(
      'pick',
      await this.#members(id),
      { stage: 'complete' },
      { context, dryRun },
    );
    return { ...answer, fulfilments };
  }

  @Needs('fulfilments:work')
  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Dissolve it: its fulfilments can be planned anew' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  cancel(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @IfMatch() ifMatch: bigint | undefined,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    const decide = (state: Wave) => cancelWave(id, at, state);
    return runCommand(this.repository, id, decide, { context, ifMatch, dryRun, reply }, show);
  }

  async #members(id: string): Promise<readonly string[]> {
    return (await this.repository.load(id)).state.facts?.fulfilmentIds ?? [];
  }
}
