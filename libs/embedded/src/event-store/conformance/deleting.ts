import { ANY, type DeleteStreamOptions, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import { type Answer, type Asking, attempt, type Question } from './asking.js';

type Expected = DeleteStreamOptions['expectedRevision'] | typeof STREAM_EXISTS;

const remove = (ask: Asking, stream: string, expectedRevision: Expected = ANY): Promise<Answer> =>
  attempt(async () => {
    await ask.client.deleteStream(stream, { expectedRevision } as DeleteStreamOptions);
    return 'deleted';
  });

const tombstone = (ask: Asking, stream: string, expectedRevision: bigint | typeof ANY = ANY): Promise<Answer> =>
  attempt(async () => {
    await ask.client.tombstoneStream(stream, { expectedRevision });
    return 'done';
  });

/** Soft delete, beginning again after it, and tombstones. */
export const deleting: Record<string, Question> = {
  'soft delete, then read and append': async (ask) => {
    const stream = await ask.having('A', 'B');
    const del = await attempt(async () => {
      const result = await ask.client.deleteStream(stream);
      return { hasPosition: result.position !== undefined };
    });
    return {
      del,
      read: await ask.read(stream),
      exact: await ask.tryAppend(stream, ask.event('X'), 1n),
      read2: await ask.read(stream),
      any: await ask.tryAppend(stream, ask.event('C'), ANY),
      read3: await ask.read(stream),
    };
  },
  'soft delete, then append NO_STREAM': async (ask) => {
    const stream = await ask.having('A', 'B');
    await remove(ask, stream);
    return { append: await ask.tryAppend(stream, ask.event('C'), NO_STREAM), read: await ask.read(stream) };
  },
  'soft delete, then append STREAM_EXISTS': async (ask) => {
    const stream = await ask.having('A', 'B');
    await remove(ask, stream);
    return { append: await ask.tryAppend(stream, ask.event('C'), STREAM_EXISTS), read: await ask.read(stream) };
  },
  'soft delete at a wrong revision': async (ask) => remove(ask, await ask.having('A', 'B'), 0n),
  'soft delete of a missing stream, ANY': async (ask) => remove(ask, ask.name()),
  'soft delete of a missing stream, NO_STREAM': async (ask) => remove(ask, ask.name(), NO_STREAM),
  'soft delete of a missing stream, STREAM_EXISTS': async (ask) => remove(ask, ask.name(), STREAM_EXISTS),
  'soft delete twice': async (ask) => {
    const stream = await ask.having('A');
    await remove(ask, stream);
    return remove(ask, stream);
  },
  'tombstone, then everything': async (ask) => {
    const stream = await ask.having('A');
    await ask.client.tombstoneStream(stream);
    return {
      read: await ask.read(stream),
      append: await ask.tryAppend(stream, ask.event()),
      noStream: await ask.tryAppend(stream, ask.event(), NO_STREAM),
      again: await tombstone(ask, stream),
      softDelete: await remove(ask, stream),
      metadata: await attempt(async () => {
        const found = await ask.client.getStreamMetadata(stream);
        return { deleted: (found as { isStreamDeleted?: boolean }).isStreamDeleted ?? null };
      }),
    };
  },
  'tombstone of a missing stream': async (ask) => tombstone(ask, ask.name()),
  'tombstone at a wrong revision': async (ask) => tombstone(ask, await ask.having('A'), 5n),
};
