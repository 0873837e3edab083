import type { Address, Contact, Sealed } from '@orderloom/contracts';
import { SealBroken, type Vault } from '@orderloom/platform';
import type { ProjectedEvent } from '@orderloom/projections';
import { personKey, wordsOf } from './find-keys.js';

interface Personal {
  customer?: Sealed<Contact>;
  shipTo?: { address?: Sealed<Address> };
}

type Told = Pick<ProjectedEvent, 'type' | 'data'>;

/** Repeats what the order was placed with. */
const REPEATS = new Set(['FulfilmentReleased']);

/**
 * The words by which people find the orders of somebody: names, places, numbers. Unsealed for a whole batch before it is
 * folded; nothing once erased.
 */
export class PeopleWords {
  // By the event itself: a rebuild prepares its batches beside the live ones, and neither may drop the other's.
  readonly #words = new WeakMap<Told, readonly string[]>();

  constructor(private readonly vault: Vault) {}

  async prepare(events: readonly Told[]): Promise<void> {
    await Promise.all(
      events.map(async (event) => {
        if (REPEATS.has(event.type)) return;
        const { customer, shipTo } = event.data as Personal;
        const address = shipTo?.address;
        if (customer === undefined && address === undefined) return;
        const [contact, place] = await Promise.all([this.#open(customer), this.#open(address)]);
        const words = [
          ...wordsOf(contact?.name, contact?.company, contact?.email, contact?.phone?.replace(/[^\d+]/g, '')),
          ...wordsOf(place?.name, place?.company, place?.city, place?.postalCode, place?.phone?.replace(/[^\d+]/g, '')),
        ];
        this.#words.set(event, [...new Set(words)].map(personKey));
      }),
    );
  }

  of(event: Told): readonly string[] {
    return this.#words.get(event) ?? [];
  }

  /** Null for what cannot be read here: one damaged text must not stop the list. */
  async #open<T>(sealed: Sealed<T> | undefined): Promise<T | null> {
    if (sealed === undefined) return null;
    try {
      return await this.vault.unseal(sealed);
    } catch (error) {
      if (error instanceof SealBroken) return null;
      throw error;
    }
  }
}
