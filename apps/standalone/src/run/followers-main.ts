/** The process of the services that follow what order records; started by followers.ts. */
import { setPriority } from 'node:os';
import { analyticsService } from '@orderloom/analytics/service';
import { customerService } from '@orderloom/customer/service';
import { inventoryService } from '@orderloom/inventory/service';
import { logisticsService } from '@orderloom/logistics/service';
import { notificationService } from '@orderloom/notification/service';
import { explainStartFailure, type RunningService, startService } from '@orderloom/platform';
import type { FollowersNews } from './followers.js';

/** Whoever waits for an answer goes first; what follows from it may come a little later when the machine is full. */
const BELOW_THE_DOOR = 5;
try {
  setPriority(BELOW_THE_DOOR);
} catch {
  // Not every system lets a process say so.
}

const tell = (news: FollowersNews): void => {
  process.send?.(news);
};

const started: RunningService[] = [];
let stopping: Promise<void> | undefined;
const stop = (): Promise<void> => {
  stopping ??= Promise.all(started.map((service) => service.close())).then(() => undefined);
  return stopping;
};
process.on('SIGTERM', () => void stop().finally(() => process.exit(process.exitCode ?? 0)));
process.on('SIGINT', () => undefined);
// The parent was killed: nothing is left to answer to, and what is in hand is done again after the next start.
process.on('disconnect', () => process.exit(1));

const env = { ...process.env, PORT: '0', HOST: '127.0.0.1' };
const url = async (starting: Promise<RunningService>): Promise<string> => {
  const service = await starting;
  started.push(service);
  return service.url ?? '';
};
try {
  const [inventory, logistics, notification, analytics, customer] = await Promise.all([
    url(startService(inventoryService, env)),
    url(startService(logisticsService, env)),
    url(startService(notificationService, env)),
    url(startService(analyticsService, env)),
    url(startService(customerService, env)),
  ]);
  tell({ urls: { inventory, logistics, notification, analytics, customer } });
} catch (error) {
  tell({ failure: explainStartFailure('Orderloom', error) });
  await stop().catch(() => undefined);
  process.exit(1);
}
