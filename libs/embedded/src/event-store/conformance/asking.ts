import { randomUUID } from 'node:crypto';
import {
  ANY,
  type AppendExpectedRevision,
  type AppendToStreamOptions,
  BACKWARDS,
  END,
  type EventData,
  type EventStoreDBClient,
  jsonEvent,
  type ReadStreamOptions,
} from '@eventstore/db-client';

/** An answer: JSON, without positions, times or random names, so that two servers can be compared. */
export type Answer = unknown;
export type Question = (ask: Asking) => Promise<Answer>;

/** What all kinds of subscription have in common. */
interface Followed {
  once(event: 'confirmation', listener: () => void): unknown;
  unsubscribe(): Promise<void>;
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
}

interface Seen {
  readonly event?: { readonly type: string; readonly revision: bigint } | undefined;
  readonly link?: unknown;
}

/** Longest wait for what will come: the wait ends with it, and the machine may be busy with other suites. */
export const PATIENCE_MS = 20_000;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const ids = (): string => randomUUID();
export const credentials = { username: 'admin', password: 'changeit' };

const number = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);
const show = ({ event }: Seen): string => `${event?.type}@${number(event?.revision)}`;

/** An error as an answer: its class, its type, and the revisions it names. */
export function failure(error: unknown): Answer {
  const known = error as Record<string, unknown> & { constructor: { name: string } };
  const answer: Record<string, unknown> = { error: known.constructor.name, type: known['type'] };
  for (const key of ['expectedVersion', 'actualVersion', 'maxAppendSize']) {
    if (known[key] !== undefined) answer[key] = number(known[key]);
  }
  return answer;
}

export async function attempt(action: () => Promise<Answer>): Promise<Answer> {
  try {
    return await action();
  } catch (error) {
    return failure(error);
  }
}

/** The promise's result, or `late` when it takes longer. */
export async function within<T, L>(ms: number, promise: Promise<T>, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<L>((resolve) => {
    timer = setTimeout(() => resolve(late), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The words in which the questions are asked, on one client. */
export class Asking {
  private readonly run = randomUUID().slice(0, 8);
  private count = 0;

  constructor(readonly client: EventStoreDBClient) {}

  /** A stream name nobody has used. */
  name(prefix = 'order'): string {
    this.count += 1;
    return `${prefix}${this.run}x${this.count}-${randomUUID()}`;
  }

  event(type = 'T', data: Record<string, unknown> = {}, id: string = randomUUID()): EventData {
    return jsonEvent({ id, type, data });
  }

  /** `count` events E0, E1, … */
  numbered(count: number): EventData[] {
    return Array.from({ length: count }, (_, index) => this.event(`E${index}`));
  }

  async append(
    stream: string,
    events: EventData | EventData[],
    expectedRevision: AppendExpectedRevision = ANY,
    more: AppendToStreamOptions = {},
  ): Promise<{ success: boolean; nextExpectedRevision: number; hasPosition: boolean }> {
    const result = await this.client.appendToStream(stream, events, { expectedRevision, ...more });
    return {
      success: result.success,
      nextExpectedRevision: Number(result.nextExpectedRevision),
      hasPosition: result.position !== undefined,
    };
  }

  tryAppend(
    stream: string,
    events: EventData | EventData[],
    expectedRevision: AppendExpectedRevision = ANY,
    more: AppendToStreamOptions = {},
  ): Promise<Answer> {
    return attempt(() => this.append(stream, events, expectedRevision, more));
  }

  /** A stream with these events, each type once. */
  async having(...types: string[]): Promise<string> {
    const stream = this.name();
    await this.append(
      stream,
      types.map((type) => this.event(type)),
    );
    return stream;
  }

  /** What reading gives, as `type@revision`. */
  read(stream: string, options: ReadStreamOptions = {}): Promise<Answer> {
    return attempt(async () => {
      const seen: string[] = [];
      for await (const resolved of this.client.readStream(stream, options)) {
        if (resolved.event || resolved.link) seen.push(show(resolved));
      }
      return seen;
    });
  }

  readBackwards(stream: string): Promise<Answer> {
    return this.read(stream, { direction: BACKWARDS, fromRevision: END });
  }

  /** The first `count` events of a subscription, or its failure, or what came in time. */
  async take(subscription: Followed, count: number, ms = PATIENCE_MS): Promise<Answer[]> {
    const seen: Answer[] = [];
    const collect = async (): Promise<void> => {
      try {
        for await (const resolved of subscription as AsyncIterable<Seen>) {
          if (resolved.event || resolved.link) seen.push(show(resolved));
          if (seen.length >= count) break;
        }
      } catch (error) {
        seen.push(failure(error));
      }
    };
    await within(ms, collect(), undefined);
    await subscription.unsubscribe().catch(() => undefined);
    return seen;
  }

  /** As `take`, of what is appended once the server has confirmed the subscription. */
  async takeLive(subscription: Followed, count: number, append: () => Promise<unknown>): Promise<Answer[]> {
    const confirmed = new Promise<void>((resolve) => {
      subscription.once('confirmation', resolve);
    });
    const seen = this.take(subscription, count);
    await within(PATIENCE_MS, confirmed, undefined);
    await append();
    return seen;
  }
}
