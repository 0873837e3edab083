import { Injectable } from '@nestjs/common';
import type { CustomerEvent } from '@orderloom/contracts';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { type Customer, evolve, initial } from './customer.js';

/** Streams `customer-{id}`. */
@Injectable()
export class Customers extends Repository<Customer, CustomerEvent> {
  constructor(store: EventStore) {
    super(store, { prefix: 'customer', initial, evolve });
  }
}

/** The vault key that seals a customer's data. */
export const keyOf = (customerId: string): string => `customer:${customerId}`;
