import { Injectable } from '@nestjs/common';
import type {
  LocationEvent,
  ProductEvent,
  ProfileEvent,
  PurchaseEvent,
  SourcingEvent,
  StockEvent,
  SupplierEvent,
} from '@orderloom/contracts';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { Vault } from '@orderloom/platform';
import { SealingRepository } from '@orderloom/service';
import { type Location, location } from './location/location.js';
import { type Product, product } from './product/product.js';
import { type Profile, profile } from './profile/profile.js';
import { type Purchase, purchase } from './purchase/purchase.js';
import { type Sourcing, sourcing } from './sourcing/sourcing.js';
import { type Stock, stock } from './stock/stock.js';
import { type Supplier, supplier } from './supplier/supplier.js';

/** Products by sku. */
@Injectable()
export class ProductRepository extends Repository<Product, ProductEvent> {
  constructor(store: EventStore) {
    super(store, product);
  }
}

/** Stock by `{location}:{sku}`. Many are kept: reading a busy one again is long, and each is asked for by every order. */
@Injectable()
export class StockRepository extends Repository<Stock, StockEvent> {
  constructor(store: EventStore) {
    super(store, stock, { cacheSize: 20_000 });
  }
}

/** Sourcing by order id. */
@Injectable()
export class SourcingRepository extends SealingRepository<Sourcing, SourcingEvent> {
  constructor(store: EventStore, vault: Vault) {
    // What customers write when goods are short goes when they go.
    const words = { events: { ShortageAnswered: [] }, keyIdOf: (orderId: string) => `order:${orderId}` };
    super(store, sourcing, vault, words, { cacheSize: 10_000 });
  }
}

/** Suppliers by id. */
@Injectable()
export class SupplierRepository extends Repository<Supplier, SupplierEvent> {
  constructor(store: EventStore) {
    super(store, supplier);
  }
}

/** Purchase orders by id. */
@Injectable()
export class PurchaseRepository extends Repository<Purchase, PurchaseEvent> {
  constructor(store: EventStore) {
    super(store, purchase);
  }
}

/** Locations by name. */
@Injectable()
export class LocationRepository extends Repository<Location, LocationEvent> {
  constructor(store: EventStore) {
    super(store, location);
  }
}

/** Sourcing profiles by id. */
@Injectable()
export class ProfileRepository extends Repository<Profile, ProfileEvent> {
  constructor(store: EventStore) {
    super(store, profile);
  }
}
