import type { IncomingHttpHeaders } from 'node:http';
import { type LocalService, localTarget } from '@orderloom/gateway/routing/forward';
import type { Targets } from '@orderloom/gateway/routing/forwarding';
import { gatewayWith } from '@orderloom/gateway/service';
import { orderService } from '@orderloom/order/service';
import { type RunningService, startService } from '@orderloom/platform';
import { runFollowers } from './followers.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface RunningServices {
  /** Address of the gateway. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the six services and the gateway. Gateway and order share this process: an order is taken without another trip
 * through a socket. The five services that act on what was taken run in a second process, so that the work they do
 * does not make callers wait.
 *
 * @param onGone called when the second process has ended and was not asked to
 */
export async function runServices(env: Env, onGone: (error: Error) => void): Promise<RunningServices> {
  const started: RunningService[] = [];
  const followers = runFollowers(env, onGone);
  const stop = async () => {
    // The door first, then those behind it; each finishes what it has in hand.
    const [gateway, ...services] = [...started].reverse();
    await gateway?.close();
    await Promise.all([...services.map((service) => service.close()), followers.stop()]);
  };
  try {
    // Side by side: each waits for its engines most of the time.
    const [order, others] = await Promise.all([startService(orderService, env, { listen: false }), followers.targets]);
    started.push(order);
    const targets: Targets = { order: localTarget(asLocal(order)), ...others };
    const gateway = await startService(gatewayWith(targets), env, { processMetrics: true });
    started.push(gateway);
    return { url: gateway.url ?? '', stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A service of this process as the gateway sees it. */
function asLocal(service: RunningService): LocalService {
  return {
    handle: (request, response) => service.handle(request, response),
    async get(path: string, headers: IncomingHttpHeaders) {
      const answer = await service.app.inject({
        url: path,
        headers: { authorization: headers.authorization ?? '', 'accept-language': headers['accept-language'] ?? 'en' },
      });
      if (answer.statusCode !== 200) throw new Error(`${service.name}${path} answered ${answer.statusCode}`);
      return answer.json();
    },
  };
}
