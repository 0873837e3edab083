/** A thread that runs services; started by service-threads.ts. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { explainStartFailure, type RunningService, startService } from '@orderloom/platform';
import { giveBackSoon } from './give-back.js';
import type { ThreadNews, ThreadService, ThreadTask } from './service-threads.js';

const { services, env, standsBack }: ThreadTask = workerData;

/** Whoever waits for an answer goes first; what follows from it may come a little later when the machine is full. */
try {
  // Linux schedules threads, each with a nice value of its own; elsewhere there is no such file, and nothing is lost.
  const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  setPriority(thread, standsBack);
} catch {
  // Not every system lets a thread say so.
}

/** Loaded when asked for: a thread holds the code of its own services only. */
const definitions = {
  order: async () => (await import('@orderloom/order/service')).orderService,
  inventory: async () => (await import('@orderloom/inventory/service')).inventoryService,
  logistics: async () => (await import('@orderloom/logistics/service')).logisticsService,
  notification: async () => (await import('@orderloom/notification/service')).notificationService,
  analytics: async () => (await import('@orderloom/analytics/service')).analyticsService,
  customer: async () => (await import('@orderloom/customer/service')).customerService,
};

const tell = (news: ThreadNews): void => parentPort?.postMessage(news);

const started: RunningService[] = [];
let stopping: Promise<void> | undefined;
const stop = (): Promise<void> => {
  stopping ??= Promise.all(started.map((service) => service.close())).then(() => undefined);
  return stopping;
};
parentPort?.on('message', () => void stop().finally(() => process.exit()));

const start = async (name: ThreadService): Promise<readonly [string, string]> => {
  const definition = await definitions[name]();
  const service = await startService(definition as Parameters<typeof startService>[0], env);
  started.push(service);
  return [name, service.url ?? ''];
};

try {
  tell({ urls: Object.fromEntries(await Promise.all(services.map(start))) });
  giveBackSoon();
} catch (error) {
  tell({ failure: explainStartFailure('Orderloom', error) });
  await stop().catch(() => undefined);
  process.exit(1);
}
