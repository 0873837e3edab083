import { createRequire } from 'node:module';
import { decodeFetchV11, type FetchResponse, NotPlain } from './fetch-decoder.js';
import { encodeFetchV11, type FetchArgs } from './fetch-encoder.js';
import { encodeProduce, type ProduceArgs } from './produce-encoder.js';

const load = createRequire(import.meta.url);

/** What the guards touch of kafkajs' request queue (kafkajs/src/network/requestQueue/index.js, 2.2.4). */
export interface RequestQueue {
  pending: unknown[];
  inflight: Map<number, { sentAt: number; requestTimeout: number; timeoutRequest(): void }>;
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  requestTimeout: number;
  enforceRequestTimeout: boolean;
  isConnected(): boolean;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
  scheduleRequestTimeoutCheck(): void;
  destroy(): void;
}

const GUARDED = Symbol.for('orderloom.kafkajs.guarded');
const VERSION = '2.2.4';

/** One API of the protocol (kafkajs/src/protocol/requests). */
interface Api<Args, Response> {
  protocol(options: { version: number }): (args: Args) => {
    readonly request: { encode(): Promise<unknown> };
    readonly response: { decode(raw: Buffer): Promise<Response>; parse(data: object): Promise<object> };
    readonly requestTimeout?: number;
  };
}

/** Writes with the fast writer; reads plain responses with the fast reader, everything else with kafkajs' own. */
const quickenFetch = (): void => {
  const fetch: Api<FetchArgs, FetchResponse> = load('kafkajs/src/protocol/requests/fetch/index.js');
  const Encoder: new () => { writeBuffer(buffer: Buffer): unknown } = load('kafkajs/src/protocol/encoder.js');
  const original = fetch.protocol;
  fetch.protocol = ({ version }) => {
    const make = original({ version });
    if (version !== 11) return make;
    return (args) => {
      const api = make(args);
      const decode = async (raw: Buffer): Promise<FetchResponse> => {
        try {
          return decodeFetchV11(raw);
        } catch (error) {
          if (error instanceof NotPlain || error instanceof RangeError) return api.response.decode(raw);
          throw error;
        }
      };
      const encode = async () => new Encoder().writeBuffer(encodeFetchV11(args));
      return { ...api, request: { ...api.request, encode }, response: { ...api.response, decode } };
    };
  };
};

/** Writes uncompressed batches with the fast writer. */
const quickenProduce = (): void => {
  const produce: Api<ProduceArgs, object> = load('kafkajs/src/protocol/requests/produce/index.js');
  const Encoder: new () => { writeBuffer(buffer: Buffer): unknown } = load('kafkajs/src/protocol/encoder.js');
  const original = produce.protocol;
  produce.protocol = ({ version }) => {
    const make = original({ version });
    if (version < 3) return make;
    return (args) => {
      const api = make(args);
      if (args.compression) return api;
      const encode = async () => new Encoder().writeBuffer(encodeProduce(args));
      return { ...api, request: { ...api.request, encode } };
    };
  };
};

const inherit = (): { prototype: RequestQueue } => {
  const { version }: { version: string } = load('kafkajs/package.json');
  if (version !== VERSION) {
    throw new Error(`libs/messaging knows the inside of kafkajs ${VERSION}, but ${version} is installed`);
  }
  return load('kafkajs/src/network/requestQueue/index.js');
};

/** Connections by how often they are looked at, ms. */
const watched = new Map<number, { readonly queues: Set<RequestQueue>; readonly timer: NodeJS.Timeout }>();

const everyMs = ({ requestTimeout }: RequestQueue): number =>
  Math.min(requestTimeout, Math.max(1_000, Math.ceil(requestTimeout / 6)));

const watch = (queue: RequestQueue): void => {
  const every = everyMs(queue);
  const known = watched.get(every);
  if (known) {
    known.queues.add(queue);
    return;
  }
  const queues = new Set([queue]);
  const look = () => {
    const now = Date.now();
    for (const one of queues) {
      for (const request of [...one.inflight.values()]) {
        if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
      }
      if (!one.isConnected()) one.destroy();
    }
  };
  watched.set(every, { queues, timer: setInterval(look, every) });
};

const unwatch = (queue: RequestQueue): void => {
  const every = everyMs(queue);
  const known = watched.get(every);
  if (!known?.queues.delete(queue) || known.queues.size > 0) return;
  clearInterval(known.timer);
  watched.delete(every);
};

/**
 * Repairs what costs a process its rest in kafkajs. Called before the first connection; a second call does nothing.
 *
 * - `scheduleCheckPendingRequests` sets a timer even when nothing is pending, with `throttledUntil - now` as its delay.
 *   `throttledUntil` starts at -1, so the delay is hugely negative, Node makes it 1 ms, and the timer sets itself again
 *   for ever. (Newer Node also prints TimeoutNegativeWarning.) Here: a timer only when something waits.
 * - request time-outs are looked for ten times a second on every connection, and a process holds some thirty. Here one
 *   timer looks at all connections, every few seconds where the limit is counted in tens of seconds.
 * - fetch responses are read by fetch-decoder.ts, fetch and produce requests written by fetch- and produce-encoder.ts.
 */
export const guardKafkajs = (): RequestQueue => {
  const queue = inherit().prototype;
  if (Reflect.get(queue, GUARDED)) return queue;
  Reflect.set(queue, GUARDED, true);
  quickenFetch();
  quickenProduce();

  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId) return;
    const wait = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      wait > 0 ? wait : 10,
    );
  };

  const { destroy } = queue;
  queue.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    watch(this);
  };
  queue.destroy = function (this: RequestQueue) {
    destroy.call(this);
    unwatch(this);
  };
  return queue;
};
