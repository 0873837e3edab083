import { Injectable } from '@nestjs/common';
import type { Contact, CustomerProfile, RefusalCode, Sealed } from '@orderloom/contracts';
import { Clock, SealBroken, Vault } from '@orderloom/platform';
import { Customers } from '../notices/customers.js';
import type { MessageDoc } from '../notices/messages.js';

/**
 * Who a message goes to. `sealedWith` is a sealed text under the key that is destroyed when that person is erased.
 * `unknown` may still become known: the customer's topic is read beside the orders'.
 */
export type Addressee =
  | { readonly is: 'known'; readonly email: string; readonly name?: string; readonly sealedWith: Sealed<unknown> }
  | { readonly is: 'unknown' }
  | { readonly is: 'nobody'; readonly reason: RefusalCode };

/** How long after it was written a message waits for its customer to become known, milliseconds. */
const PATIENCE_MS = 120_000;

type Opened = (Contact & CustomerProfile) | 'erased' | 'unreadable' | undefined;

const nobody = (reason: RefusalCode): Addressee => ({ is: 'nobody', reason });

/** Finds out who messages go to: the contact of the order, else the customer's profile. */
@Injectable()
export class Addressees {
  constructor(
    private readonly customers: Customers,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** In the order given. */
  async of(messages: readonly MessageDoc[]): Promise<Addressee[]> {
    const contacts = await Promise.all(messages.map(({ recipient }) => this.open(recipient)));
    const without = messages.flatMap(({ customerId }, index) =>
      customerId === undefined || emailOf(contacts[index]) !== undefined ? [] : [customerId],
    );
    const copies = await this.customers.of([...new Set(without)]);
    return Promise.all(
      messages.map(async (message, index): Promise<Addressee> => {
        const { recipient, customerId, writtenAt } = message;
        const contact = contacts[index];
        const direct = addressee(contact, recipient);
        if (direct) return direct;
        if (customerId === undefined) return nobody(contact === 'erased' ? 'CUSTOMER_ERASED' : missing(contact));
        const copy = copies.get(customerId);
        if (!copy && this.clock.millis() - writtenAt < PATIENCE_MS) return { is: 'unknown' };
        if (copy?.erased) return nobody('CUSTOMER_ERASED');
        const profile = await this.open(copy?.profile);
        if (profile === 'erased') return nobody('CUSTOMER_ERASED');
        return addressee(profile, copy?.profile) ?? nobody(missing(profile));
      }),
    );
  }

  private async open(sealed: Sealed<Contact | CustomerProfile> | undefined): Promise<Opened> {
    if (sealed === undefined) return undefined;
    try {
      return (await this.vault.unseal<Contact & CustomerProfile>(sealed)) ?? 'erased';
    } catch (error) {
      // One text that cannot be read must not hold up the others.
      if (error instanceof SealBroken) return 'unreadable';
      throw error;
    }
  }
}

const missing = (opened: Opened): RefusalCode =>
  opened === 'unreadable' ? 'RECIPIENT_UNREADABLE' : 'RECIPIENT_MISSING';

const emailOf = (opened: Opened): string | undefined => (typeof opened === 'object' ? opened.email : undefined);

function addressee(opened: Opened, sealedWith: Sealed<unknown> | undefined): Addressee | undefined {
  if (typeof opened !== 'object' || !opened.email || sealedWith === undefined) return undefined;
  const name = opened.name ?? opened.contactName ?? opened.company;
  return { is: 'known', email: opened.email, sealedWith, ...(name === undefined ? {} : { name }) };
}
