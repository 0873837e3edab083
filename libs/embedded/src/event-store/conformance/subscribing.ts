import {
  END,
  eventTypeFilter,
  excludeSystemEvents,
  type Position,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { ids, PATIENCE_MS, type Question, within } from './asking.js';

/** Catch-up subscriptions to streams and to `$all`, with filters and checkpoints. */
export const subscribing: Record<string, Question> = {
  'subscribe to a stream from START, then live': async (ask) => {
    const stream = await ask.having('A', 'B');
    const seen = ask.take(ask.client.subscribeToStream(stream, { fromRevision: START }), 3);
    await ask.append(stream, ask.event('C'));
    return seen;
  },
  'subscribe to a stream from a revision (exclusive)': async (ask) => {
    const stream = await ask.having('A', 'B', 'C');
    return ask.take(ask.client.subscribeToStream(stream, { fromRevision: 0n }), 2);
  },
  'subscribe to a stream from END': async (ask) => {
    const stream = await ask.having('A');
    const subscription = ask.client.subscribeToStream(stream, { fromRevision: END });
    return ask.takeLive(subscription, 1, () => ask.append(stream, ask.event('B')));
  },
  'subscribe to a stream that comes later': async (ask) => {
    const stream = ask.name();
    const subscription = ask.client.subscribeToStream(stream, { fromRevision: START });
    return ask.takeLive(subscription, 1, () => ask.append(stream, ask.event('A')));
  },
  'subscribe to a tombstoned stream': async (ask) => {
    const stream = await ask.having('A');
    await ask.client.tombstoneStream(stream);
    return ask.take(ask.client.subscribeToStream(stream, { fromRevision: START }), 1);
  },
  'subscribe to a soft-deleted stream, then append': async (ask) => {
    const stream = await ask.having('A', 'B');
    await ask.client.deleteStream(stream);
    const subscription = ask.client.subscribeToStream(stream, { fromRevision: START });
    return ask.takeLive(subscription, 1, () => ask.append(stream, ask.event('C')));
  },
  '$all by stream prefix': async (ask) => {
    const prefix = ask.name('pre');
    await ask.append(`${prefix}1`, ask.event('A'));
    await ask.append(ask.name('other'), ask.event('B'));
    await ask.append(`${prefix}2`, ask.event('C'));
    const filter = streamNameFilter({ prefixes: [prefix], checkpointInterval: 1 });
    return ask.take(ask.client.subscribeToAll({ fromPosition: START, filter }), 2);
  },
  '$all by two stream prefixes': async (ask) => {
    const prefixes = [ask.name('pa'), ask.name('pb')];
    await ask.append(prefixes[0] ?? '', ask.event('A'));
    await ask.append(prefixes[1] ?? '', ask.event('B'));
    return ask.take(ask.client.subscribeToAll({ fromPosition: START, filter: streamNameFilter({ prefixes }) }), 2);
  },
  '$all by stream regex': async (ask) => {
    const key = ids();
    await ask.append(`x-${key}-1`, ask.event('A'));
    await ask.append(`y-${key}-2`, ask.event('B'));
    const filter = streamNameFilter({ regex: `^x-${key}-\\d$` });
    return ask.take(ask.client.subscribeToAll({ fromPosition: START, filter }), 2, 5000);
  },
  '$all by event type prefix': async (ask) => {
    const type = `Ty${ids()}`;
    await ask.having(`${type}A`, 'Zz', `${type}B`);
    const filter = eventTypeFilter({ prefixes: [type] });
    const seen = await ask.take(ask.client.subscribeToAll({ fromPosition: START, filter }), 2);
    return seen.map((text) => String(text).replace(type, ''));
  },
  '$all by event type regex, live': async (ask) => {
    const type = `Ty${ids()}`;
    const filter = eventTypeFilter({ regex: `^${type}(A|C)$` });
    const subscription = ask.client.subscribeToAll({ fromPosition: END, filter });
    const seen = await ask.takeLive(subscription, 2, () => ask.having(`${type}A`, `${type}B`, `${type}C`));
    return seen.map((text) => String(text).replace(type, ''));
  },
  '$all without system events': async (ask) => {
    const system = new Set<boolean>();
    // Nothing that lies before it in the log can come after it.
    const last = ask.event();
    await ask.append(ask.name(), last);
    const subscription = ask.client.subscribeToAll({ fromPosition: START, filter: excludeSystemEvents() });
    const collect = async (): Promise<void> => {
      for await (const { event } of subscription) {
        if (event) system.add(event.type.startsWith('$'));
        if (event?.id === last.id) break;
      }
    };
    await within(PATIENCE_MS, collect(), undefined);
    await subscription.unsubscribe().catch(() => undefined);
    return [...system];
  },
  '$all from a position is exclusive': async (ask) => {
    const stream = ask.name();
    const { position } = await ask.client.appendToStream(stream, ask.event('A'));
    await ask.append(stream, [ask.event('B'), ask.event('C')]);
    const filter = streamNameFilter({ prefixes: [stream] });
    return ask.take(ask.client.subscribeToAll({ fromPosition: position ?? START, filter }), 2);
  },
  'checkpoints of a filtered subscription': async (ask) => {
    const prefix = ask.name('chk');
    await ask.append(
      ask.name('noise'),
      Array.from({ length: 200 }, () => ask.event('N')),
    );
    await ask.append(prefix, ask.event('A'));
    let checkpoints = 0;
    let both = true;
    const checkpointReached = async (_subscription: unknown, position: Position): Promise<void> => {
      checkpoints += 1;
      both &&= position.commit !== undefined && position.prepare !== undefined;
    };
    const filter = streamNameFilter({
      prefixes: [prefix],
      checkpointInterval: 1,
      maxSearchWindow: 32,
      checkpointReached,
    });
    await ask.take(ask.client.subscribeToAll({ fromPosition: START, filter }), 1);
    return { some: checkpoints > 0, both };
  },
  'resume from a checkpoint misses nothing': async (ask) => {
    const stream = ask.name('res');
    await ask.append(stream, ask.numbered(20));
    const seen: number[] = [];
    let from: Position | typeof START = START;
    for (let round = 0; round < 4; round += 1) {
      const filter = streamNameFilter({ prefixes: [stream] });
      const subscription = ask.client.subscribeToAll({ fromPosition: from, filter });
      const five = async (): Promise<void> => {
        let got = 0;
        for await (const { event } of subscription) {
          if (event === undefined) continue;
          seen.push(Number(event.revision));
          from = event.position ?? from;
          got += 1;
          if (got === 5) break;
        }
      };
      await within(PATIENCE_MS / 4, five(), undefined);
      await subscription.unsubscribe().catch(() => undefined);
    }
    return seen.join(',');
  },
};
