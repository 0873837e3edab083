import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type InventoryEventData, ProductChangedV1, ProductRegisteredV1 } from '@orderloom/contracts';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { InjectConnection } from '@orderloom/platform';
import { TopicProjection } from '@orderloom/projections';
import type { Connection } from 'mongoose';

/** What reports say of a product. */
export interface ProductName {
  _id: string;
  name: string;
  category?: string;
}

const source = {
  group: 'analytics.products',
  topics: ['inventory.v1'],
  types: [ProductRegisteredV1.type, ProductChangedV1.type],
};

/** Local copy of names and categories, so that reports need not ask the inventory. */
@Injectable()
export class ProductNames implements OnModuleInit {
  private readonly products: TopicProjection<ProductName>;

  constructor(@InjectConnection() connection: Connection) {
    this.products = new TopicProjection<ProductName>({
      connection,
      group: source.group,
      topics: source.topics,
      handles: source.types,
      definition: {
        name: 'products',
        version: 1,
        indexes: [],
        keyOf: ({ data }) => (data as InventoryEventData['ProductChanged']).sku,
        evolve: (_, { data }) => {
          const { sku, name, category } = data as InventoryEventData['ProductChanged'];
          return { _id: sku, name, ...(category ? { category } : {}) };
        },
      },
    });
  }

  async onModuleInit(): Promise<void> {
    await this.products.start();
  }

  @OnEvents({ group: source.group, topics: source.topics, types: source.types, maxBatch: 1000 })
  record(events: readonly ReceivedEvent[]): Promise<void> {
    return this.products.handleBatch(events);
  }

  /** Names and categories by sku. */
  async of(skus: readonly string[]): Promise<Map<string, ProductName>> {
    const found = await this.products
      .collection()
      .find({ _id: { $in: [...skus] } })
      .toArray();
    return new Map(found.map((product) => [product._id, product]));
  }
}
