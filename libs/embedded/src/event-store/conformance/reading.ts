import { BACKWARDS, END, FORWARDS, START } from '@eventstore/db-client';
import { type Answer, attempt, pause, type Question } from './asking.js';

/** Reading streams and `$all`, and what metadata hides. */
export const reading: Record<string, Question> = {
  'read forwards in pages': async (ask) => {
    const stream = ask.name();
    await ask.append(stream, ask.numbered(7));
    return {
      first: await ask.read(stream, { maxCount: 3 }),
      second: await ask.read(stream, { maxCount: 3, fromRevision: 3n }),
      past: await ask.read(stream, { fromRevision: 100n }),
      all: ((await ask.read(stream)) as Answer[]).length,
    };
  },
  'read backwards': async (ask) => {
    const stream = ask.name();
    await ask.append(stream, ask.numbered(5));
    const from = (fromRevision: bigint | typeof END | typeof START, maxCount = 100): Promise<Answer> =>
      ask.read(stream, { direction: BACKWARDS, fromRevision, maxCount });
    return { end: await from(END, 2), from3: await from(3n), start: await from(START), beyond: await from(100n, 2) };
  },
  'read forwards from END': async (ask) => ask.read(await ask.having('A'), { fromRevision: END }),
  'read a missing stream': async (ask) => ask.read(ask.name()),
  'read a missing stream backwards': async (ask) => ask.readBackwards(ask.name()),
  'read with maxCount 0': async (ask) => ask.read(await ask.having('A'), { maxCount: 0 }),
  'read $all backwards, newest first': async (ask) => {
    const stream = await ask.having('A', 'B');
    const seen: string[] = [];
    for await (const { event } of ask.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 50 })) {
      if (event?.streamId === stream) seen.push(event.type);
    }
    return seen;
  },
  'read $all forwards from a position': async (ask) => {
    const stream = ask.name();
    const { position } = await ask.client.appendToStream(stream, ask.event('A'));
    await ask.append(stream, [ask.event('B'), ask.event('C')]);
    const seen: string[] = [];
    const options = { direction: FORWARDS, fromPosition: position ?? START, maxCount: 50 } as const;
    for await (const { event } of ask.client.readAll(options)) if (event?.streamId === stream) seen.push(event.type);
    return seen;
  },

  $maxCount: async (ask) => {
    const stream = ask.name();
    await ask.append(stream, ask.numbered(5));
    await ask.client.setStreamMetadata(stream, { maxCount: 2 });
    return {
      fwd: await ask.read(stream),
      bwd: await ask.readBackwards(stream),
      fromOld: await ask.read(stream, { fromRevision: 0n }),
      // biome-ignore lint/suspicious/noThenProperty: the recorded answer calls it so, and it is no function.
      then: await ask.append(stream, ask.event('E5'), 4n),
      after: await ask.read(stream),
    };
  },
  $tb: async (ask) => {
    const stream = ask.name();
    await ask.append(stream, ask.numbered(5));
    await ask.client.setStreamMetadata(stream, { truncateBefore: 3 });
    return { fwd: await ask.read(stream), bwd: await ask.readBackwards(stream) };
  },
  $maxAge: async (ask) => {
    const stream = ask.name();
    await ask.append(stream, ask.numbered(2));
    await ask.client.setStreamMetadata(stream, { maxAge: 1 });
    // The passing of time itself is what is asked about.
    await pause(2200);
    return {
      old: await ask.read(stream),
      next: await ask.append(stream, ask.event('E2')),
      fresh: await ask.read(stream),
    };
  },
  '$tb beyond the end': async (ask) => {
    const stream = ask.name();
    await ask.append(stream, ask.numbered(2));
    await ask.client.setStreamMetadata(stream, { truncateBefore: 10 });
    return {
      read: await ask.read(stream),
      next: await ask.tryAppend(stream, ask.event('E2')),
      after: await ask.read(stream),
    };
  },
  'metadata of a stream without any': async (ask) =>
    attempt(async () => {
      const found = await ask.client.getStreamMetadata(ask.name());
      return {
        metadata: found.metadata ?? null,
        metastreamRevision: found.metastreamRevision ?? null,
        isStreamDeleted: (found as { isStreamDeleted?: boolean }).isStreamDeleted ?? null,
      };
    }),
  'metadata written and read': async (ask) => {
    const stream = ask.name();
    await ask.client.setStreamMetadata(stream, { maxCount: 7, colour: 'red' });
    return { metadata: (await ask.client.getStreamMetadata(stream)).metadata };
  },
  'metadata at a wrong revision': async (ask) => {
    const stream = ask.name();
    await ask.client.setStreamMetadata(stream, { maxCount: 7 });
    return attempt(async () => {
      const again = await ask.client.setStreamMetadata(stream, { maxCount: 8 }, { expectedRevision: 'no_stream' });
      return { success: again.success };
    });
  },
};
