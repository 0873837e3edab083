import { Injectable } from '@nestjs/common';
import type { BalanceEvent } from '@orderloom/contracts';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { type Balance, balanceAggregate } from './balance.js';

/** Gift cards and store credit by id. */
@Injectable()
export class BalanceRepository extends Repository<Balance, BalanceEvent> {
  constructor(store: EventStore) {
    super(store, balanceAggregate, { cacheSize: 1_000 });
  }
}
