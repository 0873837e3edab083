import type { Vault } from '@orderloom/platform';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { LookAtChange } from '../order.repository.js';
import { toReviewAgain } from './jobs/look-again.js';
import type { OrderReviews } from './order-reviews.js';

/**
 * Looks at an order as a change will leave it: who and where are hashed anew, and its discounts count as given by whoever
 * makes the change.
 */
export const lookAtChange =
  (reviews: OrderReviews, catalogue: Catalogue, vault: Vault): LookAtChange =>
  async ({ before, after, now, actor }) => {
    const find = await catalogue.findProducts(after.lines.map(({ sku }) => sku));
    const [opened] = await toReviewAgain([after], vault, find, now);
    if (opened === undefined) throw new Error('opening an order gave nothing back');
    const { matchKeys, ...order } = opened;
    const isErased = order.contact === undefined && order.address === undefined;
    const { looked } = await reviews.look(
      {
        ...order,
        seller: actor,
        counted: before.totals.total,
        ...(isErased && matchKeys !== undefined ? { matchKeys } : {}),
      },
      'amend',
      now,
    );
    return looked;
  };
