import { definePlainSettings, SettingsInvalid, setting } from '../index.js';
import { Health } from '../observe/health.js';
import { createLogger } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { formatTraceparent, parseTraceparent, Tracing } from '../observe/tracing.js';
import { explainStartFailure } from './run-main.js';
import { Shutdown } from './shutdown.js';

const quiet = createLogger('test', 'silent');

describe('orderly shutdown', () => {
  it('runs phases in order, once, past failures, and stops waiting for what hangs', async () => {
    const lines: string[] = [];
    const shutdown = new Shutdown(createLogger('test', 'warn', { write: (line) => void lines.push(line) }), 120);
    const done: string[] = [];
    const step = (name: string) => async () => {
      await Promise.resolve();
      done.push(name);
    };
    shutdown.register('stores', 'mongo', step('stores'));
    shutdown.register('consumers', 'kafka', step('consumers'));
    shutdown.register('relays', 'relay', () => {
      throw new Error('broken');
    });
    shutdown.register('projections', 'hangs', () => new Promise(() => {}));
    shutdown.register('workers', 'payments', step('workers'));
    expect(shutdown.stopping).toBe(false);
    await Promise.all([shutdown.run(), shutdown.run()]);
    expect(done).toEqual(['consumers', 'workers', 'stores']);
    expect(shutdown.stopping).toBe(true);
    expect(lines.join()).toContain('failed to stop');
    expect(lines.join()).toContain('did not stop in time');
  });
});

describe('health', () => {
  it('is up only when every check passes and nothing blocks', async () => {
    const health = new Health();
    health.register('good', () => {});
    expect(await health.report()).toMatchObject({ status: 'down', checks: { service: { reason: 'starting' } } });
    health.block(undefined);
    expect(await health.report()).toEqual({ status: 'up', checks: { good: { status: 'up' } } });
    health.register('bad', async () => {
      throw new Error('no answer');
    });
    expect(await health.report()).toMatchObject({ status: 'down', checks: { bad: { reason: 'no answer' } } });
  });
});

describe('metrics', () => {
  it('keep the services of one process apart', async () => {
    const [a, b] = [new Metrics('a'), new Metrics('b')];
    a.counter({ name: 'things_total', help: 'x' }).inc(2);
    a.counter({ name: 'things_total', help: 'x' }).inc(1);
    b.counter({ name: 'things_total', help: 'x' }).inc(5);
    expect(await a.text()).toContain('things_total{service="a"} 3');
    expect(await b.text()).toContain('things_total{service="b"} 5');
  });
});

describe('traces', () => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  it('read and write traceparent, and take nothing else for one', () => {
    const context = parseTraceparent(parent);
    expect(context && formatTraceparent(context)).toBe(parent);
    for (const bad of [undefined, '', 'x', parent.replace('00-', '01-'), `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]) {
      expect(parseTraceparent(bad)).toBeUndefined();
    }
  });
  it('cost nothing when off: the caller’s context is passed on', async () => {
    const tracing = await Tracing.start('test', undefined);
    expect(tracing.enabled).toBe(false);
    expect(await tracing.within('work', parent, async (traceparent) => traceparent)).toBe(parent);
    await tracing.close();
  });
  it('make child spans of the caller’s trace when on', async () => {
    const tracing = await Tracing.start('test', 'http://127.0.0.1:9');
    const span = tracing.span('work', parent);
    expect(span.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(span.traceparent).not.toBe(parent);
    expect(tracing.enabled).toBe(true);
  });
});

describe('the log', () => {
  it('is JSON with level and service, and holds no token', () => {
    const lines: string[] = [];
    const logger = createLogger('demo', 'info', { write: (line) => void lines.push(line) });
    logger.info({ token: 'secret', headers: { authorization: 'secret' }, orderId: 'o' }, 'hello');
    logger.debug('unseen');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', service: 'demo', orderId: 'o', msg: 'hello' });
    expect(lines[0]).not.toContain('secret');
    quiet.error('nothing');
  });
});

describe('a failed start', () => {
  it('is one clear sentence', () => {
    const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port: 8080 });
    expect(explainStartFailure('order', taken)).toBe(
      'order could not start: port 8080 is taken. Set PORT to a free one.',
    );
    const away = Object.assign(new Error('connect'), { name: 'MongooseServerSelectionError' });
    expect(explainStartFailure('order', away)).toContain('MONGODB_URL');
    expect(explainStartFailure('order', new SettingsInvalid('order', ['A', 'B']))).toContain('  - A\n  - B');
    expect(explainStartFailure('order', 'odd')).toContain('odd');
  });
  it('names the program in its settings', () => {
    expect(definePlainSettings('x', { A: setting.flag({ default: true, description: 'a' }) }).name).toBe('x');
  });
});
