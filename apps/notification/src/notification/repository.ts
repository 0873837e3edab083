import { Injectable } from '@nestjs/common';
import type { NotificationEvent } from '@orderloom/contracts';
import { EventStore, Repository } from '@orderloom/event-sourcing';
import { evolve, initial, type Notification } from './notification.js';

/** Streams `notification-{id}`. */
@Injectable()
export class Notifications extends Repository<Notification, NotificationEvent> {
  constructor(store: EventStore) {
    super(store, { prefix: 'notification', initial, evolve });
  }
}
