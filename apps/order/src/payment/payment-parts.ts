import type { Provider } from '@nestjs/common';
import { Clock, CONNECTION } from '@orderloom/platform';
import type { Connection } from 'mongoose';
import { BalanceRepository } from '../balance/balance.repository.js';
import { BalanceProvider } from '../balance/balance-provider.js';
import { OrderRepository } from '../order.repository.js';
import type { OrderSettings } from '../settings.js';
import { ManualProvider } from './manual-provider.js';
import { MoneyPolicy } from './money-policy.js';
import { PaymentEvents } from './payment-events.consumer.js';
import { PaymentTasks } from './payment-tasks.js';
import { PaymentWorker } from './payment-worker.js';
import { PaymentProviders } from './providers.js';
import { DEFAULT_SIMULATION, SimulatedProvider } from './simulated-provider.js';
import { StoredSimulation } from './simulation-setting.js';
import { StripeProvider } from './stripe-provider.js';

const stripeOf = (settings: OrderSettings, clock: Clock): StripeProvider[] => {
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_URL, PAYMENT_RETURN_URL } = settings;
  if (STRIPE_SECRET_KEY === undefined) return [];
  return [
    new StripeProvider(
      {
        secretKey: STRIPE_SECRET_KEY,
        returnUrl: PAYMENT_RETURN_URL,
        ...(STRIPE_WEBHOOK_SECRET === undefined ? {} : { webhookSecret: STRIPE_WEBHOOK_SECRET }),
        ...(STRIPE_API_URL === undefined ? {} : { apiUrl: STRIPE_API_URL }),
      },
      clock,
    ),
  ];
};

/** Everything that collects money and gives it back. */
export const paymentParts = (settings: OrderSettings): Provider[] => [
  PaymentTasks,
  PaymentWorker,
  PaymentEvents,
  BalanceRepository,
  { provide: MoneyPolicy, useFactory: () => new MoneyPolicy(settings.REFUND_AUTOMATIC_UP_TO) },
  {
    provide: SimulatedProvider,
    inject: [Clock, CONNECTION],
    useFactory: (clock: Clock, connection: Connection) =>
      new SimulatedProvider(
        clock,
        new StoredSimulation(connection, { ...DEFAULT_SIMULATION, outcome: settings.PAYMENT_SIMULATION }),
        settings.PAYMENT_CALLBACK_SECRET,
      ),
  },
  {
    provide: PaymentProviders,
    inject: [Clock, SimulatedProvider, BalanceRepository, OrderRepository],
    useFactory: (
      clock: Clock,
      simulated: SimulatedProvider,
      balances: BalanceRepository,
      orders: OrderRepository,
    ): PaymentProviders => {
      const customerOf = async (orderId: string) => (await orders.load(orderId)).state.customerId;
      const balance = new BalanceProvider(balances, clock, customerOf);
      const all = [simulated, balance, ...stripeOf(settings, clock)];
      return new PaymentProviders(all, new ManualProvider(clock), settings.PAYMENT_PROVIDER);
    },
  },
];
