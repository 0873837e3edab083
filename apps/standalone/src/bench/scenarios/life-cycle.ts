import { cpuPerOrder } from '../cpu.js';
import { load } from '../load.js';
import type { BenchContext, Measured, Scenario } from '../scenario.js';

/** The pace at which the time from order to read model is taken, orders/s. */
const PACE = 100;

/** Submitted → delivered through all services and their read models, the warehouse and the carriers on a fast clock. */
export const lifeCycle: Scenario = {
  name: 'life-cycle',
  async run(context) {
    const { platform } = context;
    const skus = await context.catalogue();
    await platform.call('PUT', '/api/simulation', { speed: 1_000_000, running: true });
    await platform.settled();
    return [...(await sustained(context, skus)), ...(await capacity(context, skus))];
  },
};

/** Orders come at a fixed pace, whatever the platform answers. */
async function sustained({ platform, options }: BenchContext, skus: readonly string[]): Promise<Measured[]> {
  const orders = PACE * (options.quick ? 5 : 30);
  const channel = 'bench-pace';
  const usage = platform.usage();
  const begun = performance.now();
  const placed = await load({
    url: platform.url,
    token: platform.token,
    clients: 64,
    orders,
    rate: PACE,
    skus,
    channel,
    followEvery: 5,
  });
  const paced = performance.now();
  await delivered(platform, channel, placed.placed);
  const ended = performance.now();
  const late = (ended - paced) / 1000;
  const cpu = cpuPerOrder(usage, platform.usage(), placed.placed);
  await platform.settled();
  return [
    {
      what: `orders delivered, coming at ${PACE}/s`,
      value: placed.placed / ((ended - begun) / 1000),
      unit: '/s',
      note: `the last was delivered ${late.toFixed(1)} s after it was placed; ${cpu}`,
    },
    {
      what: 'from order to read model, p99',
      value: placed.readableMs?.p99 ?? null,
      unit: 'ms',
      target: { below: 1_000 },
      note: `p50 ${placed.readableMs?.p50.toFixed(0)} ms; placing p99 ${placed.answerMs.p99.toFixed(0)} ms${failures(placed)}`,
    },
  ];
}

/** As many orders as are taken, and how long it takes until all of them are delivered and shown everywhere. */
async function capacity({ platform, options }: BenchContext, skus: readonly string[]): Promise<Measured[]> {
  const channel = 'bench-life';
  const orders = options.quick ? 500 : 5_000;
  const usage = platform.usage();
  const begun = performance.now();
  const placed = await load({ url: platform.url, token: platform.token, clients: 64, orders, skus, channel });
  const taken = (performance.now() - begun) / 1000;
  await delivered(platform, channel, placed.placed);
  const arrived = (performance.now() - begun) / 1000;
  await platform.settled();
  const seconds = (performance.now() - begun) / 1000;
  return [
    {
      what: 'whole life cycle, all services and read models',
      value: placed.placed / seconds,
      unit: 'orders/s',
      target: { atLeast: 100 },
      note:
        `${placed.placed} orders taken in ${taken.toFixed(1)} s, delivered after ${arrived.toFixed(1)} s, ` +
        `shown everywhere after ${seconds.toFixed(1)} s; ${cpuPerOrder(usage, platform.usage(), placed.placed)}${failures(placed)}`,
    },
  ];
}

async function delivered(platform: BenchContext['platform'], channel: string, orders: number): Promise<void> {
  await platform.until(
    async () => {
      const query = `channel=${channel}&status=COMPLETED&count=exact&limit=1`;
      const page = await platform.call('GET', `/api/orders?${query}`);
      return countOf(page) >= orders;
    },
    600_000,
    `${orders} orders are delivered`,
    1_000,
  );
}

const countOf = (page: { count?: number | { value: number } }): number =>
  typeof page.count === 'number' ? page.count : (page.count?.value ?? 0);

const failures = ({ failed, firstFailure }: { failed: number; firstFailure?: string }): string =>
  failed === 0 ? '' : `; ${failed} failed: ${firstFailure}`;
