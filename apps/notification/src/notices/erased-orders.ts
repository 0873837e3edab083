import { Injectable } from '@nestjs/common';
import { type OrderEventData, OrderPersonalDataErasedV1 } from '@orderloom/contracts';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Vault } from '@orderloom/platform';
import { Messages } from './messages.js';

/** Forgets guests whose order says that their personal data is gone. */
@Injectable()
export class ErasedOrders {
  constructor(
    private readonly messages: Messages,
    private readonly vault: Vault,
  ) {}

  // In the group that writes notices: what came before on the topic is kept already.
  @OnEvents({ group: 'notification.notices', topics: ['orders.v1'], types: [OrderPersonalDataErasedV1.type] })
  async scrub(events: readonly ReceivedEvent[]): Promise<void> {
    const erased = events.map(({ data }) => data as OrderEventData['OrderPersonalDataErased']);
    // Destroyed already, or soon; this process must not go on with what it remembers of the keys.
    await this.vault.destroyKeys(erased.flatMap(({ keyIds }) => keyIds));
    await this.messages.scrubOrders(erased.map(({ orderId }) => orderId));
  }
}
