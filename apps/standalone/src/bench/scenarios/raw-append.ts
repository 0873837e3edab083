import { measureRawAppend } from '@orderloom/embedded/bench/raw-append';
import type { Measured, Scenario } from '../scenario.js';

/** 64 callers in another process, each with one flushed 1 KB event at a time. */
export const rawAppend: Scenario = {
  name: 'raw-append',
  async run({ platform, options }) {
    const seconds = options.quick ? 2 : 8;
    const embedded = await measureRawAppend({ url: platform.eventStoreUrl, clients: 64, seconds });
    const lines: Measured[] = [
      {
        what: 'appends, 64 callers, 1 KB',
        value: embedded.perSecond,
        unit: '/s',
        target: { atLeast: 4_000 },
        note: `p50 ${embedded.p50} ms, p99 ${embedded.p99} ms`,
      },
    ];
    if (options.compareWith === undefined) {
      lines.push({
        what: 'against EventStoreDB',
        value: null,
        unit: '×',
        target: { atLeast: 3 },
        note: 'EVENTSTORE_URL names none',
      });
      return lines;
    }
    const real = await measureRawAppend({ url: options.compareWith, clients: 64, seconds });
    lines.push(
      { what: 'EventStoreDB, the same load', value: real.perSecond, unit: '/s' },
      { what: 'against EventStoreDB', value: embedded.perSecond / real.perSecond, unit: '×', target: { atLeast: 3 } },
    );
    return lines;
  },
};
