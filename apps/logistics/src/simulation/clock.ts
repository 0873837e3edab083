import type { DomainEvent } from '@orderloom/event-sourcing';

/** How the operator set the simulation clock: from `at` on it shows `simulated` and goes `speed` times as fast. */
export interface ClockSetting {
  readonly speed: number;
  readonly running: boolean;
  /** What it showed when it was set, ms since 1970. */
  readonly simulated: number;
  /** When it was set, ms since 1970 by the wall clock. */
  readonly at: number;
}

/** Kept in the service's log only: a setting of the operator, no fact about an order. */
export type SimulationEvent = DomainEvent<'SimulationClockSet', ClockSetting>;

/** Slowest and fastest speed. */
export const SPEED = { min: 0.001, max: 1_000_000 };

/** The aggregate of the one simulation clock; its id is `logistics`. Unset, it is the wall clock. */
export const simulationClock = {
  prefix: 'simulation',
  initial: (): ClockSetting => ({ speed: 1, running: true, simulated: 0, at: 0 }),
  evolve: (_state: ClockSetting, event: SimulationEvent): ClockSetting => event.data,
};

export const CLOCK_ID = 'logistics';

/** What the simulation clock shows at a wall time, ms since 1970. It also goes on while no process runs. */
export const simulatedAt = (setting: ClockSetting, wall: number): number =>
  setting.running ? setting.simulated + (wall - setting.at) * setting.speed : setting.simulated;

/** The wall time at which it will show `due`; undefined while it stands and has not shown it yet. */
export const wallTimeOf = (setting: ClockSetting, due: number): number | undefined => {
  if (due <= setting.simulated) return setting.at;
  return setting.running ? setting.at + (due - setting.simulated) / setting.speed : undefined;
};

/** Sets speed, stops or starts. What it shows does not jump. The same setting again is no event. */
export const setClock = (
  change: {
    readonly speed?: number | undefined;
    readonly running?: boolean | undefined;
    readonly skipMs?: number | undefined;
  },
  wall: number,
  state: ClockSetting,
): SimulationEvent[] => {
  const speed = change.speed ?? state.speed;
  const running = change.running ?? state.running;
  const skip = change.skipMs ?? 0;
  if (speed === state.speed && running === state.running && skip === 0) return [];
  const simulated = Math.round(simulatedAt(state, wall)) + skip;
  return [{ type: 'SimulationClockSet', data: { speed, running, simulated, at: wall } }];
};
