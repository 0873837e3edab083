import { HttpClient } from '../http-client.js';
import type { BenchPlatform } from '../platform.js';
import type { Scenario } from '../scenario.js';

const BUYERS = 64;
const SKU = 'BENCH-HOT';

/** Buyers who ask for one unit each until the time is over; every answer is a decision, yes or no. */
async function buy(
  platform: BenchPlatform,
  seconds: number,
): Promise<{ sold: number; refused: number; failed: string[] }> {
  const until = performance.now() + seconds * 1000;
  const outcome = { sold: 0, refused: 0, failed: [] as string[] };
  const buyer = async (n: number): Promise<void> => {
    const client = new HttpClient(platform.url, platform.token);
    for (let order = 0; performance.now() < until; order += 1) {
      const body = JSON.stringify({ sku: SKU, quantity: 1, location: 'MAIN', reference: `bench/${n}-${order}` });
      const answer = await client.request('POST', '/api/reservations', body);
      if (answer.status === 201) outcome.sold += 1;
      else if (answer.status === 409 && answer.body.includes('STOCK_SHORT')) outcome.refused += 1;
      else outcome.failed.push(`${answer.status} ${answer.body.slice(0, 200)}`);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: BUYERS }, (_, n) => buyer(n)));
  return outcome;
}

/** 64 buyers want the same sku: how many decisions a second, and whether exactly what is there is sold. */
export const hotSku: Scenario = {
  name: 'hot-sku',
  async run({ platform, options }) {
    const seconds = options.quick ? 2 : 8;
    const units = options.quick ? 500 : 2_000;
    await platform.call('PUT', `/api/products/${SKU}`, { name: 'Hot' });
    const before = (await platform.call('GET', `/api/stock/${SKU}`)) as { available: number };
    await platform.call('POST', '/api/stock/receipts', { sku: SKU, location: 'MAIN', quantity: units });
    const there = before.available + units;
    const begun = performance.now();
    const { sold, refused, failed } = await buy(platform, seconds);
    const took = (performance.now() - begun) / 1000;
    await platform.settled();
    const after = (await platform.call('GET', `/api/stock/${SKU}`)) as { available: number };
    return [
      {
        what: 'reservation decisions on one sku, 64 buyers',
        value: (sold + refused) / took,
        unit: '/s',
        target: { atLeast: 500 },
        note: `${sold} sold, ${refused} refused${failed.length > 0 ? `, ${failed.length} failed: ${failed[0]}` : ''}`,
      },
      {
        what: 'units sold that were not there',
        value: Math.max(0, sold - there) + Math.abs(there - sold - after.available),
        unit: '',
        target: { below: 1 },
        note: `${there} were there, ${after.available} are left`,
      },
    ];
  },
};
