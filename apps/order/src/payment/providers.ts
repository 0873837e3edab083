import type { PaymentMethod } from '../order/money-events.js';
import type { PaymentProvider } from './provider.js';

/** Methods that are always handled by the same provider, whatever is set. */
const FIXED: Partial<Record<PaymentMethod, string>> = {
  bank_transfer: 'manual',
  cash_on_delivery: 'carrier',
  credit_terms: 'manual',
  store_credit: 'balance',
  gift_card: 'balance',
};

/** The payment providers by name, and which one collects which method. */
export class PaymentProviders {
  readonly #byName: ReadonlyMap<string, PaymentProvider>;

  /**
   * @param fallback who handles what belongs to a provider that is not configured (any more): a person
   * @param online provider of the methods that are paid online
   */
  constructor(
    providers: readonly PaymentProvider[],
    private readonly fallback: PaymentProvider,
    private readonly online: string,
  ) {
    this.#byName = new Map([...providers, fallback].map((provider) => [provider.name, provider]));
  }

  of(name: string): PaymentProvider {
    return this.#byName.get(name) ?? this.fallback;
  }

  /** Undefined when there is none of this name. */
  find(name: string): PaymentProvider | undefined {
    return this.#byName.get(name);
  }

  /** Who collects a method. */
  nameFor(method: PaymentMethod): string {
    return FIXED[method] ?? this.online;
  }
}
