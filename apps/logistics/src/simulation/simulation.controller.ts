import { Body, Controller, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Clock, Ctx, DryRun, Field, InjectSettings, Needs, type RequestContext } from '@orderloom/platform';
import { type CommandAnswer, contextFor, runCommand } from '@orderloom/service';
import type { FastifyReply } from 'fastify';
import { TermsPublisher } from '../promise/terms-publisher.js';
import { ShipmentRepository, SimulationClockRepository } from '../repositories.js';
import type { LogisticsSettings } from '../settings.js';
import { factsOf } from '../shipment/decide.js';
import type { Shipment } from '../shipment/shipment.js';
import { showShipment } from '../shipment/show.js';
import { CLOCK_ID, type ClockSetting, SPEED, setClock, simulatedAt } from './clock.js';
import { delayOf, type Incident, incidents, strike } from './incidents.js';
import { SimulationTime } from './simulation-time.js';
import { Simulator } from './simulator.js';
import { Timers } from './timers.js';

class SimulationBody {
  @Field.number({ optional: true, description: 'How many times as fast as the wall clock.', example: 60 })
  speed?: number;

  @Field.boolean({ optional: true })
  running?: boolean;

  @Field.integer({ optional: true, min: 1, max: 525_600, description: 'Moves the clock on by this much at once.' })
  skipMinutes?: number;
}

class IncidentBody {
  @Field.oneOf(incidents, { description: 'What the simulated carrier does to the parcel now.' }) incident!: Incident;
}

@ApiTags('simulation')
@Needs('policies:read')
@Controller('api/simulation')
export class SimulationController {
  constructor(
    private readonly clocks: SimulationClockRepository,
    private readonly shipments: ShipmentRepository,
    private readonly time: SimulationTime,
    private readonly simulator: Simulator,
    private readonly timers: Timers,
    private readonly terms: TermsPublisher,
    private readonly clock: Clock,
    @InjectSettings() private readonly settings: LogisticsSettings,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What the simulated warehouse and carriers are doing, and which steps wait for a person' })
  async get(): Promise<object> {
    return this.show(await this.time.refresh());
  }

  @Needs('simulation:manage')
  @Put()
  @ApiOperation({ summary: 'Set speed, stop, start, or move the simulation clock on' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async set(
    @Body() { speed, running, skipMinutes }: SimulationBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
  ): Promise<object> {
    if (speed !== undefined && !(speed >= SPEED.min && speed <= SPEED.max)) {
      throw new Refused('SIMULATION_SPEED_INVALID', { ...SPEED }, [
        { path: 'speed', code: 'SIMULATION_SPEED_INVALID', details: { ...SPEED } },
      ]);
    }
    const change = { speed, running, skipMs: skipMinutes === undefined ? undefined : skipMinutes * 60_000 };
    const wall = this.clock.millis();
    const decide = (state: ClockSetting) => setClock(change, wall, state);
    if (dryRun) {
      const { events, before, after } = await this.clocks.preview(CLOCK_ID, decide);
      return { dryRun: true, events, change: { before, after } };
    }
    const { state } = await this.clocks.handle(CLOCK_ID, decide, contextFor({ context }));
    await this.time.refresh();
    this.simulator.wake();
    await this.terms.publish();
    return this.show(state);
  }

  @Needs('simulation:manage')
  @Post('shipments/:id')
  @HttpCode(200)
  @ApiOperation({ summary: 'Have a simulated carrier be late, lose, damage, or fail to deliver a parcel' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async incident(
    @Param('id') id: string,
    @Body() { incident }: IncidentBody,
    @Ctx() context: RequestContext,
    @DryRun() dryRun: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const at = this.clock.now();
    const world = this.simulator.worldOf(undefined);
    const decide = (state: Shipment) => {
      const { carrier } = factsOf(id, state);
      if (!this.simulator.isSimulated(carrier)) throw new Refused('SIMULATION_NOT_SIMULATED', { carrier });
      return strike(id, incident, at, state, world);
    };
    const answer = await runCommand(this.shipments, id, decide, { context, dryRun, reply }, showShipment);
    if (incident === 'delayed' && answer.changed === true) {
      const { state } = await this.shipments.load(id);
      const timers = await this.timers.of('shipment', [id]);
      const delay = delayOf(world.way(state));
      await this.timers.settle(
        timers.map((timer) => ({ ...timer, due: timer.due + delay })),
        [],
      );
    }
    return answer;
  }

  @Needs('simulation:manage')
  @Post('stuck/retry')
  @HttpCode(202)
  @ApiOperation({ summary: 'Have steps that were refused too often tried again' })
  @ApiQuery({ name: 'dryRun', required: false, type: Boolean })
  async retry(@DryRun() dryRun: boolean): Promise<{ retried: number; dryRun?: true }> {
    if (dryRun) return { dryRun: true, retried: (await this.timers.stuck()).length };
    const retried = await this.timers.retryStuck(this.time.now());
    this.simulator.wake();
    return { retried };
  }

  private async show(setting: ClockSetting): Promise<object> {
    const { WAREHOUSE_MODE, CARRIER_MODE } = this.settings;
    const stuck = await this.timers.stuck();
    return {
      speed: setting.speed,
      running: setting.running,
      time: new Date(simulatedAt(setting, this.clock.millis())).toISOString(),
      warehouse: WAREHOUSE_MODE,
      carrier: CARRIER_MODE,
      ready: this.simulator.adopted,
      waiting: await this.timers.count(),
      stuck: stuck.map(({ kind, id, error, attempts }) => ({ kind, id, code: error, attempts })),
    };
  }
}
