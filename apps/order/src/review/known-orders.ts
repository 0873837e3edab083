import type { OrderList } from '../views/order-list.js';
import type { KnownOrders } from './order-reviews.js';

/** Other orders as the order list knows them. */
export const knownOrders = (list: OrderList): KnownOrders => ({
  latest: async (limit) => {
    const docs = await list
      .documents()
      .find({}, { projection: { number: 1, submittedAt: 1, match: 1 } })
      .sort({ submittedAt: -1, _id: -1 })
      .limit(limit)
      .toArray();
    return docs.reverse().map(({ _id, number, submittedAt, match }) => ({
      orderId: String(_id),
      number,
      at: Date.parse(submittedAt),
      // A list that is being built anew may still show rows of an older shape.
      keys: match?.keys ?? [],
      basket: match?.basket ?? [],
    }));
  },
  owedBy: async (customerId, currency) => {
    const open = { customerId, currency, status: { $in: ['SUBMITTED', 'IN_REVIEW', 'CONFIRMED', 'COMPLETED'] } };
    const [sum] = await list
      .documents()
      .aggregate<{ owed: number }>([
        { $match: { ...open, mode: 'live' } },
        { $group: { _id: null, owed: { $sum: { $max: [0, { $subtract: ['$due', '$paid'] }] } } } },
      ])
      .toArray();
    return sum?.owed ?? 0;
  },
});
