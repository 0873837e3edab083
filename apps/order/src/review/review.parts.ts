import type { Provider, Type } from '@nestjs/common';
import type { OrderSettings } from '../settings.js';
import { OrderList } from '../views/order-list.js';
import { DeskBooks } from './desk-books.js';
import { knownOrders } from './known-orders.js';
import { MatchKeys } from './match-keys.js';
import { OrderReviews } from './order-reviews.js';
import { RecentOrders } from './recent-orders.js';

/** Everything that looks at orders, decides on them and works them off. */
export const reviewProviders = (settings: OrderSettings): Provider[] => [
  DeskBooks,
  { provide: MatchKeys, useFactory: () => new MatchKeys(settings.ORDERLOOM_MASTER_KEY) },
  {
    provide: OrderReviews,
    inject: [DeskBooks, MatchKeys, OrderList],
    useFactory: (books: DeskBooks, keys: MatchKeys, list: OrderList) =>
      new OrderReviews(books, new RecentOrders(), keys, knownOrders(list)),
  },
];

export const REVIEW_CONTROLLERS: Type[] = [];
