import { readFile } from 'node:fs/promises';
import { eventually } from '@orderloom/testing';
import { manyOrders } from '../bench/history.js';
import { Platform } from '../e2e/platform.js';

const sample = (name: string) => readFile(new URL(`../../sample/northwind/${name}.csv`, import.meta.url), 'utf8');

interface Job {
  status: string;
  rows: number;
  accepted: number;
  rejected: number;
}

describe('an import that is killed half-way', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start();
  }, 240_000);
  afterAll(() => platform.remove(), 30_000);

  it('goes on by itself after every kill: nothing twice, nothing missing', async () => {
    const copies = 1;
    const { csv, lines } = manyOrders(await sample('orders'), copies, 'K');
    const query = 'kind=orders&mode=history&currency=USD&createMissing=products,customers';
    const { body } = await platform.call('POST', `/api/imports?${query}`, csv);
    const job = (): Promise<Job> => platform.get(`/api/imports/${body.id}`);
    const until = (message: string, check: (job: Job) => boolean) =>
      eventually(async () => check(await job()), { deadlineMs: 90_000, everyMs: 20, message });

    for (const share of [0.1, 0.5]) {
      await until(`${share * 100} % are imported`, ({ accepted }) => accepted >= lines * share);
      await platform.process.kill();
      platform = await Platform.start(platform.dataDir);
    }
    await until('the import ends', ({ status }) => status === 'completed' || status === 'failed');
    expect(await job()).toMatchObject({ status: 'completed', rows: lines, accepted: lines, rejected: 0 });

    await platform.settled();
    expect(await platform.get('/api/analytics/summary')).toMatchObject({
      orders: 830 * copies,
      lines: 2155 * copies,
      customers: 89,
      gross: { amount: 135445859 * copies, currency: 'USD' },
      net: { amount: 126579329 * copies, currency: 'USD' },
      notShipped: 21 * copies,
      shippedLate: 37 * copies,
    });
  }, 240_000);
});
