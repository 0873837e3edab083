import type { IncomingHttpHeaders } from 'node:http';
import { type LocalService, localTarget } from '@orderloom/gateway/routing/forward';
import type { Targets } from '@orderloom/gateway/routing/forwarding';
import { gatewayWith } from '@orderloom/gateway/service';
import { orderService } from '@orderloom/order/service';
import { type RunningService, startService } from '@orderloom/platform';
import { followers, runServiceThread } from './service-threads.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface RunningServices {
  /** Address of the gateway. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Far behind callers, and behind the worker that shows them what they wrote. */
const STANDS_BACK = { orderWorker: 10, followers: 15 };

/**
 * Starts the six services and the gateway in three threads. Gateway and the part of order that takes orders in share the
 * first: an order is taken without another trip through a socket. The work behind order has the second, the five
 * services that act on what was taken the third, so that the work they do does not make callers wait.
 *
 * @param onGone called when a thread has ended and was not asked to
 */
export async function runServices(env: Env, onGone: (error: Error) => void): Promise<RunningServices> {
  const started: RunningService[] = [];
  const inside = { ...env, PORT: '0', HOST: '127.0.0.1' };
  const { orderWorker: ahead, followers: back } = STANDS_BACK;
  const worker = runServiceThread(['order'], { env: { ...inside, ROLE: 'worker' }, standsBack: ahead }, onGone);
  const others = runServiceThread(followers, { env: { ...inside, ROLE: 'all' }, standsBack: back }, onGone);
  const stop = async () => {
    // The door first, then those behind it; each finishes what it has in hand.
    const [gateway, ...services] = [...started].reverse();
    await gateway?.close();
    await Promise.all([...services.map((service) => service.close()), worker.stop(), others.stop()]);
  };
  try {
    // Side by side: each waits for its engines most of the time.
    const [order, { order: orderWorker }, rest] = await Promise.all([
      startService(orderService, { ...env, ROLE: 'api' }, { listen: false }).then((service) => {
        started.push(service);
        return service;
      }),
      worker.targets,
      others.targets,
    ]);
    const targets: Targets = {
      order: localTarget(asLocal(order, env['ORDERLOOM_ADMIN_TOKEN'] ?? '')),
      orderWorker,
      ...rest,
    };
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
