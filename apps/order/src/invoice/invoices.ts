import { Refused } from '@orderloom/contracts';
import type { Clock } from '@orderloom/platform';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import type { OrderRepository } from '../order.repository.js';
import type { InvoiceRegister, IssuedDocument } from './invoice-register.js';
import { missingPapers, orderAt, type Paper, type Told } from './papers.js';

/** A paper with the order it speaks of, as it stood then. */
export interface Printable {
  readonly paper: IssuedDocument;
  readonly order: Order;
  readonly history: readonly Told[];
}

/** Invoices and credit notes of orders: what is there, what is missing, and what is on them. */
export class Invoices {
  constructor(
    private readonly orders: Pick<OrderRepository, 'history'>,
    private readonly register: InvoiceRegister,
    private readonly clock: Clock,
    /** whether a completed order gets its invoice by itself */
    readonly automatic: boolean,
  ) {}

  /** @throws Refused ORDER_NOT_FOUND */
  async ofOrder(orderId: string): Promise<{ issued: IssuedDocument[]; missing: Paper[] }> {
    const history = await this.#history(orderId);
    const issued = await this.register.ofOrder(orderId);
    return { issued, missing: missingPapers(history, issued, this.clock.now(), mayInvoice(orderOf(history))) };
  }

  /**
   * Issues what is missing. Asked twice, or by many at once, each paper gets one number.
   * @throws Refused ORDER_NOT_FOUND, INVOICE_NOT_DUE when there is none and none may be issued yet
   */
  async issue(orderId: string): Promise<IssuedDocument[]> {
    const { issued, missing } = await this.ofOrder(orderId);
    if (missing.length === 0) {
      if (issued.length === 0) throw new Refused('INVOICE_NOT_DUE', { orderId });
      return issued;
    }
    await this.register.issue(missing);
    return this.register.ofOrder(orderId);
  }

  /** Issues what is missing for many orders, as far as that may be done by itself: first invoices when completed. */
  async issueFor(orderIds: readonly string[]): Promise<void> {
    const now = this.clock.now();
    const papers = await Promise.all(
      [...new Set(orderIds)].map(async (orderId) => {
        const [history, issued] = await Promise.all([this.#told(orderId), this.register.ofOrder(orderId)]);
        const { status, mode } = orderOf(history);
        return missingPapers(history, issued, now, status === 'COMPLETED' && mode === 'live');
      }),
    );
    const missing = papers.flat();
    if (missing.length > 0) await this.register.issue(missing);
  }

  /** @throws Refused ORDER_NOT_FOUND, INVOICE_NOT_FOUND */
  async printable(orderId: string, n: number): Promise<Printable> {
    const [history, issued] = await Promise.all([this.#history(orderId), this.register.ofOrder(orderId)]);
    const paper = issued[n - 1];
    if (paper === undefined) throw new Refused('INVOICE_NOT_FOUND', { orderId, n });
    return { paper, order: orderAt(history, paper.orderRevision), history };
  }

  async #history(orderId: string): Promise<Told[]> {
    const history = await this.#told(orderId);
    if (history.length === 0) throw new Refused('ORDER_NOT_FOUND', { orderId });
    return history;
  }

  async #told(orderId: string): Promise<Told[]> {
    const events = await this.orders.history(orderId);
    return events.map(({ id, revision, type, data }) => ({ id, revision, event: { type, data } as OrderEvent }));
  }
}

const orderOf = (history: readonly Told[]): Order => orderAt(history, Number.MAX_SAFE_INTEGER);

/** An invoice is over goods that have left, or that are paid for. */
const mayInvoice = (order: Order): boolean =>
  order.mode === 'live' &&
  order.status !== 'CANCELLED' &&
  (order.status === 'COMPLETED' || order.lines.some((line) => line.shipped > 0) || order.ledger.captured > 0);
