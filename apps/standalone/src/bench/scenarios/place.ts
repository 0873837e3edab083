import { measureRawAppend } from '@orderloom/embedded/bench/raw-append';
import { cpuPerOrder } from '../cpu.js';
import { load } from '../load.js';
import type { Scenario } from '../scenario.js';

/** `POST /api/orders` with 64 callers beside the raw append rate of the same event store, before and after. */
export const place: Scenario = {
  name: 'place',
  async run({ platform, options, catalogue }) {
    const skus = await catalogue();
    await platform.call('PUT', '/api/simulation', { speed: 1_000_000, running: true });
    const seconds = options.quick ? 2 : 8;
    const raw = () => measureRawAppend({ url: platform.eventStoreUrl, clients: 64, seconds: seconds / 2 });
    const before = await raw();
    const usage = platform.usage();
    const placed = await load({
      url: platform.url,
      token: platform.token,
      clients: 64,
      seconds,
      warmUp: 2,
      skus,
      channel: 'bench-place',
    });
    const cpu = cpuPerOrder(usage, platform.usage(), placed.placed);
    await platform.settled();
    const after = await raw();
    const rawRate = (before.perSecond + after.perSecond) / 2;
    const rate = placed.counted / placed.seconds;
    return [
      {
        what: 'orders placed, of raw appends',
        value: (rate / rawRate) * 100,
        unit: '%',
        target: { atLeast: 50 },
        ...(placed.failed > 0 ? { note: `${placed.failed} failed: ${placed.firstFailure}` } : {}),
      },
      {
        what: 'orders placed, 64 callers',
        value: rate,
        unit: '/s',
        note: `p50 ${placed.answerMs.p50.toFixed(1)} ms, p99 ${placed.answerMs.p99.toFixed(1)} ms; ${cpu}`,
      },
      {
        what: 'raw appends, 64 callers',
        value: rawRate,
        unit: '/s',
        note: `${before.perSecond} before, ${after.perSecond} after`,
      },
    ];
  },
};
