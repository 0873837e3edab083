/** The thread of one engine, and how to start one. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Engine, EngineOptions } from './engine.js';
import { type EngineName, starters } from './starters.js';

interface Task {
  readonly engine: EngineName;
  readonly options: EngineOptions;
  readonly standsBack: number;
}

type News =
  | { readonly kind: 'started'; readonly url: string; readonly port: number }
  | { readonly kind: 'failed'; readonly error: Error; readonly code?: string; readonly port?: number }
  | { readonly kind: 'stats'; readonly stats: Record<string, number> };

/** How often a thread tells its counters, ms. */
const STATS_EVERY_MS = 5_000;

/**
 * Starts an engine in a thread of its own, so that what it does holds up no other.
 *
 * @param standsBack added to the thread's nice value where the system schedules threads one by one
 * @param onGone called when the thread has ended and was not asked to
 * @throws the engine's own error
 */
export function startEngineThread(
  engine: EngineName,
  options: EngineOptions,
  standsBack: number,
  onGone: (error: Error) => void,
): Promise<Engine> {
  const task: Task = { engine, options, standsBack };
  const thread = new Worker(new URL(import.meta.url), { workerData: task });
  let failure: Error | undefined;
  let stats: Record<string, number> = {};
  let closing: Promise<void> | undefined;
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  thread.on('error', (error) => {
    failure = error;
  });
  const close = (): Promise<void> => {
    thread.postMessage('close');
    return exited;
  };
  return new Promise((resolve, reject) => {
    thread.on('message', (news: News) => {
      if (news.kind === 'stats') stats = news.stats;
      else if (news.kind === 'failed') {
        closing = exited;
        reject(Object.assign(news.error, { code: news.code, port: news.port }));
      } else {
        const { url, port } = news;
        resolve({ url, port, close: () => (closing ??= close()), stats: () => stats });
      }
    });
    void exited.then(() => {
      const error = failure ?? new Error(`The thread of the ${engine} has ended.`);
      reject(error);
      if (!closing) onGone(error);
    });
  });
}

async function run({ engine, options, standsBack }: Task): Promise<void> {
  standBack(standsBack);
  const tell = (news: News): void => parentPort?.postMessage(news);
  try {
    const running = await starters[engine](options);
    const telling = setInterval(() => tell({ kind: 'stats', stats: running.stats() }), STATS_EVERY_MS);
    telling.unref();
    parentPort?.once('message', () => {
      clearInterval(telling);
      running.close().then(
        () => process.exit(0),
        (error: unknown) => {
          throw error;
        },
      );
    });
    tell({ kind: 'started', url: running.url, port: running.port });
  } catch (error) {
    const { code, port } = error as NodeJS.ErrnoException & { port?: number };
    const known = error instanceof Error ? error : new Error(String(error));
    tell({
      kind: 'failed',
      error: known,
      ...(code === undefined ? {} : { code }),
      ...(port === undefined ? {} : { port }),
    });
  }
}

function standBack(by: number): void {
  try {
    // Linux schedules threads, each with a nice value of its own; elsewhere there is no such file, and nothing is lost.
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), by);
  } catch {
    // Not every system lets a thread say so.
  }
}

if (!isMainThread && workerData?.engine !== undefined) await run(workerData as Task);
