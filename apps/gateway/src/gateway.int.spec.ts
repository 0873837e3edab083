// Loaded here once: Jest cannot load modules that share imports dynamically side by side.
import '@orderloom/embedded';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { jest } from '@jest/globals';
import { OrderConfirmedV1, ProductRegisteredV1 } from '@orderloom/contracts';
import { eventually } from '@orderloom/testing';
import { type Fact, ServiceHarness } from '@orderloom/testing/service-harness';
import { localTarget } from './routing/forward.js';
import { publicRoutes } from './routing/routes.js';
import { gatewayService, gatewayWith } from './service.js';

jest.setTimeout(60_000);

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A service behind the gateway, played by the test: answers by the last part of the path. */
class Backend {
  readonly seen: Seen[] = [];
  received = 0;
  aborted = 0;
  readonly held: (() => void)[] = [];
  readonly server: Server = createServer((req, res) => this.handle(req, res));

  handle(req: IncomingMessage, res: ServerResponse): void {
    const seen: Seen = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, body: '' };
    this.seen.push(seen);
    req.once('close', () => {
      if (!req.complete) this.aborted += 1;
    });
    res.once('close', () => {
      if (!res.writableFinished) this.aborted += 1;
    });
    const path = seen.url.split('?')[0] ?? '';
    if (path.endsWith('/early')) {
      res.writeHead(413).end('too much');
      // Closing with unread bytes would reset the connection, and the answer might be lost on the way (RFC 9112 §9.6).
      req.resume();
      return;
    }
    if (path.endsWith('/hang')) return;
    if (path.endsWith('/cut')) {
      res.writeHead(200, { 'content-type': 'text/plain' });
      res.write('half');
      this.held.push(() => res.destroy());
      return;
    }
    req.on('data', (chunk: Buffer) => {
      this.received += chunk.length;
      if (seen.body.length < 1000) seen.body += chunk.toString();
    });
    req.on('end', () => {
      if (path === '/api-json') return void res.end(JSON.stringify(document));
      if (path === '/api/imports')
        return void res.end(JSON.stringify({ items: [{ id: 'orders-1', createdAt: '2026-03-01' }] }));
      res.writeHead(201, {
        'content-type': 'application/json',
        etag: '"3"',
        'keep-alive': 'timeout=5',
        'x-own': 'yes',
      });
      res.end(JSON.stringify({ path: seen.url }));
    });
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** The same for every service: operations with the same ids must be told apart in the merged document. */
const document = {
  openapi: '3.0.0',
  info: { title: 't', version: '1' },
  paths: {
    '/api/orders/{id}': {
      get: {
        operationId: 'OrdersController_one',
        summary: 'One',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: { description: '', content: { 'application/json': { schema: { $ref: '#/components/schemas/O' } } } },
        },
      },
    },
  },
  components: { schemas: { O: { type: 'object' } } },
};

const backend = new Backend();
/** Answers nobody: its port was closed again. */
const gone = new Backend();
let gateway: ServiceHarness;
let deadUrl: string;

beforeAll(async () => {
  const url = await backend.listen();
  deadUrl = await gone.listen();
  await gone.close();
  gateway = await ServiceHarness.start(gatewayService, {
    ORDER_URL: url,
    INVENTORY_URL: url,
    LOGISTICS_URL: url,
    NOTIFICATION_URL: url,
    ANALYTICS_URL: deadUrl,
    CUSTOMER_URL: url,
  });
}, 90_000);
afterAll(async () => {
  await gateway?.close();
  await backend.close();
}, 30_000);

const AUTH = { authorization: 'Bearer test-token-test-token' };
const last = () => backend.seen.at(-1)!;

describe('forwarding', () => {
  it('passes on method, path, query, body and headers, and the answer with its own', async () => {
    const answer = await gateway.call(
      'POST',
      '/api/orders?x=1&y=%20',
      { a: 1 },
      {
        'idempotency-key': 'k',
        'accept-language': 'zh-CN',
        'x-correlation-id': 'corr-1',
      },
    );
    expect(answer).toMatchObject({ status: 201, body: { path: '/api/orders?x=1&y=%20' } });
    expect(answer.headers.get('etag')).toBe('"3"');
    expect(answer.headers.get('x-own')).toBe('yes');
    expect(last()).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      headers: { ...AUTH, 'idempotency-key': 'k', 'accept-language': 'zh-CN', 'x-correlation-id': 'corr-1' },
    });
  });

  it('drops what belongs to one connection, and what the client names as such', async () => {
    const { hostname, port } = new URL(gateway.service.url!);
    await new Promise<void>((resolve, reject) => {
      request(
        {
          hostname,
          port,
          path: '/api/orders/1',
          headers: { ...AUTH, connection: 'x-secret, keep-alive', 'x-secret': '1', te: 'trailers' },
        },
        (res) => {
          res.resume().once('end', resolve);
        },
      )
        .once('error', reject)
        .end();
    });
    expect(last().headers).not.toHaveProperty('x-secret');
    expect(last().headers).not.toHaveProperty('te');
  });

  it('frames the body of any method, so that none is taken for a request of its own', async () => {
    const { hostname, port } = new URL(gateway.service.url!);
    const smuggled = 'POST /api/orders/stolen HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n';
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk;
        if (answer.includes('"path"')) socket.end(() => resolve(answer));
      });
      socket.once('error', reject);
      socket.write(
        `DELETE /api/orders/1 HTTP/1.1\r\nhost: x\r\nauthorization: ${AUTH.authorization}\r\ntransfer-encoding: chunked\r\n\r\n`,
      );
      socket.write(`${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`);
    });
    expect(text).toContain('201');
    expect(last()).toMatchObject({ method: 'DELETE', url: '/api/orders/1', body: smuggled });
    expect(backend.seen.some(({ url }) => url === '/api/orders/stolen')).toBe(false);
  });

  it('streams an upload: the service has its beginning before the client has sent its end', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const before = backend.received;
    const size = 32 * 1024 * 1024;
    async function* parts() {
      for (let sent = 0; sent < size; sent += chunk.length) {
        // Never more than 4 MB under way: whoever collects the whole first waits here for ever.
        await eventually(() => backend.received - before > sent - 4 * 1024 * 1024, 'the service has what was sent');
        yield chunk;
      }
    }
    const response = await fetch(`${gateway.service.url}/api/imports?kind=orders&mode=live`, {
      method: 'POST',
      headers: { ...AUTH, 'content-type': 'text/csv' },
      body: Readable.from(parts()) as unknown as ReadableStream,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(200);
    expect(backend.received - before).toBe(size);
  });

  it('gives on an answer that comes before the upload is read', async () => {
    const { status, body } = await gateway.call('POST', '/api/orders/early', 'x'.repeat(300_000));
    expect({ status, body }).toEqual({ status: 413, body: 'too much' });
  });

  it('cuts off a half answer instead of passing it for a whole one', async () => {
    const response = await fetch(`${gateway.service.url}/api/orders/cut`, { headers: AUTH });
    await eventually(() => backend.held.length > 0);
    const text = response.text();
    for (const cut of backend.held.splice(0)) cut();
    await expect(text).rejects.toThrow();
  });

  it('lets the service know that a client has gone', async () => {
    const before = backend.aborted;
    const abort = new AbortController();
    const hanging = fetch(`${gateway.service.url}/api/orders/hang`, { headers: AUTH, signal: abort.signal });
    await eventually(() => last().url === '/api/orders/hang', 'the request reached the service');
    abort.abort();
    await expect(hanging).rejects.toThrow();
    await eventually(() => backend.aborted > before, 'the service saw the end');
  });

  it('says in the reader’s language that a service is away', async () => {
    for (const [language, text] of [
      ['zh-CN', /[\u4e00-\u9fff]/],
      ['en', /cannot answer right now/],
    ] as const) {
      const answer = await gateway.get('/api/analytics/summary', { 'accept-language': language });
      expect(answer).toMatchObject({ status: 503, body: { status: 503, code: 'UNAVAILABLE' } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.body.detail).toMatch(text);
      expect(answer.body.correlationId).toBe(answer.headers.get('x-correlation-id'));
    }
    const uploaded = await gateway.call('POST', '/api/analytics/none', 'x'.repeat(500_000));
    expect(uploaded.status).toBe(503);
  });

  it.each([
    ['GET', '/api/nothing', 404, 'NOT_FOUND'],
    ['GET', '/nothing', 404, 'NOT_FOUND'],
    ['POST', '/api/imports?kind=planets', 422, 'IMPORT_KIND_UNKNOWN'],
    ['GET', '/api/imports/planets-1', 422, 'IMPORT_KIND_UNKNOWN'],
  ])('%s %s is refused with a code', async (method, path, status, code) => {
    const answer = await gateway.call(method, path, method === 'POST' ? 'a,b' : undefined, {
      'accept-language': 'zh-CN',
    });
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body.detail).toMatch(/[\u4e00-\u9fff]/);
  });

  it('asks for the token, in the reader’s language, before anything is passed on', async () => {
    const before = backend.seen.length;
    for (const path of ['/api/orders', '/api/imports', '/api/events', '/api/imports/orders-1']) {
      const response = await fetch(`${gateway.service.url}${path}`, {
        headers: { 'accept-language': 'zh-CN', authorization: 'Bearer no' },
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({
        code: 'UNAUTHENTICATED',
        detail: expect.stringMatching(/[\u4e00-\u9fff]/),
      });
    }
    expect(backend.seen.length).toBe(before);
  });

  it('passes on links and signed messages without a token, and nothing beside them', async () => {
    const call = (method: string, path: string) => fetch(`${gateway.service.url}${path}`, { method });
    for (const [method, url] of publicRoutes) {
      const path = url.replace(/:\w+/, 'x1');
      expect([path, (await call(method, path)).status]).toEqual([path, 201]);
      expect(last()).toMatchObject({ method, url: path });
    }
    for (const path of ['/api/carriers', '/api/payments/callbacks', '/api/quotes/x1/other', '/api/shortages']) {
      expect([path, (await call('POST', path)).status]).toEqual([path, 401]);
    }
  });

  it('lists the imports of every service', async () => {
    const { body } = await gateway.get('/api/imports');
    expect(body.items).toHaveLength(3);
    expect(body.notAnswering).toBeUndefined();
  });
});

describe('live events', () => {
  const confirmed = (orderId: string): Fact => ({
    definition: OrderConfirmedV1,
    subject: `order-${orderId}`,
    data: { checks: [], occurredAt: '2026-03-01T10:00:00.000Z' },
  });
  const product = (sku: string, name = sku): Fact => ({
    definition: ProductRegisteredV1,
    subject: `product-${sku}`,
    data: { sku, name, reorderLevel: 0, discontinued: false },
  });

  /** An open stream; `text` grows. */
  async function listen(query = '', lastEventId?: string) {
    const abort = new AbortController();
    const response = await fetch(`${gateway.service.url}/api/events${query}`, {
      headers: { ...AUTH, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
      signal: abort.signal,
    });
    const stream = { text: '', ended: false, status: response.status, close: () => abort.abort() };
    void (async () => {
      const decoder = new TextDecoder();
      try {
        for await (const chunk of response.body!) stream.text += decoder.decode(chunk as Uint8Array, { stream: true });
      } catch {
        // closed by the test
      }
      stream.ended = true;
    })();
    await eventually(() => /^id: /m.test(stream.text), 'the stream begins with a place');
    return stream;
  }
  const subjects = ({ text }: { text: string }) =>
    [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!).subject as string);
  const place = ({ text }: { text: string }) => [...text.matchAll(/^id: (.*)$/gm)].at(-1)![1]!;
  const until = (stream: { text: string }, subject: string) =>
    eventually(() => subjects(stream).includes(subject), {
      deadlineMs: 15_000,
      message: `${subject} is on the stream`,
    });

  it('come as they happen, filtered by type and order', async () => {
    const all = await listen();
    const some = await listen('?types=OrderConfirmed,%20Nothing');
    const one = await listen('?orderId=b');
    await gateway.publish(confirmed('a'), product('P1'), confirmed('b'), product('P2'));
    for (const subject of ['order-a', 'order-b', 'product-P1', 'product-P2']) await until(all, subject);
    await until(some, 'order-b');
    await until(one, 'order-b');
    expect(all.text).toMatch(/^event: OrderConfirmed\ndata: \{"specversion":"1\.0"/m);
    expect(all.text).not.toMatch(/"partition"|"offset"/);
    expect(new Set(subjects(some))).toEqual(new Set(['order-a', 'order-b']));
    expect(subjects(one)).toEqual(['order-b']);
    for (const stream of [all, some, one]) stream.close();
  });

  it('go on from any place, from memory and, after a restart, from the topics: none missing, none twice', async () => {
    const first = await listen();
    await gateway.publish(product('R0'));
    await until(first, 'product-R0');
    first.close();
    const left = place(first);
    await gateway.publish(product('R1'), product('R2'));
    const fromMemory = await listen('', left);
    await until(fromMemory, 'product-R1');
    await until(fromMemory, 'product-R2');
    fromMemory.close();
    await gateway.stopService();
    await gateway.publish(
      product('R3'),
      ...Array.from({ length: 1200 }, (_, n) => product(`BULK${n}`, 'x'.repeat(500))),
    );
    await gateway.startService();
    const fromTopics = await listen('', left);
    await gateway.publish(product('R4'));
    await until(fromTopics, 'product-R4');
    const seen = subjects(fromTopics);
    expect(seen).toHaveLength(1204);
    expect(new Set(seen).size).toBe(1204);
    fromTopics.close();
  });

  it('begin with a place, so that even a client that was given nothing misses nothing', async () => {
    const idle = await listen();
    idle.close();
    await gateway.publish(product('I1'));
    const again = await listen('', place(idle));
    await until(again, 'product-I1');
    again.close();
  });

  it('refuse a bogus place', async () => {
    const refused = await gateway.get('/api/events', { 'last-event-id': 'bogus!' });
    expect(refused).toMatchObject({
      status: 422,
      body: { fields: [{ path: 'Last-Event-ID', code: 'CURSOR_INVALID' }] },
    });
  });

  it('end when the gateway stops, and do not hold it up', async () => {
    const stream = await listen();
    const begun = Date.now();
    await gateway.stopService();
    expect(Date.now() - begun).toBeLessThan(4_000);
    await eventually(() => stream.ended, 'the stream ends');
    await gateway.startService();
  });
});

describe('documents and pages', () => {
  it('put the interface together: ids unique, references resolved, every operation summed up', async () => {
    const response = await fetch(`${gateway.service.url}/api/docs/openapi.json`); // no token needed
    const merged = (await response.json()) as typeof document;
    expect(merged.info).toMatchObject({ title: 'Orderloom', description: expect.stringContaining('analytics') });
    const operations = Object.entries(merged.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })),
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(operations.filter(({ summary, responses }) => !summary || Object.keys(responses).length === 0)).toEqual([]);
    const schemas = Object.keys(merged.components.schemas);
    for (const [, name] of JSON.stringify(merged).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(schemas).toContain(name);
    expect(merged.paths).not.toHaveProperty('/health/live');
  });

  it.each(['/', '/api/docs'])('%s runs nothing of others', async (path) => {
    const response = await fetch(`${gateway.service.url}${path}`, { headers: { 'accept-language': 'zh-CN' } });
    const policy = response.headers.get('content-security-policy') ?? '';
    const html = await response.text();
    expect(policy).toMatch(/^default-src 'none'/);
    const nonce = /script-src [^;]*'nonce-([^']+)'/.exec(policy)?.[1];
    expect(html).toContain(`<script nonce="${nonce}">`);
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/ style=| on\w+="/);
  });

  it('speaks both languages, the reader’s or the one chosen', async () => {
    const page = async (path: string, language: string) =>
      (await fetch(`${gateway.service.url}${path}`, { headers: { 'accept-language': language } })).text();
    expect(await page('/', 'zh-CN')).toContain('<html lang="zh-CN">');
    expect(await page('/', 'de')).toContain('<html lang="en">');
    expect(await page('/?lang=en', 'zh-CN')).toContain('<html lang="en">');
    const assets = await fetch(`${gateway.service.url}/api/docs/assets/swagger-ui-bundle.js`);
    expect(assets.status).toBe(200);
    expect((await fetch(`${gateway.service.url}/api/docs/assets/..%2fpackage.json`)).status).toBe(404);
  });
});

describe('in one process with the services', () => {
  it('hands requests over as they are', async () => {
    const local = new Backend();
    const target = localTarget({
      handle: (req, res) => local.handle(req, res),
      get: async () => ({ items: [] }),
    });
    const targets = {
      order: target,
      orderWorker: target,
      inventory: target,
      logistics: target,
      notification: target,
      analytics: target,
      customer: target,
    };
    const { startService } = await import('@orderloom/platform');
    const service = await startService(gatewayWith(targets), { ...gateway.env, LOG_LEVEL: 'silent' });
    try {
      const response = await fetch(`${service.url}/api/orders/9`, {
        method: 'POST',
        headers: { ...AUTH, 'x-correlation-id': 'corr-2' },
        body: 'x'.repeat(2_000_000),
      });
      expect(response.status).toBe(201);
      expect(local.received).toBe(2_000_000);
      expect(local.seen[0]).toMatchObject({ url: '/api/orders/9', headers: { 'x-correlation-id': 'corr-2' } });
      expect((await fetch(`${service.url}/api/orders/9`)).status).toBe(401);
    } finally {
      await service.close();
    }
  });
});
