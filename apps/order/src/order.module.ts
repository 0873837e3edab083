import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { EventStore } from '@orderloom/event-sourcing';
import { KafkaClient } from '@orderloom/messaging';
import {
  accessModule,
  Clock,
  CONNECTION,
  ImportService,
  importsModule,
  Logger,
  Shutdown,
  Vault,
} from '@orderloom/platform';
import { EventPlumbingModule, Projections } from '@orderloom/service';
import { OrderScope } from './access/order-scope.js';
import { afterSalesControllers, afterSalesParts } from './after-sales/after-sales.parts.js';
import { AmendmentsController } from './amend/amendments.controller.js';
import { AMENDMENT_POLICY, policyOf } from './amend/policy.js';
import { ProposeAmendmentHandler } from './amend/propose-amendment.js';
import { BalancesController } from './balance/balances.controller.js';
import { BankController } from './bank/bank.controller.js';
import { reconciliationParts } from './bank/bank-parts.js';
import { BankTransactions } from './bank/bank-transactions.js';
import { CancelOrderController } from './cancel/cancel-order.controller.js';
import { EndOrderController } from './cancel/end-order.controller.js';
import { LapseWorker } from './cancel/lapse-worker.js';
import { Catalogue } from './catalogue/catalogue.js';
import { CatalogueFeed, catalogueFeedParts } from './catalogue/catalogue-feed.js';
import { AdaptersController } from './channels/adapters.controller.js';
import { ChannelsController } from './channels/channels.controller.js';
import { TakeIn } from './channels/take-in.js';
import { CompanySettings } from './configuration/company-settings.js';
import { DeadlinesController } from './deadlines/deadlines.controller.js';
import { DeadlinePolicies } from './deadlines/policy-store.js';
import { WatchDeadlines } from './deadlines/watch-deadlines.js';
import { draftControllers, draftParts } from './drafts/drafts.parts.js';
import { EraseOrderController } from './erasure/erase-order.controller.js';
import { EraseOrder } from './erasure/erase-order.js';
import { CustomFieldsController } from './facts/custom-fields.controller.js';
import { FactsController } from './facts/facts.controller.js';
import { OrderProcess } from './fulfilment/order-process.js';
import { ImportOrders } from './import/import-orders.js';
import { ordersImport } from './import/orders-import.js';
import { ImportUndoController } from './import-undo/import-undo.controller.js';
import { ImportUndos } from './import-undo/import-undos.js';
import { CompanyRules } from './intake/company-rules.js';
import { SubmitOrderController } from './intake/submit-order.controller.js';
import { SubmitOrder } from './intake/submit-order.js';
import { invoiceParts } from './invoice/invoice-parts.js';
import { InvoicesController } from './invoice/invoices.controller.js';
import { OrderNumbers } from './numbering/order-numbers.js';
import { OrderRepository } from './order.repository.js';
import { CallbacksController } from './payment/callbacks.controller.js';
import { paymentParts } from './payment/payment-parts.js';
import { PaymentSimulationController } from './payment/payment-simulation.controller.js';
import { PaymentsController } from './payment/payments.controller.js';
import { PaymentProviders } from './payment/providers.js';
import { RefundsController } from './payment/refunds.controller.js';
import { toPublic } from './publish.js';
import { OrderReviews } from './review/order-reviews.js';
import { REVIEW_CONTROLLERS, reviewProviders } from './review/review.parts.js';
import type { OrderSettings } from './settings.js';
import { SettlementsController } from './settlement/settlements.controller.js';
import { Settlements } from './settlement/settlements.js';
import { ErasedCustomers } from './views/erased-customers.js';
import { ExportJobs } from './views/export/export-jobs.js';
import { ExportWorker } from './views/export/export-worker.js';
import { ExportsController } from './views/export/exports.controller.js';
import { OrderList } from './views/order-list.js';
import { OrdersController } from './views/orders.controller.js';
import { SavedViewsController } from './views/saved/saved-views.controller.js';
import { SavedViews } from './views/saved/saved-views.js';
import { StoryController } from './views/story/story.controller.js';

const providersOf = (settings: OrderSettings): Provider[] => [
  OrderRepository,
  OrderScope,
  DeadlinePolicies,
  WatchDeadlines,
  SavedViews,
  ExportJobs,
  ExportWorker,
  OrderProcess,
  ...paymentParts(settings),
  ...invoiceParts(settings),
  ...reconciliationParts(settings),
  LapseWorker,
  ...reviewProviders(settings),
  ProposeAmendmentHandler,
  EraseOrder,
  { provide: AMENDMENT_POLICY, useFactory: () => policyOf(settings.AMENDMENT_POLICY) },
  {
    provide: CatalogueFeed,
    inject: catalogueFeedParts,
    useFactory: (...parts: ConstructorParameters<typeof CatalogueFeed>) => new CatalogueFeed(...parts),
  },
  { provide: Catalogue, inject: [CatalogueFeed], useFactory: (feed: CatalogueFeed) => new Catalogue(feed) },
  {
    provide: ErasedCustomers,
    inject: [CatalogueFeed, Vault],
    useFactory: (feed: CatalogueFeed, vault: Vault) => new ErasedCustomers(feed, vault),
  },
  {
    provide: OrderList,
    inject: [Projections, ErasedCustomers, Vault, DeadlinePolicies, OrderRepository],
    useFactory: (
      projections: Projections,
      erased: ErasedCustomers,
      vault: Vault,
      deadlines: DeadlinePolicies,
      orders: OrderRepository,
    ) =>
      OrderList.over(projections, erased, vault, deadlines, (id, order, revision) => orders.learn(id, order, revision)),
  },
  {
    provide: SubmitOrder,
    inject: [OrderRepository, Catalogue, Vault, PaymentProviders, OrderReviews, CompanyRules],
    useFactory: (...parts: ConstructorParameters<typeof SubmitOrder>) => new SubmitOrder(...parts),
  },
  CompanySettings,
  ...afterSalesParts,
  ...draftParts,
  {
    provide: ImportUndos,
    inject: [CONNECTION, OrderRepository, OrderList, Clock, Logger, Shutdown],
    useFactory: (...parts: ConstructorParameters<typeof ImportUndos>) => new ImportUndos(...parts),
  },
  {
    provide: CompanyRules,
    inject: [CompanySettings, EventStore, OrderRepository],
    useFactory: (settings: CompanySettings, store: EventStore, orders: OrderRepository) => {
      const numberOf = async (id: string) => {
        const { state } = await orders.load(id);
        return state.status === 'NONE' ? undefined : state.number;
      };
      const numbers = new OrderNumbers(store, async (id) => (await numberOf(id)) !== undefined);
      return new CompanyRules(settings, numbers, numberOf);
    },
  },
  {
    provide: TakeIn,
    inject: [CompanySettings, SubmitOrder, OrderRepository],
    useFactory: (settings: CompanySettings, submit: SubmitOrder, orders: OrderRepository) =>
      new TakeIn(settings, submit, orders),
  },
  {
    provide: ImportOrders,
    inject: [OrderRepository, Catalogue, Vault, KafkaClient, CatalogueFeed, OrderList, Clock, Logger, OrderReviews],
    useFactory: (...parts: ConstructorParameters<typeof ImportOrders>) => new ImportOrders(...parts),
  },
];

/** The parts of the order service, shared by its API and its imports. */
@Global()
@Module({})
class OrderPartsModule {}

/** Tells everybody in this service who keeps something of people when one of them is erased. */
@Module({})
class OrderModule {
  constructor(
    erased: ErasedCustomers,
    exports: ExportJobs,
    views: SavedViews,
    bank: BankTransactions,
    imports: ImportService,
  ) {
    erased.also(() => exports.removePersonal());
    erased.also(({ words }) => views.forget(words));
    erased.also(({ orderIds }) => bank.forget(orderIds));
    erased.also(({ customerIds }) => imports.forget(customerIds));
  }
}

/** The order service made from its settings. */
export const orderModule = (settings: OrderSettings): DynamicModule => {
  const providers = providersOf(settings);
  return {
    module: OrderModule,
    imports: [
      EventPlumbingModule.of({ service: 'order', settings, toPublic, reads: ['inventory', 'logistics', 'customer'] }),
      {
        module: OrderPartsModule,
        providers,
        exports: providers.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
      },
      accessModule(),
      importsModule({
        inject: [ImportOrders, BankTransactions, Settlements],
        useFactory: (orders: ImportOrders, bank: BankTransactions, settlements: Settlements) => [
          ordersImport(orders),
          bank.importKind(),
          settlements.importKind(),
        ],
      }),
    ],
    controllers: [
      ...REVIEW_CONTROLLERS,
      SubmitOrderController,
      DeadlinesController,
      SavedViewsController,
      ExportsController,
      StoryController,
      OrdersController,
      CancelOrderController,
      EndOrderController,
      AmendmentsController,
      PaymentsController,
      RefundsController,
      CallbacksController,
      PaymentSimulationController,
      BalancesController,
      BankController,
      SettlementsController,
      InvoicesController,
      ChannelsController,
      AdaptersController,
      CustomFieldsController,
      FactsController,
      EraseOrderController,
      ...afterSalesControllers,
      ...draftControllers,
      ImportUndoController,
    ],
  };
};
