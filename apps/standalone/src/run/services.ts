import type { IncomingHttpHeaders } from 'node:http';
import { analyticsService } from '@orderloom/analytics/service';
import { customerService } from '@orderloom/customer/service';
import { type LocalService, localTarget } from '@orderloom/gateway/routing/forward';
import type { Targets } from '@orderloom/gateway/routing/forwarding';
import { gatewayWith } from '@orderloom/gateway/service';
import { inventoryService } from '@orderloom/inventory/service';
import { logisticsService } from '@orderloom/logistics/service';
import { notificationService } from '@orderloom/notification/service';
import { orderService } from '@orderloom/order/service';
import { type RunningService, startService } from '@orderloom/platform';

type Env = Readonly<Record<string, string | undefined>>;

export interface RunningServices {
  /** Address of the gateway. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the six services and the gateway in this process. Only the gateway listens: it hands requests to the services
 * directly, which saves a trip through a socket for each.
 */
export async function runServices(env: Env): Promise<RunningServices> {
  const started: RunningService[] = [];
  const stop = async () => {
    // The door first, then those behind it; each finishes what it has in hand.
    const [gateway, ...services] = [...started].reverse();
    await gateway?.close();
    await Promise.all(services.map((service) => service.close()));
  };
  const local = async (starting: Promise<RunningService>) => {
    const service = await starting;
    started.push(service);
    return localTarget(asLocal(service, env['ORDERLOOM_ADMIN_TOKEN'] ?? ''));
  };
  const inside = { listen: false } as const;
  try {
    // Side by side: each waits for its engines most of the time.
    const [order, inventory, logistics, notification, analytics, customer] = await Promise.all([
      local(startService(orderService, env, inside)),
      local(startService(inventoryService, env, inside)),
      local(startService(logisticsService, env, inside)),
      local(startService(notificationService, env, inside)),
      local(startService(analyticsService, env, inside)),
      local(startService(customerService, env, inside)),
    ]);
    const targets: Targets = { order, inventory, logistics, notification, analytics, customer };
    const gateway = await startService(gatewayWith(targets), env, { processMetrics: true });
    started.push(gateway);
    return { url: gateway.url ?? '', stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A service of this process as the gateway sees it. */
function asLocal(service: RunningService, token: string): LocalService {
  return {
    handle: (request, response) => service.handle(request, response),
    async get(path: string, headers: IncomingHttpHeaders) {
      const answer = await service.app.inject({
        url: path,
        headers: { authorization: `Bearer ${token}`, 'accept-language': headers['accept-language'] ?? 'en' },
      });
      if (answer.statusCode !== 200) throw new Error(`${service.name}${path} answered ${answer.statusCode}`);
      return answer.json();
    },
  };
}
