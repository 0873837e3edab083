import { Injectable } from '@nestjs/common';
import type { Sealed, SupplierContact, SupplierEvent } from '@orderloom/contracts';
import type { CommandContext, Settled } from '@orderloom/event-sourcing';
import { Vault } from '@orderloom/platform';
import { SupplierRepository } from '../repositories.js';
import { sameContact, saveSupplier } from './decide.js';
import type { Supplier, SupplierFacts } from './supplier.js';

/** A supplier in clear. */
export interface SupplierInput {
  readonly supplierId: string;
  readonly company: string;
  readonly country?: string | undefined;
  readonly contact?: SupplierContact | undefined;
  readonly minimumOrder?: SupplierFacts['minimumOrder'] | undefined;
  readonly leadTimeDays?: number | undefined;
}

const keyOf = (supplierId: string): string => `supplier:${supplierId}`;

/** Registers and changes suppliers, sealing who is to be called there: contact persons are people too. */
@Injectable()
export class SaveSuppliers {
  constructor(
    private readonly suppliers: SupplierRepository,
    private readonly vault: Vault,
  ) {}

  /** Saves many; the same data again is no event. */
  async saveMany(
    inputs: readonly SupplierInput[],
    contextOf: (index: number) => CommandContext,
  ): Promise<Settled<Supplier, SupplierEvent>[]> {
    const facts = await Promise.all(inputs.map((input) => this.factsOf(input)));
    return this.suppliers.handleMany(
      facts.map((one, index) => ({
        id: one.supplierId,
        decide: (state) => saveSupplier(one, state),
        context: contextOf(index),
      })),
    );
  }

  /** Seals the contact, or keeps the recorded seal when nothing in it changed: every sealing gives another text. */
  async factsOf({
    supplierId,
    company,
    country,
    contact,
    minimumOrder,
    leadTimeDays,
  }: SupplierInput): Promise<SupplierFacts> {
    const base = {
      supplierId,
      company,
      ...(country === undefined ? {} : { country }),
      ...(minimumOrder === undefined ? {} : { minimumOrder }),
      ...(leadTimeDays === undefined ? {} : { leadTimeDays }),
    };
    const given = contact && Object.values(contact).some((value) => value !== undefined) ? contact : undefined;
    if (!given) return base;
    const { state } = await this.suppliers.load(supplierId);
    const recorded = await this.contactOf(state);
    const kept = recorded && sameContact(recorded, given) ? state.facts?.contact : undefined;
    return { ...base, contact: kept ?? (await this.vault.seal(keyOf(supplierId), given)) };
  }

  /** The contact in clear; null when there is none, or it was erased. */
  async contactOf(state: Pick<Supplier, 'facts'>): Promise<SupplierContact | null> {
    const sealed: Sealed<SupplierContact> | undefined = state.facts?.contact;
    return sealed === undefined ? null : this.vault.unseal(sealed);
  }
}
