import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { KafkaClient } from '@orderloom/messaging';
import { Clock, importsModule, Logger, Vault } from '@orderloom/platform';
import { EventPlumbingModule, Projections } from '@orderloom/service';
import { AmendmentsController } from './amend/amendments.controller.js';
import { AMENDMENT_POLICY, policyOf } from './amend/policy.js';
import { ProposeAmendmentHandler } from './amend/propose-amendment.js';
import { BalanceRepository } from './balance/balance.repository.js';
import { BalancesController } from './balance/balances.controller.js';
import { CancelOrderController } from './cancel/cancel-order.controller.js';
import { EndOrderController } from './cancel/end-order.controller.js';
import { LapseWorker } from './cancel/lapse-worker.js';
import { Catalogue } from './catalogue/catalogue.js';
import { CatalogueFeed, catalogueFeedParts } from './catalogue/catalogue-feed.js';
import { OrderProcess } from './fulfilment/order-process.js';
import { ImportOrders } from './import/import-orders.js';
import { ordersImport } from './import/orders-import.js';
import { SubmitOrderController } from './intake/submit-order.controller.js';
import { SubmitOrder } from './intake/submit-order.js';
import { invoiceParts } from './invoice/invoice-parts.js';
import { InvoiceRegister } from './invoice/invoice-register.js';
import { InvoicesController } from './invoice/invoices.controller.js';
import { Invoices } from './invoice/invoices.js';
import { OrderRepository } from './order.repository.js';
import { CallbacksController } from './payment/callbacks.controller.js';
import { MoneyPolicy } from './payment/money-policy.js';
import { paymentParts } from './payment/payment-parts.js';
import { PaymentSimulationController } from './payment/payment-simulation.controller.js';
import { PaymentsController } from './payment/payments.controller.js';
import { PaymentProviders } from './payment/providers.js';
import { RefundsController } from './payment/refunds.controller.js';
import { SimulatedProvider } from './payment/simulated-provider.js';
import { toPublic } from './publish.js';
import type { OrderSettings } from './settings.js';
import { ErasedCustomers } from './views/erased-customers.js';
import { OrderList } from './views/order-list.js';
import { OrdersController } from './views/orders.controller.js';

const providersOf = (settings: OrderSettings): Provider[] => [
  OrderRepository,
  OrderProcess,
  ...paymentParts(settings),
  ...invoiceParts(settings),
  LapseWorker,
  ProposeAmendmentHandler,
  { provide: AMENDMENT_POLICY, useFactory: () => policyOf(settings.AMENDMENT_POLICY) },
  {
    provide: CatalogueFeed,
    inject: catalogueFeedParts,
    useFactory: (...parts: ConstructorParameters<typeof CatalogueFeed>) => new CatalogueFeed(...parts),
  },
  { provide: Catalogue, inject: [CatalogueFeed], useFactory: (feed: CatalogueFeed) => new Catalogue(feed) },
  {
    provide: ErasedCustomers,
    inject: [CatalogueFeed],
    useFactory: (feed: CatalogueFeed) => new ErasedCustomers(feed),
  },
  {
    provide: OrderList,
    inject: [Projections, ErasedCustomers, Vault, OrderRepository],
    useFactory: (projections: Projections, erased: ErasedCustomers, vault: Vault, orders: OrderRepository) =>
      OrderList.over(projections, erased, vault, (id, order, revision) => orders.learn(id, order, revision)),
  },
  {
    provide: SubmitOrder,
    inject: [OrderRepository, Catalogue, Vault, PaymentProviders],
    useFactory: (...parts: ConstructorParameters<typeof SubmitOrder>) => new SubmitOrder(...parts),
  },
  {
    provide: ImportOrders,
    inject: [OrderRepository, Catalogue, Vault, KafkaClient, CatalogueFeed, OrderList, Clock, Logger],
    useFactory: (...parts: ConstructorParameters<typeof ImportOrders>) => new ImportOrders(...parts),
  },
];

/** The parts of the order service, shared by its API and its imports. */
@Global()
@Module({})
class OrderPartsModule {}

@Module({})
class OrderModule {}

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
        exports: [
          OrderRepository,
          ProposeAmendmentHandler,
          OrderList,
          SubmitOrder,
          ImportOrders,
          SimulatedProvider,
          PaymentProviders,
          MoneyPolicy,
          BalanceRepository,
          Invoices,
          InvoiceRegister,
        ],
      },
      importsModule({ inject: [ImportOrders], useFactory: (orders: ImportOrders) => [ordersImport(orders)] }),
    ],
    controllers: [
      SubmitOrderController,
      OrdersController,
      CancelOrderController,
      EndOrderController,
      AmendmentsController,
      PaymentsController,
      RefundsController,
      CallbacksController,
      PaymentSimulationController,
      BalancesController,
      InvoicesController,
    ],
  };
};
