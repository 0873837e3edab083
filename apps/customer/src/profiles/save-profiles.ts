import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import {
  type CustomerEvent,
  type CustomerEventData,
  type CustomerProfile,
  Refused,
  type Sealed,
} from '@orderloom/contracts';
import { type CommandContext, Relay, type Settled } from '@orderloom/event-sourcing';
import { KeyErased, Vault } from '@orderloom/platform';
import { type Customer, save } from '../customer/customer.js';
import { Customers, keyOf } from '../customer/repository.js';

/** A customer as entered or imported, in clear. */
export interface ProfileInput {
  readonly customerId: string;
  readonly country?: string;
  readonly locale?: 'zh-CN' | 'en';
  readonly profile: CustomerProfile;
  readonly origin?: CustomerEventData['CustomerRegistered']['origin'];
}

type Outcome = Settled<Customer, CustomerEvent>;

/** Seals and records what is known of customers, many at once. */
@Injectable()
export class SaveProfiles {
  constructor(
    private readonly customers: Customers,
    private readonly vault: Vault,
    private readonly relay: Relay,
  ) {}

  /** Each input is settled on its own, in the order given; what is known already changes nothing. */
  async saveMany(inputs: readonly ProfileInput[], context: CommandContext): Promise<Outcome[]> {
    const known = await Promise.all(inputs.map(({ customerId }) => this.knownProfile(customerId)));
    const outcomes = await Promise.all(
      inputs.map(async (input, index): Promise<Outcome> => {
        const before = known[index];
        const same = isDeepStrictEqual(before?.clear ?? null, input.profile);
        try {
          // A profile that says the same keeps its sealed text: sealing it again would look like a change.
          const profile = same ? before?.sealed : await this.vault.seal(keyOf(input.customerId), input.profile);
          const data = { ...input, ...(profile === undefined ? {} : { profile }) };
          const [settled] = await this.customers.handleMany([
            { id: input.customerId, decide: save(data as CustomerEventData['CustomerRegistered'], same), context },
          ]);
          return settled!;
        } catch (error) {
          const refused =
            error instanceof KeyErased ? new Refused('CUSTOMER_ERASED', { customerId: input.customerId }) : error;
          return { ok: false, id: input.customerId, error: refused };
        }
      }),
    );
    return outcomes;
  }

  /** Resolves when what was recorded has been published, so that whoever follows the topic finds it there. */
  async published(outcomes: readonly Outcome[]): Promise<void> {
    const last = outcomes
      .flatMap((outcome) => (outcome.ok && outcome.value.position ? [outcome.value.position] : []))
      .reduce((a, b) => (b.commit > a.commit ? b : a), { commit: -1n, prepare: -1n });
    if (last.commit >= 0n) await this.relay.publishedUpTo(last, 60_000);
  }

  private async knownProfile(
    customerId: string,
  ): Promise<{ sealed: Sealed<CustomerProfile>; clear: CustomerProfile | null } | undefined> {
    const { state } = await this.customers.load(customerId);
    const sealed = state.status === 'known' ? state.profile.profile : undefined;
    return sealed === undefined ? undefined : { sealed, clear: await this.vault.unseal(sealed) };
  }
}
