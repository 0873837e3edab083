import { type DynamicModule, Module, type OnApplicationBootstrap } from '@nestjs/common';
import type { Connection } from 'mongoose';
import { Logger } from '../observe/logger.js';
import { Role } from '../service/role.js';
import { Shutdown } from '../service/shutdown.js';
import { CONNECTION, SETTINGS } from '../service/tokens.js';
import { ImportsController } from './controller.js';
import type { ImportDefinition } from './define.js';
import { ImportService } from './service.js';
import { ImportStore } from './store.js';
import { ImportWorker } from './worker.js';

@Module({})
class ImportsModule {}

/** Starts the worker when the service is up, and stops it among the workers of the orderly stop. */
class ImportWorkerRunner implements OnApplicationBootstrap {
  constructor(
    private readonly worker: ImportWorker,
    private readonly shutdown: Shutdown,
    private readonly role: Role,
  ) {}
  onApplicationBootstrap(): void {
    if (!this.role.works) return;
    this.shutdown.register('workers', 'imports', () => this.worker.stop());
    this.worker.start();
  }
}

/** Token of the service's import definitions. */
const DEFINITIONS = Symbol('orderloom.imports');

/** How the definitions come: as they are, or made by a factory from injected parts. */
export type ImportsSource =
  | readonly ImportDefinition[]
  | {
      imports?: DynamicModule['imports'];
      inject: readonly unknown[];
      useFactory: (...parts: never[]) => readonly ImportDefinition[] | Promise<readonly ImportDefinition[]>;
    };

/**
 * The import API (`/api/imports`) and its worker for a service's kinds: put it among the module's imports.
 * @example importsModule({ imports: [OrdersModule], inject: [Orders], useFactory: (orders: Orders) => [orderImport(orders)] })
 */
export function importsModule(source: ImportsSource): DynamicModule {
  const definitions =
    'useFactory' in source
      ? { provide: DEFINITIONS, inject: [...source.inject] as never[], useFactory: source.useFactory as never }
      : { provide: DEFINITIONS, useValue: source };
  return {
    module: ImportsModule,
    imports: 'useFactory' in source ? (source.imports ?? []) : [],
    controllers: [ImportsController],
    providers: [
      definitions,
      {
        provide: ImportStore,
        inject: [CONNECTION],
        useFactory: (connection: Connection) => new ImportStore(connection),
      },
      {
        provide: ImportService,
        inject: [DEFINITIONS, ImportStore, SETTINGS],
        useFactory: (kinds: readonly ImportDefinition[], store: ImportStore, settings: { ORDERLOOM_DATA: string }) =>
          new ImportService(kinds, store, settings.ORDERLOOM_DATA),
      },
      {
        provide: ImportWorker,
        inject: [DEFINITIONS, ImportStore, Logger],
        useFactory: (kinds: readonly ImportDefinition[], store: ImportStore, logger: Logger) =>
          new ImportWorker(kinds, store, logger),
      },
      {
        provide: ImportWorkerRunner,
        inject: [ImportWorker, Shutdown, Role],
        useFactory: (...parts: ConstructorParameters<typeof ImportWorkerRunner>) => new ImportWorkerRunner(...parts),
      },
    ],
    exports: [ImportService],
  };
}
