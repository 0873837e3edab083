import { manyOrders } from '../history.js';
import type { Scenario } from '../scenario.js';

/** Fewer events than this say little about a rate. */
const ENOUGH = { quick: 5_000, full: 60_000 };

/** The order list built anew from the log, beside the live one. */
export const rebuild: Scenario = {
  name: 'rebuild',
  async run({ platform, options, catalogue }) {
    await catalogue();
    let { events, seconds } = await rebuildOnce(platform);
    const enough = options.quick ? ENOUGH.quick : ENOUGH.full;
    if (events < enough) {
      const perCopy = 3_300;
      const copies = Math.ceil((enough - events) / perCopy);
      const { csv } = manyOrders(await platform.sample('orders'), copies, 'r');
      await platform.import('kind=orders&mode=history&currency=USD&createMissing=customers', csv);
      await platform.settled();
      ({ events, seconds } = await rebuildOnce(platform));
    }
    return [
      {
        what: 'order list rebuilt',
        value: events / seconds,
        unit: 'events/s',
        target: { atLeast: 20_000 },
        note: `${events} events in ${seconds.toFixed(1)} s, until it was the live one`,
      },
    ];
  },
};

async function rebuildOnce(platform: Parameters<Scenario['run']>[0]['platform']) {
  const begun = performance.now();
  await platform.call('POST', '/api/operations/order/projections/orders/rebuild');
  let events = 0;
  let status = 'running';
  await platform.until(
    async () => {
      const { projections } = await platform.operations('order');
      const job = projections.find(({ name }) => name === 'orders')?.rebuild;
      events = job?.events ?? 0;
      status = job?.status ?? 'running';
      return status !== 'running';
    },
    300_000,
    'the order list is rebuilt',
    20,
  );
  if (status !== 'completed') throw new Error(`the rebuild ended as ${status}`);
  return { events, seconds: (performance.now() - begun) / 1000 };
}
