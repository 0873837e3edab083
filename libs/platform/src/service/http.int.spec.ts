import type { Readable } from 'node:stream';
import { Body, Controller, Get, HttpException, Module, Param, Post, Query, Req } from '@nestjs/common';
import { Refused } from '@orderloom/contracts';
import type { FastifyRequest } from 'fastify';
import {
  Ctx,
  DryRun,
  definePlainSettings,
  defineService,
  Field,
  IdempotencyKey,
  IfMatch,
  Logger,
  MinRevision,
  Public,
  type RequestContext,
  type RunningService,
  StreamBody,
  startService,
} from '../index.js';

const TOKEN = 'test-token-0123456789';

class LineDto {
  @Field.string({ max: 40 }) sku!: string;
  @Field.integer({ min: 1 }) quantity!: number;
}

class OrderDto {
  @Field.string() number!: string;
  @Field.list(() => LineDto, { min: 1, max: 3 }) lines!: LineDto[];
  @Field.object(() => LineDto, { optional: true }) gift?: LineDto;
  @Field.time({ optional: true }) requiredBy?: string;
  @Field.oneOf(['prepaid', 'invoice'], { default: 'invoice' }) terms!: 'prepaid' | 'invoice';
}

class ListDto {
  @Field.integer({ min: 1, max: 100, default: 20 }) limit!: number;
  @Field.strings({ values: ['OPEN', 'DONE'], optional: true }) status?: string[];
  @Field.boolean({ optional: true }) late?: boolean;
}

@Controller('api/things')
class ThingsController {
  @Post()
  create(
    @Body() body: OrderDto,
    @Ctx() ctx: RequestContext,
    @IdempotencyKey() key?: string,
    @DryRun() dryRun?: boolean,
    @IfMatch() revision?: bigint,
  ): object {
    return { body, ctx, key, dryRun, revision: revision?.toString() };
  }
  @Get()
  list(@Query() query: ListDto, @MinRevision() atLeast?: bigint): object {
    return { query, atLeast: atLeast?.toString() };
  }
  @Get('refused/:code')
  refused(@Param('code') code: string): never {
    if (code === 'conflict') throw new Refused('REVISION_CONFLICT', { revision: 7n, events: [{ type: 'A' }] });
    if (code === 'gone') throw new HttpException('gone', 410);
    if (code === 'outage') throw Object.assign(new Error('no server'), { name: 'MongoServerSelectionError' });
    throw new Error('secret detail');
  }
  @Post('done')
  done(): object {
    ThingsController.done += 1;
    return {};
  }
  static done = 0;
  @Public()
  @Get('open')
  open(): object {
    return { open: true };
  }
  @Post('stream')
  @StreamBody()
  async stream(@Body() body: Readable | undefined, @Req() request: FastifyRequest): Promise<object> {
    let bytes = 0;
    for await (const chunk of body ?? []) bytes += (chunk as Buffer).length;
    return { bytes, type: request.headers['content-type'] };
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

const things = defineService({
  name: 'things',
  settings: definePlainSettings('things', {}),
  module: () => ThingsModule,
});

const silent = (lines: string[] = []): Logger => {
  const write = (...args: unknown[]) => void lines.push(JSON.stringify(args));
  return { debug: () => {}, info: write, warn: write, error: write, child: () => silent(lines) };
};

describe('a service over HTTP', () => {
  const lines: string[] = [];
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(
      things,
      { ORDERLOOM_ADMIN_TOKEN: TOKEN, BODY_LIMIT_BYTES: '2048' },
      { logger: silent(lines) },
    );
  });
  afterAll(() => service.close());

  const call = async (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) => {
    const response = await fetch(`${service.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, ...init.headers },
    });
    const text = await response.text();
    return { response, status: response.status, body: text ? JSON.parse(text) : undefined };
  };
  const post = (body: unknown, headers: Record<string, string> = {}, path = '/api/things') =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const good = { number: 'A1', lines: [{ sku: 'x', quantity: 1 }] };

  it('takes a good request, applies defaults and hands the context over', async () => {
    const { status, body, response } = await post(
      good,
      {
        'idempotency-key': 'k-1',
        'x-correlation-id': 'corr-1',
        'x-orderloom-actor': encodeURIComponent('王芳'),
        'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8',
        'if-match': '"5"',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
      '/api/things?dryRun=true',
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      body: { number: 'A1', terms: 'invoice', lines: [{ sku: 'x', quantity: 1 }] },
      ctx: { actor: '王芳', correlationId: 'corr-1', locale: 'zh-CN' },
      key: 'k-1',
      dryRun: true,
      revision: '5',
    });
    expect(body.ctx.traceparent).toContain('0af7651916cd43dd8448eb211c80319c');
    expect(response.headers.get('x-correlation-id')).toBe('corr-1');
  });

  it('lists every wrong field with path, code and sentence, in both languages', async () => {
    const bad = {
      lines: [{ sku: 'x'.repeat(41), quantity: 0 }, 'no object', { sku: 's', quantity: 1.5, colour: 'red' }],
      requiredBy: '2026-02-30',
      terms: 'later',
      extra: 1,
    };
    const { status, body, response } = await post(bad);
    expect(status).toBe(422);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const codes = Object.fromEntries(body.fields.map((f: { path: string; code: string }) => [f.path, f.code]));
    expect(codes).toMatchObject({
      number: 'REQUIRED',
      'lines.0.sku': 'TOO_LONG',
      'lines.0.quantity': 'TOO_SMALL',
      'lines.2.quantity': 'NOT_AN_INTEGER',
      'lines.2.colour': 'UNKNOWN_FIELD',
      requiredBy: 'NOT_A_TIME',
      terms: 'NOT_ONE_OF',
      extra: 'UNKNOWN_FIELD',
    });
    expect(Object.keys(codes).some((path) => path.startsWith('lines.1') || path === 'lines')).toBe(true);
    const chinese = await post(bad, { 'accept-language': 'zh' });
    const terms = (f: { path: string }) => f.path === 'terms';
    expect(body.fields.find(terms).detail).toBe('This must be one of: prepaid, invoice.');
    expect(chinese.body.fields.find(terms).detail).toBe('此项必须是以下之一：prepaid、invoice。');
  });

  it.each([
    ['malformed JSON', '{"a":', 400, 'MALFORMED_JSON'],
    ['a prototype attack', '{"__proto__":{"x":1},"number":"1"}', 400, 'MALFORMED_JSON'],
    ['a list for an object', '[1]', 422, 'VALIDATION_FAILED'],
    ['a text for an object', '"x"', 422, 'VALIDATION_FAILED'],
    ['no body', '', 422, 'VALIDATION_FAILED'],
    ['too large a body', `{"number":"${'x'.repeat(3000)}"}`, 413, 'PAYLOAD_TOO_LARGE'],
  ])('answers %s with a problem', async (_, text, status, code) => {
    const answer = await post(text);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.correlationId).toBe(answer.response.headers.get('x-correlation-id'));
  });

  it('answers wrong content type, unknown route, wrong method, bad URL and bad headers with a problem', async () => {
    const wrongType = await post('<a/>', { 'content-type': 'text/xml' });
    expect([wrongType.status, wrongType.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect(wrongType.body.detail).toContain('text/xml');
    const unknown = await call('/api/nothing');
    expect([unknown.status, unknown.body.code, unknown.body.instance]).toEqual([404, 'NOT_FOUND', '/api/nothing']);
    const method = await call('/api/things', { method: 'DELETE' });
    expect([method.status, method.body.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(method.response.headers.get('allow')).toContain('POST');
    const url = await call('/api/things/%E0%A4%A');
    expect([url.status, url.body.code]).toEqual([400, 'BAD_REQUEST']);
    const key = await post(good, { 'idempotency-key': 'x'.repeat(201) });
    expect([key.status, key.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_INVALID']);
    const match = await post(good, { 'if-match': 'abc' });
    expect([match.status, match.body.code]).toEqual([400, 'IF_MATCH_INVALID']);
  });

  it('reads queries by kind and refuses what it does not know', async () => {
    const { body } = await call('/api/things?limit=5&status=OPEN,DONE&late=true&minRevision=9');
    expect(body).toEqual({ query: { limit: 5, status: ['OPEN', 'DONE'], late: true }, atLeast: '9' });
    expect((await call('/api/things')).body.query.limit).toBe(20);
    const wrong = await call('/api/things?limit=abc&statuss=OPEN');
    expect(wrong.body.fields.map((f: { path: string; code: string }) => [f.path, f.code])).toEqual(
      expect.arrayContaining([
        ['limit', 'NOT_AN_INTEGER'],
        ['statuss', 'UNKNOWN_FIELD'],
      ]),
    );
  });

  it('wants the token, except on public routes', async () => {
    for (const authorization of ['', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, 'Bearer 令牌']) {
      const answer = await call('/api/things', {
        headers: { authorization: encodeURIComponent(authorization).slice(0, 60) },
      });
      expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect(answer.response.headers.get('www-authenticate')).toBe('Bearer');
    }
    for (const path of ['/api/things/open', '/health/live', '/health/ready', '/metrics']) {
      expect((await fetch(`${service.url}${path}`)).status).toBe(200);
    }
  });

  it('tells refusals with their details, and hides the inside of faults', async () => {
    const conflict = await call('/api/things/refused/conflict');
    expect([conflict.status, conflict.body.details]).toEqual([412, { revision: '7', events: [{ type: 'A' }] }]);
    lines.length = 0;
    const fault = await call('/api/things/refused/fault', { headers: { 'x-correlation-id': 'c-77' } });
    expect([fault.status, fault.body.code]).toEqual([500, 'INTERNAL']);
    expect(JSON.stringify(fault.body)).not.toContain('secret');
    expect(lines.filter((line) => line.includes('c-77'))).toHaveLength(1);
    const outage = await call('/api/things/refused/outage');
    expect([outage.status, outage.body.code, outage.response.headers.get('retry-after')]).toEqual([
      503,
      'UNAVAILABLE',
      '1',
    ]);
  });

  it('hands any body to a streaming route, whatever its type and size', async () => {
    const answer = await call('/api/things/stream', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'x'.repeat(100_000),
    });
    expect(answer.body).toEqual({ bytes: 100_000, type: 'application/x-www-form-urlencoded' });
  });

  it('publishes metrics per route and its OpenAPI document', async () => {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(
      /orderloom_http_request_seconds_count\{service="things",method="GET",route="\/api\/things"/,
    );
    const { body } = await call('/api-json');
    expect(body.paths['/api/things'].post).toBeDefined();
    expect(body.components.schemas.OrderDto.required).toEqual(['number', 'lines']);
    expect(body.components.schemas.OrderDto.properties.lines).toMatchObject({ type: 'array', maxItems: 3 });
    expect(body.paths['/health/live']).toBeUndefined();
  });

  it('does not do what it was asked to try, where it cannot try it', async () => {
    for (const asked of ['?dryRun=true', '?dryRun']) {
      const { status, body } = await call(`/api/things/done${asked}`, { method: 'POST' });
      expect([status, body.code]).toEqual([400, 'DRY_RUN_UNSUPPORTED']);
    }
    expect(ThingsController.done).toBe(0);
    expect((await call('/api/things/done?dryRun=false', { method: 'POST' })).status).toBe(201);
  });
});
