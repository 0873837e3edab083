import type { BalanceEvent } from '@orderloom/contracts';
import { isRefused } from '@orderloom/contracts';
import type { Clock } from '@orderloom/platform';
import type { PaymentProvider, ProviderAnswer, ProviderRequest } from '../payment/provider.js';
import { type Balance, type Book, credit, creditStore, debit } from './balance.js';
import type { BalanceRepository } from './balance.repository.js';

/** Pays with gift cards and store credit, and gives back to them. Entries are booked once per payment or refund. */
export class BalanceProvider implements PaymentProvider {
  readonly name = 'balance';

  constructor(
    private readonly balances: BalanceRepository,
    private readonly clock: Clock,
    /** whose store credit a refund opens where there is none yet */
    private readonly customerOf: (orderId: string) => Promise<string | null>,
  ) {}

  charge(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.#book(request, (book) => (balance) => debit(book, balance));
  }

  /** What is used at once has nothing to take later. */
  capture(request: ProviderRequest): Promise<ProviderAnswer> {
    return this.charge(request);
  }

  async cancel(): Promise<ProviderAnswer> {
    return { outcome: 'voided', occurredAt: this.clock.now(), reason: 'NOT_NEEDED' };
  }

  async refund(request: ProviderRequest): Promise<ProviderAnswer> {
    const customerId = request.method === 'store_credit' ? await this.customerOf(request.orderId) : null;
    return this.#book(
      request,
      (book) => (balance) =>
        customerId === null ? credit(book, balance) : creditStore({ ...book, customerId }, balance),
    );
  }

  async #book(
    request: ProviderRequest,
    decide: (book: Book) => (balance: Balance) => BalanceEvent[],
  ): Promise<ProviderAnswer> {
    const now = this.clock.now();
    const { id, account, amount, currency, orderId } = request;
    const refused = (code: string, reason: string): ProviderAnswer => ({
      outcome: 'failed',
      code,
      reason,
      retriable: false,
    });
    if (account === undefined) return refused('BALANCE_NOT_FOUND', 'No account was named.');
    const book: Book = { balanceId: account, entryId: id, amount, currency, reason: 'ORDER', orderId, now };
    try {
      await this.balances.handle(account, decide(book), {
        actor: 'provider:balance',
        correlationId: id,
        causationId: id,
        handler: 'order.balance',
        now,
      });
      return { outcome: 'succeeded', providerReference: `balance_${id}`, occurredAt: now };
    } catch (error) {
      if (isRefused(error)) return refused(error.code, error.message);
      throw error;
    }
  }
}
