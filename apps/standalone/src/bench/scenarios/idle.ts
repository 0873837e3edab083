import { cpuBetween } from '../processes.js';
import type { Scenario } from '../scenario.js';

/** Everything started, nothing to do. */
export const idle: Scenario = {
  name: 'idle',
  async run({ platform, options }) {
    await platform.settled();
    const before = platform.usage();
    if (before === null) {
      const note = 'there is no /proc here';
      return [
        { what: 'CPU, of one core', value: null, unit: '%', target: { below: 2 }, note },
        { what: 'memory in RAM', value: null, unit: 'MB', target: { below: 500 }, note },
      ];
    }
    // What was just started has still things to tidy away.
    await pause(options.quick ? 2_000 : 10_000);
    const from = platform.usage() ?? [];
    const begun = performance.now();
    await pause(options.quick ? 10_000 : 30_000);
    const to = platform.usage() ?? [];
    const elapsed = performance.now() - begun;
    const used = cpuBetween(from, to);
    const percent = (ms: number) => (ms / elapsed) * 100;
    return [
      {
        what: 'CPU, of one core',
        value: percent(Object.values(used).reduce((sum, ms) => sum + ms, 0)),
        unit: '%',
        target: { below: 2 },
        note: `${Object.entries(used)
          .map(([name, ms]) => `${name} ${percent(ms).toFixed(2)} %`)
          .join(', ')}, over ${(elapsed / 1000).toFixed(0)} s`,
      },
      {
        what: 'memory in RAM',
        value: to.reduce((sum, { residentMb }) => sum + residentMb, 0),
        unit: 'MB',
        target: { below: 500 },
        note: to
          .map(
            ({ name, residentMb, anonymousMb }) =>
              `${name} ${residentMb.toFixed(0)} (${anonymousMb.toFixed(0)} anonymous)`,
          )
          .join(', '),
      },
    ];
  },
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
