import type { RefundPolicy } from '../order/money-follow-up.js';

/** What this installation decides about money by itself; deciders get it with the command. */
export class MoneyPolicy implements RefundPolicy {
  readonly automaticUpTo?: number;

  /** @param automaticUpTo refunds up to this many minor units need nobody's approval; undefined: none does */
  constructor(automaticUpTo?: number) {
    if (automaticUpTo !== undefined) this.automaticUpTo = automaticUpTo;
  }
}
