import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';

export interface RawAppendOptions {
  /** An `esdb://` connection string. */
  readonly url: string;
  /** Appends in flight at any time. Default 64. */
  readonly clients?: number;
  /** Connections these share. Default 1. */
  readonly connections?: number;
  /** How long is measured, after a second of warming up. Default 5. */
  readonly seconds?: number;
  /** Size of the one event per append, data and all. Default 1024. */
  readonly bytes?: number;
}

export interface RawAppendResult {
  readonly appends: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Appends one flushed event at a time from each of many callers, in this process, and measures. */
export async function rawAppend(options: RawAppendOptions): Promise<RawAppendResult> {
  const { clients = 64, seconds = 5, bytes = 1024 } = options;
  const connections = Array.from({ length: options.connections ?? 1 }, () =>
    EventStoreDBClient.connectionString(options.url),
  );
  const run = randomUUID().slice(0, 8);
  const pad = 'x'.repeat(Math.max(1, bytes - 120));
  const warmUntil = performance.now() + 1000;
  const until = warmUntil + seconds * 1000;
  const times: number[] = [];
  const loop = async (caller: number): Promise<void> => {
    const client = connections[caller % connections.length]!;
    for (let count = 0; performance.now() < until; count += 1) {
      const begin = performance.now();
      const event = jsonEvent({ type: 'Measured', data: { caller, count, pad } });
      await client.appendToStream(`bench-${run}-${caller}-${Math.floor(count / 10)}`, event);
      if (begin >= warmUntil) times.push(performance.now() - begin);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, caller) => loop(caller)));
  await Promise.all(connections.map((client) => client.dispose()));
  times.sort((a, b) => a - b);
  const at = (part: number): number => Math.round((times[Math.floor(times.length * part)] ?? 0) * 100) / 100;
  return {
    appends: times.length,
    seconds,
    perSecond: Math.round(times.length / seconds),
    p50: at(0.5),
    p99: at(0.99),
  };
}

/**
 * Runs {@link rawAppend} in a process of its own, as a real client is: needs the built file.
 *
 * @throws when the client process fails
 */
export function measureRawAppend(options: RawAppendOptions): Promise<RawAppendResult> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url).replace(/\.ts$/, '.js'), [JSON.stringify(options)]);
    let result: RawAppendResult | undefined;
    child.once('error', reject);
    child.on('message', (message) => {
      result = message as RawAppendResult;
    });
    child.once('exit', (code) => {
      if (result !== undefined) resolve(result);
      else reject(new Error(`The measuring client ended with code ${code}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = JSON.parse(process.argv[2] ?? '{}') as RawAppendOptions;
  const result = await rawAppend(options);
  if (process.send === undefined) console.log(JSON.stringify(result));
  else process.send(result, () => process.exit(0));
}
