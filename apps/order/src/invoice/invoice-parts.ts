import type { Provider } from '@nestjs/common';
import { EventStore } from '@orderloom/event-sourcing';
import { Clock, CONNECTION } from '@orderloom/platform';
import type { Connection } from 'mongoose';
import { OrderRepository } from '../order.repository.js';
import type { OrderSettings } from '../settings.js';
import { InvoiceRegister } from './invoice-register.js';
import { Invoices } from './invoices.js';

/** Everything that gives orders their papers. */
export const invoiceParts = (settings: OrderSettings): Provider[] => [
  {
    provide: InvoiceRegister,
    inject: [EventStore, CONNECTION],
    useFactory: async (store: EventStore, connection: Connection) => {
      const { INVOICE_SERIES, CREDIT_NOTE_SERIES } = settings;
      const register = new InvoiceRegister(store, connection, {
        invoice: INVOICE_SERIES,
        credit_note: CREDIT_NOTE_SERIES,
      });
      await register.prepare();
      return register;
    },
  },
  {
    provide: Invoices,
    inject: [OrderRepository, InvoiceRegister, Clock],
    useFactory: (orders: OrderRepository, register: InvoiceRegister, clock: Clock) =>
      new Invoices(orders, register, clock, settings.INVOICE_ISSUE === 'completed'),
  },
];
