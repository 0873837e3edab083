import { cpuPerOrder } from '../cpu.js';
import { manyOrders } from '../history.js';
import type { Scenario } from '../scenario.js';

/** An order book of the past, from upload to the end of the job; how long read models take after it is said beside. */
export const importHistory: Scenario = {
  name: 'import',
  async run({ platform, options, catalogue }) {
    await catalogue();
    await platform.import('kind=customers&mode=live', await platform.sample('customers'));
    await platform.settled();
    const { csv, lines } = manyOrders(await platform.sample('orders'), options.quick ? 2 : 12, 'i');
    const usage = platform.usage();
    const begun = performance.now();
    const job = await platform.import('kind=orders&mode=history&currency=USD', csv);
    await platform.settled();
    const after = (performance.now() - begun) / 1000 - job.seconds;
    const rejected = job.rejected > 0 ? `; ${job.rejected} rejected` : '';
    return [
      {
        what: 'lines imported (history)',
        value: job.accepted / job.seconds,
        unit: '/s',
        target: { atLeast: 2_000 },
        note:
          `${lines} lines in ${job.seconds.toFixed(1)} s; shown everywhere ${after.toFixed(1)} s later${rejected}; ` +
          cpuPerOrder(usage, platform.usage(), lines).replace('per order', 'per line'),
      },
    ];
  },
};
