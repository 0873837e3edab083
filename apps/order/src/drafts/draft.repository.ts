import { Injectable } from '@nestjs/common';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { type Draft, type DraftEvent, draftAggregate } from './draft.js';

/** Drafts by id. */
@Injectable()
export class DraftRepository extends Repository<Draft, DraftEvent> {
  constructor(store: EventStore) {
    super(store, draftAggregate);
  }
}
