import { seedOrderList } from '../list-rows.js';
import type { Measured, Scenario } from '../scenario.js';

const ROWS = { quick: 20_000, full: 200_000 };
const TIMES = { quick: 10, full: 25 };

/** What people filter by, alone and together; `{…}` takes another value each time. */
const QUERIES: Readonly<Record<string, (n: number) => string>> = {
  'no filter': () => '',
  status: () => 'status=CONFIRMED',
  'status, common': () => 'status=COMPLETED',
  payment: () => 'payment=REQUESTED',
  fulfilment: () => 'fulfilment=RELEASED,SHIPPED',
  'two axes, both common': () => 'status=COMPLETED&payment=PAID',
  'three axes': () => 'status=CONFIRMED&payment=PAID&fulfilment=SHIPPED',
  sku: (n) => `sku=P-${(n * 37) % 500}`,
  'sku and status': (n) => `sku=P-${(n * 41) % 500}&status=CONFIRMED`,
  customerId: (n) => `customerId=C${(n * 131) % 20_000}`,
  channel: () => 'channel=phone,market',
  'channel and country': () => 'channel=phone&country=CN',
  number: (n) => `number=B${(n * 997) % 20_000}`,
  'a day': (n) =>
    `from=2025-01-${String(1 + (n % 12)).padStart(2, '0')}&to=2025-01-${String(2 + (n % 12)).padStart(2, '0')}`,
  'a day and status': () => 'from=2025-01-05&to=2025-01-06&status=CONFIRMED',
  amount: () => 'totalFrom=150000&totalTo=151000&sort=-total',
  'sku by amount': (n) => `sku=P-${(n * 37) % 500}&sort=-total`,
  'status by amount': () => 'status=COMPLETED&sort=-total',
  'full text, a person': (n) => `q=given${(n * 7) % 997}`,
  'full text, two words': (n) => `q=p-${(n * 37) % 500}%20city${n % 89}`,
  'full text, a beginning': (n) => `q=b1${String(n % 10)}2*`,
  waiting: () => 'waiting=WAREHOUSE&sort=dueAt',
};

/** The order list with many orders: every filter, over HTTP, contacts and count included. */
export const orderList: Scenario = {
  name: 'order-list',
  async run({ platform, options }) {
    const rows = options.quick ? ROWS.quick : ROWS.full;
    const begun = performance.now();
    await seedOrderList(platform.mongodbUrl, rows);
    const seconds = (performance.now() - begun) / 1000;
    const measured: Measured[] = [
      {
        what: `${rows} rows folded and written`,
        value: rows / seconds,
        unit: 'rows/s',
        note: `${seconds.toFixed(0)} s`,
      },
    ];
    for (const [what, query] of Object.entries(QUERIES)) {
      const times: number[] = [];
      let found = '';
      for (let n = 0; n < (options.quick ? TIMES.quick : TIMES.full); n += 1) {
        const at = performance.now();
        const page = await platform.call('GET', `/api/orders?${query(n)}`);
        times.push(performance.now() - at);
        found = `${page.items.length} of ${page.count.exact ? '' : 'more than '}${page.count.value}`;
      }
      times.sort((a, b) => a - b);
      const p95 = times[Math.ceil(times.length * 0.95) - 1] ?? 0;
      const p50 = times[Math.floor(times.length / 2)] ?? 0;
      measured.push({
        what: `list: ${what}, p95`,
        value: p95,
        unit: 'ms',
        target: { below: 100 },
        note: `p50 ${p50.toFixed(1)} ms; ${found}`,
      });
    }
    return measured;
  },
};
