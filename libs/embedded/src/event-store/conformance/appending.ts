import { ANY, binaryEvent, jsonEvent, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import { type Answer, attempt, credentials, ids, type Question } from './asking.js';

/** Expected revisions, limits, names, and what is recorded. */
export const appending: Record<string, Question> = {
  'append to a new stream, NO_STREAM': async (ask) => ask.append(ask.name(), ask.event(), NO_STREAM),
  'append to a new stream, ANY': async (ask) => ask.append(ask.name(), ask.event(), ANY),
  'append three at once': async (ask) => ask.append(ask.name(), [ask.event(), ask.event(), ask.event()], NO_STREAM),
  'append to an existing stream, NO_STREAM': async (ask) =>
    ask.tryAppend(await ask.having('A', 'B'), ask.event(), NO_STREAM),
  'append to a missing stream, STREAM_EXISTS': async (ask) => ask.tryAppend(ask.name(), ask.event(), STREAM_EXISTS),
  'append to an existing stream, STREAM_EXISTS': async (ask) =>
    ask.append(await ask.having('A'), ask.event(), STREAM_EXISTS),
  'append at the right revision': async (ask) => ask.append(await ask.having('A', 'B'), ask.event(), 1n),
  'append at a revision too low': async (ask) => ask.tryAppend(await ask.having('A', 'B'), ask.event(), 0n),
  'append at a revision too high': async (ask) => ask.tryAppend(await ask.having('A'), ask.event(), 10n),
  'append at a revision to a missing stream': async (ask) => ask.tryAppend(ask.name(), ask.event(), 5n),
  'no events to a missing stream, ANY': async (ask) => {
    const stream = ask.name();
    return { append: await ask.tryAppend(stream, [], ANY), read: await ask.read(stream) };
  },
  'no events to a missing stream, NO_STREAM': async (ask) => {
    const stream = ask.name();
    return { append: await ask.tryAppend(stream, [], NO_STREAM), read: await ask.read(stream) };
  },
  'no events to an existing stream, exact': async (ask) => ask.tryAppend(await ask.having('A'), [], 0n),

  '200 concurrent appends to one stream, ANY': async (ask) => {
    const stream = ask.name();
    const results = await Promise.all(Array.from({ length: 200 }, () => ask.append(stream, ask.event('A'))));
    const revisions = results.map((result) => result.nextExpectedRevision).sort((a, b) => a - b);
    const read = (await ask.read(stream, { maxCount: 500 })) as Answer[];
    return { contiguous: revisions.every((revision, index) => revision === index), read: read.length };
  },
  '50 concurrent appends, all NO_STREAM': async (ask) => {
    const stream = ask.name();
    const attempts = Array.from({ length: 50 }, () => ask.tryAppend(stream, ask.event('A'), NO_STREAM));
    const results = (await Promise.all(attempts)) as { success?: boolean; type?: string }[];
    const lost = results.filter((result) => !result.success);
    return {
      won: results.length - lost.length,
      lost: [...new Set(lost.map((result) => result.type))],
      read: ((await ask.read(stream)) as Answer[]).length,
    };
  },
  'an append over the size limit': async (ask) =>
    ask.tryAppend(ask.name(), ask.event('Big', { pad: 'x'.repeat(1_200_000) })),
  'an append just under the size limit': async (ask) =>
    ask.append(ask.name(), ask.event('Big', { pad: 'x'.repeat(1_000_000) })),
  'append with credentials (unary path)': async (ask) => {
    const stream = ask.name();
    return {
      first: await ask.append(stream, ask.event(), NO_STREAM, { credentials }),
      wrong: await ask.tryAppend(stream, ask.event(), NO_STREAM, { credentials }),
    };
  },
  'unary path, wrong revision without throwing': async (ask) => {
    const stream = await ask.having('A', 'B');
    return attempt(async () => {
      const options = { expectedRevision: 0n, throwOnAppendFailure: false, credentials };
      const result = await ask.client.appendToStream(stream, ask.event(), options);
      return { success: result.success, nextExpectedRevision: Number(result.nextExpectedRevision) };
    });
  },
  'stream names with other letters': async (ask) => {
    const stream = ask.name('订单 /ä?#');
    await ask.append(stream, ask.event('类型'));
    return ask.read(stream);
  },
  'empty stream name': async (ask) => ask.tryAppend('', ask.event()),

  'what a recorded json event holds': async (ask) => {
    const stream = ask.name();
    const id = ids();
    const data = { a: 1, 字: '值' };
    await ask.client.appendToStream(stream, jsonEvent({ id, type: 'T', data, metadata: { m: true } }));
    for await (const { event } of ask.client.readStream(stream)) {
      return {
        sameId: event?.id === id,
        type: event?.type,
        isJson: event?.isJson,
        data: event?.data,
        metadata: event?.metadata,
        revision: typeof event?.revision,
        created: event?.created?.constructor?.name,
        sameStream: event?.streamId === stream,
      };
    }
    return 'nothing';
  },
  'what a recorded binary event holds': async (ask) => {
    const stream = ask.name();
    const bytes = { data: Uint8Array.from([0, 1, 255]), metadata: Uint8Array.from([7]) };
    await ask.client.appendToStream(stream, binaryEvent({ type: 'B', ...bytes }));
    for await (const { event } of ask.client.readStream(stream)) {
      const list = (value: unknown): number[] => [...(value as Uint8Array)];
      return { isJson: event?.isJson, data: list(event?.data), metadata: list(event?.metadata) };
    }
    return 'nothing';
  },
  'json event without metadata': async (ask) => {
    const stream = await ask.having('A');
    for await (const { event } of ask.client.readStream(stream)) return { metadata: event?.metadata ?? null };
    return 'nothing';
  },
};
