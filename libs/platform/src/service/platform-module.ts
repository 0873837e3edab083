import { type DynamicModule, Global, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { Clock } from '../clock.js';
import { MongoConnections } from '../mongo/connections.js';
import { Health } from '../observe/health.js';
import { Logger } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { Tracing } from '../observe/tracing.js';
import { Vault } from '../vault/vault.js';
import { PlatformController } from './platform-controller.js';
import { Role } from './role.js';
import { Shutdown } from './shutdown.js';
import { CONNECTION, SERVICE_NAME, SETTINGS } from './tokens.js';

/** Everything the platform gives a service. */
export interface PlatformParts {
  name: string;
  settings: unknown;
  logger: Logger;
  metrics: Metrics;
  health: Health;
  clock: Clock;
  shutdown: Shutdown;
  tracing: Tracing;
  role: Role;
  /** Absent in a program without engines. */
  mongo?: MongoConnections;
  vault?: Vault;
}

/** Runs the phases of the stop when Nest has closed the HTTP server and its transports, never before. */
class ShutdownRunner implements OnApplicationShutdown {
  constructor(private readonly shutdown: Shutdown) {}
  onApplicationShutdown(): Promise<void> {
    return this.shutdown.run();
  }
}

/** Global module with the platform's injectables; made by `platformModule`. */
@Global()
@Module({})
class PlatformModule {}

/** The global module that gives a service the platform's parts. */
export function platformModule(parts: PlatformParts): DynamicModule {
  const providers: Provider[] = [
    { provide: SERVICE_NAME, useValue: parts.name },
    { provide: SETTINGS, useValue: parts.settings },
    { provide: Logger, useValue: parts.logger },
    { provide: Metrics, useValue: parts.metrics },
    { provide: Health, useValue: parts.health },
    { provide: Clock, useValue: parts.clock },
    { provide: Shutdown, useValue: parts.shutdown },
    { provide: Tracing, useValue: parts.tracing },
    { provide: Role, useValue: parts.role },
  ];
  if (parts.mongo) {
    providers.push(
      { provide: MongoConnections, useValue: parts.mongo },
      { provide: CONNECTION, useValue: parts.mongo.connection(parts.name) },
    );
  }
  if (parts.vault) providers.push({ provide: Vault, useValue: parts.vault });
  return {
    module: PlatformModule,
    controllers: [PlatformController],
    providers: [...providers, { provide: ShutdownRunner, useValue: new ShutdownRunner(parts.shutdown) }],
    exports: providers.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
  };
}
