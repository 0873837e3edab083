/**
 * Places orders; runs as a process of its own, as callers do. Takes its task as the first message and answers with
 * the result.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HttpClient } from './http-client.js';

/** What to place, and how fast. */
export interface LoadTask {
  readonly url: string;
  readonly token: string;
  /** Callers, each with one connection and one order at a time. */
  readonly clients: number;
  /** How many orders. */
  readonly orders?: number;
  /** Or for how long, s; with `warmUp` seconds before it that are not counted. */
  readonly seconds?: number;
  readonly warmUp?: number;
  /** Orders per second that begin, whatever the platform answers; as fast as it answers when absent. */
  readonly rate?: number;
  readonly skus: readonly string[];
  /** `channel` of the orders, so that they can be found again. */
  readonly channel: string;
  readonly linesPerOrder?: number;
  /** Every so many orders one is followed until the order list shows it. */
  readonly followEvery?: number;
}

/** What came of it. Times in ms. */
export interface LoadResult {
  readonly placed: number;
  readonly counted: number;
  readonly failed: number;
  readonly firstFailure?: string;
  readonly seconds: number;
  readonly answerMs: Quantiles;
  /** From the request to the order list showing the order. */
  readonly readableMs: Quantiles | null;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Runs the load in another process. @throws when that process fails */
export function load(task: LoadTask): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['run']);
    let result: LoadResult | undefined;
    child.once('error', reject);
    child.on('message', (message) => {
      result = message as LoadResult;
    });
    child.once('exit', (code) => {
      if (result) resolve(result);
      else reject(new Error(`the load process ended with code ${code}`));
    });
    child.send(task);
  });
}

const TERMS = ['prepaid', 'invoice', 'cod'] as const;
const CITIES = [
  ['Berlin', '10115', 'DE'],
  ['上海', '200000', 'CN'],
  ['Lyon', '69001', 'FR'],
] as const;

function orderOf(n: number, { skus, channel, linesPerOrder = 2 }: LoadTask): string {
  const [city, postalCode, country] = CITIES[n % CITIES.length]!;
  const lines = Array.from({ length: Math.min(linesPerOrder, skus.length) }, (_, line) => ({
    sku: skus[(n * linesPerOrder + line) % skus.length],
    quantity: 1 + (n % 3),
  }));
  return JSON.stringify({
    channel,
    externalNumber: `${channel}-${n}`,
    customer: { name: `Caller ${n}`, email: `caller-${n}@example.org` },
    lines,
    shipTo: { name: `Caller ${n}`, street: `Example Street ${n}`, city, postalCode, country },
    currency: 'USD',
    paymentTerms: TERMS[n % TERMS.length],
    locale: n % 2 === 0 ? 'en' : 'zh-CN',
  });
}

const quantiles = (times: number[]): Quantiles => {
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: times.at(-1) ?? 0 };
};

async function run(task: LoadTask): Promise<LoadResult> {
  const { url, token, clients, orders = Number.POSITIVE_INFINITY, seconds, warmUp = 0, rate, followEvery } = task;
  const begun = performance.now();
  const countFrom = begun + warmUp * 1000;
  const until = seconds === undefined ? Number.POSITIVE_INFINITY : countFrom + seconds * 1000;
  const answerMs: number[] = [];
  const readableMs: number[] = [];
  const following: Promise<void>[] = [];
  const followers: HttpClient[] = [];
  let next = 0;
  let placed = 0;
  let failed = 0;
  let firstFailure: string | undefined;
  const fail = (reason: string) => {
    failed += 1;
    firstFailure ??= reason;
  };
  const follow = async (id: string, from: number): Promise<void> => {
    const client = followers.pop() ?? new HttpClient(url, token);
    for (;;) {
      const { status, body } = await client.request('GET', `/api/orders?limit=1&seen=${id}@1`);
      if (status === 200) break;
      if (!body.includes('TOO_STALE')) return fail(`the list answered ${status}: ${body.slice(0, 200)}`);
    }
    readableMs.push(performance.now() - from);
    followers.push(client);
  };
  const caller = async (): Promise<void> => {
    const client = new HttpClient(url, token);
    while (performance.now() < until && next < orders) {
      const n = next++;
      const due = rate === undefined ? 0 : begun + (n * 1000) / rate;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      // A paced caller counts from when it was due: an answer that is late makes the next ones late, too.
      const from = rate === undefined ? performance.now() : due;
      const { status, body } = await client.request('POST', '/api/orders', orderOf(n, task));
      const now = performance.now();
      if (status !== 201) {
        fail(`placing answered ${status}: ${body.slice(0, 200)}`);
        continue;
      }
      placed += 1;
      if (now >= countFrom && now < until) answerMs.push(now - from);
      if (followEvery !== undefined && n % followEvery === 0) {
        following.push(
          follow((JSON.parse(body) as { id: string }).id, from).catch((error: Error) => fail(error.message)),
        );
      }
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, () => caller().catch((error: Error) => fail(error.message))));
  const ended = performance.now();
  await Promise.all(following);
  for (const client of followers) client.close();
  return {
    placed,
    counted: answerMs.length,
    failed,
    ...(firstFailure === undefined ? {} : { firstFailure }),
    seconds: seconds ?? (ended - countFrom) / 1000,
    answerMs: quantiles(answerMs),
    readableMs: readableMs.length > 0 ? quantiles(readableMs) : null,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === 'run') {
  process.once('message', (task) => {
    void run(task as LoadTask).then((result) => process.send?.(result, () => process.exit(0)));
  });
}
