import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { EventStore } from '@orderloom/event-sourcing';
import { InjectConnection, importsModule, Logger, Shutdown } from '@orderloom/platform';
import { MongoCheckpoints, MongoLease } from '@orderloom/projections';
import { LogFollower } from '@orderloom/service/log-follower';
import type { Connection } from 'mongoose';
import { CreateMissingProducts } from './catalogue/create-missing.js';
import { DueWork } from './due-work.js';
import { DemandBook } from './forecast/demand-book.js';
import { Forecaster } from './forecast/forecaster.js';
import { ForecastsController } from './forecast/forecasts.controller.js';
import { ProductImport } from './imports/product-import.js';
import { SupplierImport } from './imports/supplier-import.js';
import { SignedLinks } from './links/signed-links.js';
import { LocationsController } from './location/locations.controller.js';
import { ProductReferences } from './product/product-references.js';
import { ProductsController } from './product/products.controller.js';
import { Backtests } from './profile/backtests.js';
import { ProfilesController } from './profile/profiles.controller.js';
import { RulesInForce } from './profile/rules-in-force.js';
import { PromiseBook } from './promise/promise-book.js';
import { PromisesController } from './promise/promises.controller.js';
import { OverduePurchases } from './purchase/overdue-purchases.js';
import { PurchaseCommands } from './purchase/purchase-commands.js';
import { PurchasesController } from './purchase/purchases.controller.js';
import { ReceivePurchases } from './purchase/receive-purchases.js';
import { SupplierPortalController } from './purchase/supplier-portal.controller.js';
import { DailyLevels } from './replenishment/daily-levels.js';
import { Replenisher } from './replenishment/replenisher.js';
import { ReplenishmentController } from './replenishment/replenishment.controller.js';
import {
  LocationRepository,
  ProductRepository,
  ProfileRepository,
  PurchaseRepository,
  SourcingRepository,
  StockRepository,
  SupplierRepository,
} from './repositories.js';
import { HoldBook } from './reservation/hold-book.js';
import { ReservationsController } from './reservation/reservations.controller.js';
import { ReserveHold } from './reservation/reserve-hold.js';
import { ShortageBook } from './shortage/shortage-book.js';
import { ShortageDesk } from './shortage/shortage-desk.js';
import { CustomerShortageController, ShortagesController } from './shortage/shortages.controller.js';
import { BackorderQueue } from './sourcing/backorder-queue.js';
import { BackorderWorker } from './sourcing/backorder-worker.js';
import { DemandProcess } from './sourcing/demand-process.js';
import { SubmittedOrders } from './sourcing/order-lines.js';
import { Sourcer } from './sourcing/sourcer.js';
import { SourcingController } from './sourcing/sourcing.controller.js';
import { SourcingProcess } from './sourcing/sourcing-process.js';
import { Arrivals } from './stock/arrivals.js';
import { ShipmentConsumption } from './stock/consume-shipment.js';
import { MovementsController } from './stock/movements.controller.js';
import { Places } from './stock/places.js';
import { StockController } from './stock/stock.controller.js';
import { SaveSuppliers } from './supplier/save-suppliers.js';
import { SuppliersController } from './supplier/suppliers.controller.js';
import { Views } from './views.js';

const shared = [
  ProductRepository,
  StockRepository,
  SourcingRepository,
  SupplierRepository,
  PurchaseRepository,
  LocationRepository,
  ProfileRepository,
  ReceivePurchases,
  Places,
  Arrivals,
  ProductReferences,
  SaveSuppliers,
  Views,
  ProductImport,
  SupplierImport,
];

/** Aggregates and what several capabilities use. */
@Module({ providers: shared, exports: shared })
class InventoryCoreModule {}

@Module({
  imports: [
    InventoryCoreModule,
    importsModule({
      imports: [InventoryCoreModule],
      inject: [ProductImport, SupplierImport],
      useFactory: (products: ProductImport, suppliers: SupplierImport) => [
        products.definition(),
        suppliers.definition(),
      ],
    }),
  ],
  controllers: [
    ProductsController,
    StockController,
    MovementsController,
    PromisesController,
    SuppliersController,
    ReservationsController,
    ProfilesController,
    LocationsController,
    ShortagesController,
    CustomerShortageController,
    SourcingController,
    PurchasesController,
    SupplierPortalController,
    ReplenishmentController,
    ForecastsController,
  ],
  providers: [
    {
      provide: Sourcer,
      inject: [StockRepository, SourcingRepository, Places, Views, BackorderQueue, RulesInForce, HoldBook],
      useFactory: (
        ledgers: StockRepository,
        decisions: SourcingRepository,
        places: Places,
        views: Views,
        queue: BackorderQueue,
        rules: RulesInForce,
        holds: HoldBook,
      ) =>
        new Sourcer(ledgers, decisions, {
          places,
          policies: (skus) => views.policies(skus),
          claims: (skus) => queue.claims(skus),
          rules: () => rules.current(),
          holds: (references) => holds.of(references),
        }),
    },
    HoldBook,
    ReserveHold,
    SignedLinks,
    RulesInForce,
    ShortageBook,
    ShortageDesk,
    Backtests,
    PurchaseCommands,
    OverduePurchases,
    PromiseBook,
    DemandBook,
    Forecaster,
    Replenisher,
    DailyLevels,
    DueWork,
    BackorderQueue,
    BackorderWorker,
    SubmittedOrders,
    ShipmentConsumption,
    DemandProcess,
    SourcingProcess,
    CreateMissingProducts,
  ],
})
export class InventoryModule implements OnApplicationBootstrap {
  constructor(
    private readonly store: EventStore,
    private readonly lease: MongoLease,
    private readonly worker: BackorderWorker,
    private readonly queue: BackorderQueue,
    private readonly submitted: SubmittedOrders,
    private readonly holds: HoldBook,
    private readonly demand: DemandBook,
    private readonly backtests: Backtests,
    private readonly shortages: ShortageBook,
    private readonly due: DueWork,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
    @InjectConnection() private readonly mongo: Connection,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([
      this.queue.prepare(),
      this.submitted.prepare(),
      this.holds.prepare(),
      this.demand.prepare(),
      this.backtests.prepare(),
      this.shortages.prepare(),
    ]);
    const follower = new LogFollower({
      store: this.store,
      lease: this.lease,
      checkpoints: new MongoCheckpoints(this.mongo),
      name: 'inventory.backorders',
      prefixes: ['sourcing-', 'stock-', 'purchase-'],
      handle: (batch) => this.worker.handle(batch),
      onActive: async (signal) => this.due.start(signal),
      logger: this.logger,
    });
    this.shutdown.register('workers', 'backorders', () => follower.stop());
    follower.start();
  }
}
