import type { IncomingMessage, ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Authenticator } from '../access/authenticator.js';
import { TokenStore } from '../access/token-store.js';
import { type Clock, SystemClock } from '../clock.js';
import { FieldsPipe } from '../http/fields-pipe.js';
import { openApiOf } from '../http/openapi.js';
import { ProblemFilter, sendProblem } from '../http/problem-filter.js';
import { MongoConnections } from '../mongo/connections.js';
import { Health } from '../observe/health.js';
import { createLogger, NestLogger } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { Tracing } from '../observe/tracing.js';
import type { BaseKinds, EngineKinds } from '../settings/common.js';
import { readSettings, SettingsInvalid, type SettingsOf, type SettingsSpec } from '../settings/define.js';
import { Vault } from '../vault/vault.js';
import { trackRoutes } from './allowed-methods.js';
import { installBodyParsers } from './body-parsers.js';
import type { RunningService, ServiceDefinition, StartOptions } from './definition.js';
import { installHooks } from './http-hooks.js';
import { InstanceRole } from './instance-role.js';
import { type PlatformParts, platformModule } from './platform-module.js';
import { Shutdown } from './shutdown.js';

type Base = SettingsOf<SettingsSpec<BaseKinds>>;
type Engines = Partial<SettingsOf<SettingsSpec<EngineKinds>>>;

/**
 * Starts a service: settings, stores, Nest on Fastify, health, metrics.
 * @throws SettingsInvalid, or the error of the engine that could not be reached
 */
export async function startService<S extends SettingsSpec<BaseKinds>>(
  definition: ServiceDefinition<S>,
  env: Readonly<Record<string, string | undefined>> = process.env,
  options: StartOptions = {},
): Promise<RunningService> {
  const settings = readSettings(definition.settings, env);
  // Every spec is made by defineSettings or definePlainSettings, so the common settings are among the values.
  const base = settings as unknown as Base & Engines;
  const parts = await platformParts(definition.name, base, options);
  try {
    const { app, fastify } = await createApp(definition, settings, base, parts);
    const service = new Running(definition, app, fastify, parts, base);
    fastify.get('/api-json', { config: { public: true } }, () => service.openapi());
    try {
      if (options.listen === false) await app.init();
      else await app.listen(base.PORT, base.HOST);
      await fastify.ready();
    } catch (error) {
      await service.close();
      throw error;
    }
    parts.health.block(undefined);
    if (options.listen !== false) parts.logger.info({ url: service.url }, 'ready');
    return service;
  } catch (error) {
    await parts.shutdown.run();
    throw error;
  }
}

async function platformParts(name: string, base: Base & Engines, options: StartOptions): Promise<PlatformParts> {
  const logger = options.logger ?? createLogger(name, base.LOG_LEVEL);
  const shutdown = new Shutdown(logger, base.SHUTDOWN_TIMEOUT_MS);
  const metrics = new Metrics(name);
  if (options.processMetrics) metrics.collectProcessMetrics();
  const health = new Health();
  const tracing = await Tracing.start(name, base.OTEL_EXPORTER_OTLP_ENDPOINT);
  shutdown.register('stores', 'traces', () => tracing.close());
  const clock = options.clock ?? new SystemClock();
  const authenticator = authenticatorOf(base, clock);
  const role = new InstanceRole(base.ROLE);
  const parts: PlatformParts = {
    name,
    settings: base,
    logger,
    metrics,
    health,
    clock,
    shutdown,
    tracing,
    authenticator,
    role,
  };
  if (!base.MONGODB_URL) return parts;
  const mongo = new MongoConnections(base.MONGODB_URL);
  await mongo.connect();
  shutdown.register('stores', 'mongodb', () => mongo.close());
  health.register('mongodb', () => mongo.ping());
  parts.mongo = mongo;
  parts.tokens = new TokenStore(mongo.connection('vault'));
  authenticator.revocations = parts.tokens;
  if (base.ORDERLOOM_MASTER_KEY)
    parts.vault = new Vault(mongo.connection('vault'), base.ORDERLOOM_MASTER_KEY, base.VAULT_CACHE_SECONDS);
  return parts;
}

/** @throws SettingsInvalid when only half of an identity provider is named */
function authenticatorOf(base: Base, clock: Clock): Authenticator {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl } = base;
  const common = { adminToken: base.ORDERLOOM_ADMIN_TOKEN, clock };
  if (issuer === undefined) return new Authenticator(common);
  if (audience === undefined) {
    throw new SettingsInvalid('the platform', ['OIDC_AUDIENCE is required: OIDC_ISSUER is set']);
  }
  const claims = {
    roles: base.OIDC_ROLES_CLAIM,
    channels: base.OIDC_CHANNELS_CLAIM,
    customerId: base.OIDC_CUSTOMER_CLAIM,
  };
  return new Authenticator({
    ...common,
    oidc: { issuer, audience, claims, ...(jwksUrl === undefined ? {} : { jwksUrl }) },
  });
}

async function createApp<S extends SettingsSpec<BaseKinds>>(
  definition: ServiceDefinition<S>,
  settings: SettingsOf<S>,
  base: Base,
  parts: PlatformParts,
): Promise<{ app: NestFastifyApplication; fastify: FastifyInstance }> {
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: base.BODY_LIMIT_BYTES,
    requestIdHeader: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    skipMiddie: true, // Express-style middleware is not used; without it each request is a little cheaper
    forceCloseConnections: 'idle',
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(error, request, reply, parts.logger),
  });
  const fastify: FastifyInstance = adapter.getInstance();
  trackRoutes(fastify);
  installHooks(fastify, {
    authenticator: parts.authenticator,
    clock: parts.clock,
    logger: parts.logger,
    metrics: parts.metrics,
    tracing: parts.tracing,
    slowRequestMs: base.SLOW_REQUEST_MS,
    logRequests: base.LOG_REQUESTS,
  });
  installBodyParsers(fastify);
  class RootModule {}
  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: RootModule,
      imports: [platformModule({ ...parts, settings }), definition.module(settings)],
    },
    adapter,
    { logger: new NestLogger(parts.logger), bodyParser: false, abortOnError: false, forceCloseConnections: false },
  );
  app.useGlobalFilters(new ProblemFilter(parts.logger));
  app.useGlobalPipes(new FieldsPipe());
  return { app, fastify };
}

class Running implements RunningService {
  readonly name: string;
  private inFlight = 0;
  private drained: (() => void) | undefined;
  private closing: Promise<void> | undefined;
  private document: object | undefined;

  constructor(
    private readonly definition: Pick<ServiceDefinition, 'name' | 'api'>,
    readonly app: NestFastifyApplication,
    private readonly fastify: FastifyInstance,
    private readonly parts: PlatformParts,
    private readonly base: Base,
  ) {
    this.name = definition.name;
  }

  get url(): string | undefined {
    const address = this.fastify.server.address();
    if (!address || typeof address === 'string') return undefined;
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${host}:${address.port}`;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.inFlight += 1;
    response.once('close', () => {
      this.inFlight -= 1;
      if (this.inFlight === 0) this.drained?.();
    });
    this.fastify.routing(request, response);
  }

  async ready(): Promise<boolean> {
    return (await this.parts.health.report()).status === 'up';
  }

  openapi(): object {
    this.document ??= openApiOf(this.app, this.definition);
    return this.document;
  }

  close(): Promise<void> {
    this.closing ??= this.stop();
    return this.closing;
  }

  private async stop(): Promise<void> {
    this.parts.health.block('stopping');
    this.parts.shutdown.begin();
    if (this.base.SHUTDOWN_DELAY_MS > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.base.SHUTDOWN_DELAY_MS));
    }
    if (this.inFlight > 0) await this.drain();
    // A connection whose answer was under way when the server began to close is idle a moment later, and a client that
    // keeps it open would hold up the stop until its keep-alive ends.
    const { server } = this.fastify;
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    // One that sends half a request and then nothing is never idle.
    const late = setTimeout(() => server.closeAllConnections(), this.base.SHUTDOWN_TIMEOUT_MS / 4);
    try {
      await this.app.close();
    } finally {
      clearInterval(sweep);
      clearTimeout(late);
    }
    await this.parts.shutdown.run(); // Nest runs it only when it had initialised
  }

  /** Waits for requests that came in through `handle`; those with a socket of their own Fastify waits for. */
  private drain(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.base.SHUTDOWN_TIMEOUT_MS);
      this.drained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
