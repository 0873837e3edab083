import { Injectable } from '@nestjs/common';
import { PurchaseRepository } from '../repositories.js';
import { Views } from '../views.js';
import { overduePurchase } from './decide.js';

/** Purchase orders that are looked at together. */
const DUE = 200;

/** Tells of suppliers that did not answer or deliver in time. */
@Injectable()
export class OverduePurchases {
  constructor(
    private readonly purchases: PurchaseRepository,
    private readonly views: Views,
  ) {}

  /** @returns how many were told of */
  async tell(now: string): Promise<number> {
    const due = await this.views.purchases
      .collection()
      .find({ dueAt: { $lte: now } }, { projection: { _id: 1 } })
      .sort({ dueAt: 1 })
      .limit(DUE)
      .toArray();
    const settled = await this.purchases.handleMany(
      due.map(({ _id }) => ({
        id: _id,
        decide: (state) => overduePurchase(now, state),
        context: { actor: 'inventory.purchases', correlationId: _id, causationId: _id, handler: `overdue.${now}`, now },
      })),
    );
    // The list shows it a moment later; until then there is nothing more to tell of the same ones.
    return settled.filter((outcome) => outcome.ok && outcome.value.changed).length;
  }
}
