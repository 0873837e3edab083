import { Injectable } from '@nestjs/common';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { type Return, type ReturnEvent, returnAggregate } from './return.js';

/** Returns by id. */
@Injectable()
export class ReturnRepository extends Repository<Return, ReturnEvent> {
  constructor(store: EventStore) {
    super(store, returnAggregate);
  }
}
