import { Injectable } from '@nestjs/common';
import { Clock, InjectSettings } from '@orderloom/platform';
import { SimulationClockRepository } from '../repositories.js';
import type { LogisticsSettings } from '../settings.js';
import { CLOCK_ID, type ClockSetting, simulatedAt, simulationClock, wallTimeOf } from './clock.js';
import { type Durations, MINUTE } from './durations.js';

/** The simulation clock as this process knows it, and how long things take. */
@Injectable()
export class SimulationTime {
  readonly durations: Durations;
  #setting: ClockSetting = simulationClock.initial();

  constructor(
    private readonly clock: Clock,
    private readonly clocks: SimulationClockRepository,
    @InjectSettings() settings: LogisticsSettings,
  ) {
    this.durations = {
      accept: settings.SIMULATION_ACCEPT_MINUTES * MINUTE,
      pick: settings.SIMULATION_PICK_MINUTES * MINUTE,
      pack: settings.SIMULATION_PACK_MINUTES * MINUTE,
      handover: settings.SIMULATION_HANDOVER_MINUTES * MINUTE,
      transitMin: settings.SIMULATION_TRANSIT_MIN_MINUTES * MINUTE,
      transitMax: settings.SIMULATION_TRANSIT_MAX_MINUTES * MINUTE,
    };
  }

  get setting(): ClockSetting {
    return this.#setting;
  }

  /** Reads how the clock is set. */
  async refresh(): Promise<ClockSetting> {
    this.#setting = (await this.clocks.load(CLOCK_ID)).state;
    return this.#setting;
  }

  /** What the simulation clock shows, ms since 1970. */
  now(): number {
    return simulatedAt(this.#setting, this.clock.millis());
  }

  /** What it showed at a wall time, ISO 8601 UTC, had it always been set as it is now. */
  at(wall: string): number {
    return simulatedAt(this.#setting, Date.parse(wall));
  }

  /** Wall time in ms until it shows `due`; undefined while it stands. */
  until(due: number): number | undefined {
    const wall = wallTimeOf(this.#setting, due);
    return wall === undefined ? undefined : Math.max(0, wall - this.clock.millis());
  }

  /** The wall time at which simulated time that begins now will be over, ISO 8601 UTC. */
  after(simulatedMs: number): string {
    const { speed, running } = this.#setting;
    return new Date(this.clock.millis() + Math.round(simulatedMs / (running ? speed : 1))).toISOString();
  }

  /** Wall clock, ISO 8601 UTC: what `occurredAt` is in events, so that they fit those of other services. */
  wall(): string {
    return this.clock.now();
  }
}
