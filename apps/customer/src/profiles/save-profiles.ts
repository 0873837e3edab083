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

  /**
   * Each input is settled on its own; those of one customer in the order given, so that the last one counts. What is
   * known already changes nothing.
   */
  async saveMany(inputs: readonly ProfileInput[], context: CommandContext): Promise<Outcome[]> {
    const byCustomer = new Map<string, number[]>();
    for (const [index, { customerId }] of inputs.entries()) {
      byCustomer.set(customerId, [...(byCustomer.get(customerId) ?? []), index]);
    }
    const outcomes: Outcome[] = [];
    await Promise.all(
      [...byCustomer.values()].map(async (indexes) => {
        for (const index of indexes) outcomes[index] = await this.saveOne(inputs[index]!, context);
      }),
    );
    return outcomes;
  }

  private async saveOne(input: ProfileInput, context: CommandContext): Promise<Outcome> {
    const { customerId: id } = input;
    try {
      const [settled] = await this.customers.handleMany([{ id, decide: await this.decision(input), context }]);
      return settled!;
    } catch (error) {
      return { ok: false, id, error };
    }
  }

  /**
   * What saving the input would do, for `Customers.handle` or a dry run.
   * @throws Refused CUSTOMER_ERASED
   */
  async decision(input: ProfileInput): Promise<(state: Customer) => CustomerEvent[]> {
    const known = await this.knownProfile(input.customerId);
    // A profile that says the same keeps its sealed text: sealing it again would look like a change.
    const same = known !== undefined && isDeepStrictEqual(known.clear, input.profile);
    const profile = same ? known.sealed : await this.seal(input);
    return save({ ...input, profile });
  }

  private async seal({ customerId, profile }: ProfileInput): Promise<Sealed<CustomerProfile>> {
    try {
      return await this.vault.seal(keyOf(customerId), profile);
    } catch (error) {
      throw error instanceof KeyErased ? new Refused('CUSTOMER_ERASED', { customerId }) : error;
    }
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
