import type { Provider } from '@nestjs/common';
import { CONNECTION, Vault } from '@orderloom/platform';
import type { Connection } from 'mongoose';
import { OrderRepository } from '../order.repository.js';
import { MoneyPolicy } from '../payment/money-policy.js';
import type { OrderSettings } from '../settings.js';
import { Settlements } from '../settlement/settlements.js';
import { OrderList } from '../views/order-list.js';
import { BankTransactions } from './bank-transactions.js';

/** What compares the ledger with what banks and providers say. */
export const reconciliationParts = (settings: OrderSettings): Provider[] => [
  {
    provide: BankTransactions,
    inject: [CONNECTION, OrderList, OrderRepository, Vault, MoneyPolicy],
    useFactory: async (
      connection: Connection,
      list: OrderList,
      orders: OrderRepository,
      vault: Vault,
      policy: MoneyPolicy,
    ) => {
      const transactions = new BankTransactions(connection, () => list.documents(), orders, vault, policy);
      await transactions.prepare();
      return transactions;
    },
  },
  {
    provide: Settlements,
    inject: [CONNECTION, OrderList, OrderRepository],
    useFactory: async (connection: Connection, list: OrderList, orders: OrderRepository) => {
      const settlements = new Settlements(connection, () => list.documents(), orders, settings.PAYMENT_PROVIDER);
      await settlements.prepare();
      return settlements;
    },
  },
];
