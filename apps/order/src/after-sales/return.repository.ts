import { Injectable } from '@nestjs/common';
import { EventStore } from '@orderloom/event-sourcing';
import { Vault } from '@orderloom/platform';
import { SealingRepository, type Words } from '@orderloom/service';
import { keyIdOf } from '../intake/seal-order.js';
import { type Return, type ReturnEvent, returnAggregate } from './return.js';

const WORDS: Words<Return, ReturnEvent> = {
  events: { ReturnApproved: [], ReturnDeclined: [], ReturnInspected: [], ReturnResolved: [] },
  keyIdOf: (_, { orderId, customerId }) => keyIdOf({ orderId, ...(customerId === null ? {} : { customerId }) }),
};

/** Returns by id. */
@Injectable()
export class ReturnRepository extends SealingRepository<Return, ReturnEvent> {
  constructor(store: EventStore, vault: Vault) {
    super(store, returnAggregate, vault, WORDS);
  }
}
