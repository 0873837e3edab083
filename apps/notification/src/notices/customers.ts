import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  CustomerChangedV1,
  CustomerErasedV1,
  type CustomerEventData,
  type CustomerProfile,
  CustomerRegisteredV1,
  type Sealed,
} from '@orderloom/contracts';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { InjectConnection, Vault } from '@orderloom/platform';
import { TopicProjection } from '@orderloom/projections';
import type { Connection } from 'mongoose';
import { Messages } from './messages.js';

/** How a customer is reached. */
export interface CustomerCopy {
  _id: string;
  profile?: Sealed<CustomerProfile>;
  erased?: true;
}

const source = {
  group: 'notification.customers',
  topics: ['customers.v1'],
  types: [CustomerRegisteredV1.type, CustomerChangedV1.type, CustomerErasedV1.type],
};

/** Local copy of how customers are reached, for orders that name only the customer. */
@Injectable()
export class Customers implements OnModuleInit {
  private readonly customers: TopicProjection<CustomerCopy>;

  constructor(
    @InjectConnection() connection: Connection,
    private readonly messages: Messages,
    private readonly vault: Vault,
  ) {
    this.customers = new TopicProjection<CustomerCopy>({
      connection,
      group: source.group,
      topics: source.topics,
      handles: source.types,
      definition: {
        name: 'customers',
        version: 1,
        indexes: [],
        keyOf: ({ data }) => (data as CustomerEventData['CustomerRegistered']).customerId,
        evolve: (_, { type, data }) => {
          if (type === 'CustomerErased') {
            return { _id: (data as CustomerEventData['CustomerErased']).customerId, erased: true };
          }
          const { customerId, profile } = data as CustomerEventData['CustomerRegistered'];
          return { _id: customerId, ...(profile === undefined ? {} : { profile }) };
        },
      },
    });
  }

  async onModuleInit(): Promise<void> {
    await this.customers.start();
  }

  @OnEvents({ group: source.group, topics: source.topics, types: source.types })
  async record(events: readonly ReceivedEvent[]): Promise<void> {
    await this.customers.handleBatch(events);
    const erased = events
      .filter(({ type }) => type === CustomerErasedV1.type)
      .map(({ data }) => data as CustomerEventData['CustomerErased']);
    if (erased.length === 0) return;
    // Destroyed already; this process must not go on with what it remembers of the key.
    await this.vault.destroyKeys(erased.map(({ keyId }) => keyId));
    await this.messages.scrub(erased.map(({ customerId }) => customerId));
  }

  /** What is known of customers, by id. */
  async of(customerIds: readonly string[]): Promise<Map<string, CustomerCopy>> {
    if (customerIds.length === 0) return new Map();
    const found = await this.customers
      .collection()
      .find({ _id: { $in: [...customerIds] } })
      .toArray();
    return new Map(found.map((customer) => [customer._id, customer]));
  }
}
