import { Injectable } from '@nestjs/common';
import type { CustomerEvent } from '@orderloom/contracts';
import { CustomerErasedV1, type CustomerEventData } from '@orderloom/contracts';
import type { CommandContext, Handled } from '@orderloom/event-sourcing';
import { OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { ImportService, Vault } from '@orderloom/platform';
import { type Customer, erase } from '../customer/customer.js';
import { Customers, keyOf } from '../customer/repository.js';

/**
 * Erases a customer: recorded first, then the key is destroyed. The record is what makes it certain: whoever dies in
 * between, the event is handled again until the key is gone.
 */
@Injectable()
export class EraseCustomer {
  constructor(
    private readonly customers: Customers,
    private readonly vault: Vault,
    private readonly imports: ImportService,
  ) {}

  async erase(customerId: string, context: CommandContext): Promise<Handled<Customer, CustomerEvent>> {
    const handled = await this.customers.handle(customerId, this.decision(customerId, context), context);
    await this.vault.destroyKey(keyOf(customerId));
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
    await this.imports.forget(erased.map(({ customerId }) => customerId));
  }
}
