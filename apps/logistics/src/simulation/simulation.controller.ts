import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Clock, Ctx, DryRun, Field, InjectSettings, Needs, type RequestContext } from '@orderloom/platform';
import { contextFor } from '../command-answer.js';
import { SimulationClockRepository } from '../repositories.js';
import type { LogisticsSettings } from '../settings.js';
import { CLOCK_ID, type ClockSetting, SPEED, setClock, simulatedAt } from './clock.js';
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

@ApiTags('simulation')
@Needs('policies:read')
@Controller('api/simulation')
export class SimulationController {
  constructor(
    private readonly clocks: SimulationClockRepository,
    private readonly time: SimulationTime,
    private readonly simulator: Simulator,
    private readonly timers: Timers,
    private readonly clock: Clock,
    @InjectSettings() private readonly settings: LogisticsSettings,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What the simulated warehouse and carriers are doing' })
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
    return this.show(state);
  }

  private async show(setting: ClockSetting): Promise<object> {
    const { WAREHOUSE_MODE, CARRIER_MODE } = this.settings;
    return {
      speed: setting.speed,
      running: setting.running,
      time: new Date(simulatedAt(setting, this.clock.millis())).toISOString(),
      warehouse: WAREHOUSE_MODE,
      carrier: CARRIER_MODE,
      waiting: await this.timers.count(),
    };
  }
}
