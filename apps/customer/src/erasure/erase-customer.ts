import { Injectable } from '@nestjs/common';
import type { CustomerEvent } from '@orderloom/contracts';
import { CustomerErasedV1, type CustomerEventData } from '@orderloom/contracts';
import type { CommandContext, Handled } from '@orderloom/event-sourcing';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { ImportService, Vault } from '@orderloom/platform';
import { type Customer, erase } from '../customer/customer.js';
import { Customers, keyOf } from '../customer/repository.js';
import { OrderHistory } from '../history/orders.projection.js';
import { keyOfOrder } from './key-of-order.js';

/**
 * Erases a customer: recorded first, then the key is destroyed. The record is what makes it certain: whoever dies in
 * between, the event is handled again until the key is gone.
 */
@Injectable()
export class EraseCustomer {
  constructor(
    private readonly customers: Customers,
    private readonly vault: Vault,
    private readonly history: OrderHistory,
    private readonly imports: ImportService,
  ) {}

  async erase(customerId: string, context: CommandContext): Promise<Handled<Customer, CustomerEvent>> {
    const handled = await this.customers.handle(customerId, this.decision(customerId, context), context);
    await this.destroy([customerId]);
    return handled;
  }

  /** The decision alone, for a dry run. */
  decision(customerId: string, { actor, now }: CommandContext): (state: Customer) => CustomerEvent[] {
    return erase({ customerId, keyId: keyOf(customerId), requestedBy: actor, occurredAt: now });
  }

  @OnEvents({ group: 'customer.erasure', topics: ['customers.v1'], types: [CustomerErasedV1.type] })
  async destroyKeys(events: readonly ReceivedEvent[]): Promise<void> {
    const erased = events.map(({ data }) => data as CustomerEventData['CustomerErased']);
    await this.vault.destroyKeys(erased.map(({ keyId }) => keyId));
    await this.destroy(erased.map(({ customerId }) => customerId));
    await this.imports.forget(erased.map(({ customerId }) => customerId));
  }

  /** First the customers' own keys: orders that come to be known from then on are found by them. */
  private async destroy(customerIds: readonly string[]): Promise<void> {
    await this.vault.destroyKeys(customerIds.map(keyOf));
    await this.vault.destroyKeys((await this.history.idsOf(customerIds)).map(keyOfOrder));
  }
}
