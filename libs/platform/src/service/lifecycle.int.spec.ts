import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type BeforeApplicationShutdown,
  Controller,
  Get,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { eventually } from '@orderloom/testing';
import {
  createLogger,
  definePlainSettings,
  defineService,
  Health,
  Public,
  type RunningService,
  Shutdown,
  startService,
} from '../index.js';

const env = { ORDERLOOM_ADMIN_TOKEN: 'test-token-0123456789' };
const logger = createLogger('test', 'silent');
const order: string[] = [];
let letGo: () => void = () => {};

@Injectable()
class Consumers implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(shutdown: Shutdown) {
    for (const phase of ['stores', 'projections', 'relays', 'workers', 'consumers'] as const) {
      shutdown.register(phase, phase, () => void order.push(phase));
    }
  }
  onModuleDestroy(): void {
    order.push('onModuleDestroy');
  }
  beforeApplicationShutdown(): void {
    order.push('beforeApplicationShutdown');
  }
  onApplicationShutdown(): void {
    order.push('onApplicationShutdown');
  }
}

@Public()
@Controller()
class SlowController {
  @Get('slow')
  async slow(): Promise<object> {
    order.push('request begins');
    await new Promise<void>((resolve) => {
      letGo = resolve;
    });
    order.push('request ends');
    return { done: true };
  }
}

@Module({ providers: [Consumers], controllers: [SlowController] })
class LifecycleModule {}

const definition = defineService({
  name: 'lifecycle',
  settings: definePlainSettings('lifecycle', {}),
  module: () => LifecycleModule,
});

describe('a service’s life', () => {
  beforeEach(() => {
    order.length = 0;
  });

  const stopDuring = async (service: RunningService, ask: () => Promise<unknown>) => {
    const answer = ask();
    await eventually(() => order.includes('request begins'), { deadlineMs: 5000, message: 'the request to arrive' });
    const closing = service.close();
    expect(await service.ready()).toBe(false);
    expect(order).not.toContain('consumers');
    letGo();
    await closing;
    return answer;
  };

  const inOrder = ['request begins', 'request ends', 'consumers', 'workers', 'relays', 'projections', 'stores'];

  it('ends in order: unready, requests finished, consumers, workers, relays, projections, stores', async () => {
    const service = await startService(definition, env, { logger });
    expect(await service.ready()).toBe(true);
    const response = await stopDuring(service, () => fetch(`${service.url}/slow`).then((r) => r.json()));
    expect(response).toEqual({ done: true });
    expect(order.filter((step) => inOrder.includes(step))).toEqual(inOrder);
    // Nest's early hooks run while work goes on: nothing that it needs may close there.
    expect(order.indexOf('onModuleDestroy')).toBeLessThan(order.indexOf('consumers'));
    await service.close();
    expect(order.filter((step) => step === 'stores')).toHaveLength(1);
  });

  it('takes raw requests without a port of its own, and finishes them before it stops', async () => {
    const service = await startService(definition, env, { logger, listen: false });
    expect(service.url).toBeUndefined();
    const door = createServer((req, res) => service.handle(req, res));
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    const { port } = door.address() as AddressInfo;
    const get = (path: string) =>
      new Promise<string>((resolve, reject) => {
        request({ port, path, agent: false }, (res) => {
          let text = '';
          res.on('data', (chunk) => {
            text += chunk;
          });
          res.on('end', () => resolve(text));
        })
          .on('error', reject)
          .end();
      });
    expect(await get('/health/live')).toBe('{"status":"up"}');
    expect(await stopDuring(service, () => get('/slow'))).toBe('{"done":true}');
    expect(order.filter((step) => inOrder.includes(step))).toEqual(inOrder);
    await new Promise((resolve) => door.close(resolve));
  });

  it('fails to start on a taken port, with everything stopped again', async () => {
    const first = await startService(definition, env, { logger });
    const port = new URL(first.url ?? '').port;
    order.length = 0;
    await expect(startService(definition, { ...env, PORT: port }, { logger })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(order).toContain('stores');
    await first.close();
  });

  it('is unready while a check fails', async () => {
    const service = await startService(definition, env, { logger });
    service.app.get(Health).register('engine', () => {
      throw new Error('away');
    });
    const response = await fetch(`${service.url}/health/ready`);
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'down', checks: { engine: { status: 'down', reason: 'away' } } },
    ]);
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    await service.close();
  });
});
