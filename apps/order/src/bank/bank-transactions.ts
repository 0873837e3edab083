import { isRefused, Refused, type Sealed } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import {
  column,
  defineImport,
  type ImportContext,
  type ImportDefinition,
  type ImportItem,
  type ItemOutcome,
  type RequestContext,
  type Vault,
} from '@orderloom/platform';
import { contextFor } from '@orderloom/service';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import { recordPayment } from '../order/decide-payment.js';
import type { RefundPolicy } from '../order/money-follow-up.js';
import type { Order } from '../order/order.js';
import type { OrderRepository } from '../order.repository.js';
import type { PaymentTask } from '../payment/task-of.js';
import type { OrderDocument } from '../views/orders.projection.js';
import { previewView } from '../views/preview-view.js';
import { type Suggestion, suggest, wordsOf } from './suggest.js';

/** One line of a bank statement. */
export interface BankTransaction {
  _id: string;
  importId: string;
  reference: string;
  bookedAt: string;
  /** minor units; below zero: money that went out */
  amount: number;
  currency: string;
  /** who paid, and what for: sealed */
  text: Sealed<{ payer?: string; text?: string }> | null;
  /** orders whose number the text names */
  named: string[];
  status: 'open' | 'matched' | 'ignored';
  orderId?: string;
  reason?: string;
  decidedBy?: string;
  /** the order it is being recorded for: two people may say different ones at the same moment */
  claim?: { orderId: string; at: string };
}

export interface ShownTransaction extends Omit<BankTransaction, '_id' | 'text' | 'named' | 'claim'> {
  id: string;
  payer: string | null;
  text: string | null;
  suggestions: Suggestion[];
}

const columns = {
  reference: column.text({
    synonyms: ['transaction_id', 'bank_reference', 'id', '流水号', '交易流水号'],
    required: true,
    max: 100,
  }),
  bookedAt: column.date({
    synonyms: ['date', 'booking_date', 'value_date', '交易日期', '记账日期', '日期'],
    required: true,
  }),
  currency: column.text({ synonyms: ['ccy', '币种'], max: 3 }),
  amount: column.money({ synonyms: ['credit', 'value', '金额', '交易金额'], required: true }),
  payer: column.text({ synonyms: ['name', 'counterparty', 'sender', '对方户名', '付款人'], max: 300 }),
  text: column.text({
    synonyms: ['remittance', 'description', 'purpose', 'details', 'memo', '摘要', '附言', '用途'],
    max: 2000,
  }),
};

interface StatementRow {
  reference: string;
  bookedAt: string;
  currency?: string | undefined;
  amount: number;
  payer?: string | undefined;
  text?: string | undefined;
}

/** Most orders whose waiting transfer has an amount; more than that tell nothing. */
const MOST_BY_AMOUNT = 20;

/** How long a line is kept for an order by somebody who does not come back. */
const CLAIM_MS = 60_000;

/** Bank statements: money that came, which orders it may be for, and the word of a person which it is. */
export class BankTransactions {
  readonly #transactions: Collection<BankTransaction>;
  readonly #tasks: Collection<PaymentTask>;

  constructor(
    connection: Connection,
    private readonly list: () => Pick<Collection<OrderDocument>, 'find'>,
    private readonly orders: OrderRepository,
    private readonly vault: Vault,
    private readonly refunds: RefundPolicy,
  ) {
    const db = connection.getClient().db(connection.name);
    this.#transactions = db.collection<BankTransaction>('bank_transactions');
    this.#tasks = db.collection<PaymentTask>('payment_tasks');
  }

  async prepare(): Promise<void> {
    await this.#transactions.createIndexes([{ key: { status: 1, bookedAt: -1, _id: -1 } }]);
    // Only what waits for a person: everybody else's payments cost nothing here.
    await this.#tasks.createIndex({ amount: 1 }, { partialFilterExpression: { provider: 'manual' } });
  }

  /** `POST /api/imports?kind=statements`: the same line again changes nothing. */
  importKind(): ImportDefinition {
    return defineImport({
      kind: 'statements',
      columns,
      people: { customer: null },
      handleBatch: (items, context) => this.take(items, context),
    });
  }

  async take(items: readonly ImportItem<StatementRow>[], context: ImportContext): Promise<ItemOutcome[]> {
    const rows = items.flatMap((item) => item.rows.map(({ values }) => values));
    const words = new Map(rows.map((row) => [row, wordsOf(row.text ?? '')]));
    const named = await this.#named([...words.values()].flat());
    const sealed = await this.vault.sealMany(
      rows.map(({ payer, text }) => ({
        keyId: `bank:${context.importId}`,
        value: { ...(payer === undefined ? {} : { payer }), ...(text === undefined ? {} : { text }) },
      })),
    );
    const outcomes: ItemOutcome[] = [];
    const writes = rows.flatMap((row, index) => {
      const currency = row.currency?.toUpperCase() ?? context.currency;
      if (currency === undefined) {
        outcomes.push({ accepted: false, code: 'CURRENCY_REQUIRED' });
        return [];
      }
      outcomes.push({ accepted: true });
      const { reference, bookedAt, amount } = row;
      const transaction: Omit<BankTransaction, '_id'> = {
        importId: context.importId,
        reference,
        bookedAt,
        amount,
        currency,
        // Sealed in the order of the rows.
        text: sealed[index] as BankTransaction['text'],
        named: [...new Set((words.get(row) ?? []).flatMap((word) => named.get(word) ?? []))],
        status: amount > 0 ? 'open' : 'ignored',
      };
      const _id = deterministicId('bank', reference, bookedAt, String(amount), currency);
      return [{ updateOne: { filter: { _id }, update: { $setOnInsert: transaction }, upsert: true } }];
    });
    if (writes.length > 0) await this.#transactions.bulkWrite(writes, { ordered: false });
    return outcomes;
  }

  /** Orders by the numbers that texts name. */
  async #named(words: readonly string[]): Promise<Map<string, string[]>> {
    if (words.length === 0) return new Map();
    const found = await this.list()
      .find({ number: { $in: [...new Set(words)] } }, { projection: { number: 1 } })
      .toArray();
    const byNumber = new Map<string, string[]>();
    for (const { _id, number } of found) byNumber.set(number, [...(byNumber.get(number) ?? []), String(_id)]);
    return byNumber;
  }

  /** Newest first, with what each may be for. */
  async page(status: BankTransaction['status'], limit: number): Promise<ShownTransaction[]> {
    const found = await this.#transactions.find({ status }).sort({ bookedAt: -1, _id: -1 }).limit(limit).toArray();
    return Promise.all(found.map((one) => this.#shown(one)));
  }

  /**
   * Says which order the money is for. Said twice, it is recorded once.
   * @throws Refused BANK_TRANSACTION_NOT_FOUND, BANK_TRANSACTION_SETTLED; what recording a payment refuses
   */
  async match(
    id: string,
    orderId: string,
    paymentId: string | undefined,
    context: RequestContext,
  ): Promise<ShownTransaction> {
    const transaction = await this.#open(id, orderId);
    await this.#claim(id, orderId, context.now);
    // First the order: a repeat after a crash in between finds it recorded.
    try {
      await this.orders.handle(orderId, this.#record(transaction, paymentId, context), contextFor({ context }));
    } catch (error) {
      if (isRefused(error)) await this.#transactions.updateOne({ _id: id }, { $unset: { claim: 1 } });
      throw error;
    }
    await this.#transactions.updateOne({ _id: id }, { $set: { status: 'matched', orderId, decidedBy: context.actor } });
    return this.#shown({ ...transaction, status: 'matched', orderId, decidedBy: context.actor });
  }

  /** What `match` would record. @throws Refused as it */
  async wouldMatch(
    id: string,
    orderId: string,
    paymentId: string | undefined,
    context: RequestContext,
  ): Promise<object> {
    const transaction = await this.#open(id, orderId);
    return previewView(await this.orders.preview(orderId, this.#record(transaction, paymentId, context)));
  }

  /** Matches all that name one order and are just what it owes. @returns how many */
  async matchExact(context: RequestContext): Promise<number> {
    let matched = 0;
    for await (const { transaction, orderId } of this.#exact()) {
      try {
        await this.match(transaction._id, orderId, undefined, context);
        matched += 1;
      } catch (error) {
        // Somebody else was faster, or the order takes no money: the line stays for a person, the others go on.
        if (!isRefused(error)) throw error;
      }
    }
    return matched;
  }

  /** How many `matchExact` would match. */
  async wouldMatchExact(): Promise<number> {
    let matched = 0;
    for await (const _one of this.#exact()) matched += 1;
    return matched;
  }

  async *#exact(): AsyncGenerator<{ transaction: BankTransaction; orderId: string }> {
    for await (const transaction of this.#transactions.find({ status: 'open' })) {
      const exact = (await this.#suggestions(transaction)).filter(({ because }) => because === 'exact');
      const [only] = exact;
      if (only !== undefined && exact.length === 1) yield { transaction, orderId: only.orderId };
    }
  }

  #record(
    { _id, amount, currency, bookedAt }: BankTransaction,
    paymentId: string | undefined,
    { now }: RequestContext,
  ) {
    const command = {
      method: 'bank_transfer',
      amount,
      currency,
      reference: _id,
      occurredAt: bookedAt,
      now,
      refunds: this.refunds,
      ...(paymentId === undefined ? {} : { paymentId }),
    } as const;
    return (order: Order) => recordPayment(command, order);
  }

  /** Lays a line aside that has to do with no order. @throws Refused as `match` */
  async ignore(id: string, reason: string, context: RequestContext): Promise<ShownTransaction> {
    const transaction = await this.#open(id, undefined);
    const laid = await this.#transactions.updateOne(
      { _id: id, status: { $ne: 'matched' }, claim: { $exists: false } },
      { $set: { status: 'ignored', reason, decidedBy: context.actor } },
    );
    if (laid.matchedCount === 0) throw new Refused('BANK_TRANSACTION_SETTLED', { id, status: 'matched' });
    return this.#shown({ ...transaction, status: 'ignored', reason, decidedBy: context.actor });
  }

  /** What `ignore` would change. @throws Refused as it */
  async wouldIgnore(id: string, reason: string): Promise<object> {
    const { status } = await this.#open(id, undefined);
    return { dryRun: true, events: [], change: { before: { status }, after: { status: 'ignored', reason } } };
  }

  /** Forgets who paid what for, of what is for these orders. */
  async forget(orderIds: readonly string[]): Promise<void> {
    const ids = [...orderIds];
    await this.#transactions.updateMany(
      { $or: [{ orderId: { $in: ids } }, { named: { $in: ids } }] },
      { $set: { text: null } },
    );
  }

  /**
   * Keeps a line for one order while it is recorded, so that its money is never recorded for two. What a process that
   * died has claimed belongs to its order when it was recorded there, and to the next who asks when it was not.
   * @throws Refused BANK_TRANSACTION_SETTLED
   */
  async #claim(id: string, orderId: string, now: string): Promise<void> {
    const claim = { orderId, at: now };
    const free = { $or: [{ claim: { $exists: false } }, { 'claim.orderId': orderId }] };
    const claimed = await this.#transactions.updateOne({ _id: id, ...free }, { $set: { claim } });
    if (claimed.matchedCount === 1) return;
    const { claim: other, status = 'matched' } = (await this.#transactions.findOne({ _id: id })) ?? {};
    const refused = new Refused('BANK_TRANSACTION_SETTLED', { id, status });
    if (other === undefined || Date.parse(now) - Date.parse(other.at) < CLAIM_MS) throw refused;
    const { state } = await this.orders.load(other.orderId);
    if (state.payments.some(({ captures }) => captures.some(({ captureId }) => captureId === id))) throw refused;
    const taken = await this.#transactions.updateOne({ _id: id, claim: other }, { $set: { claim } });
    if (taken.matchedCount === 0) throw refused;
  }

  async #open(id: string, orderId: string | undefined): Promise<BankTransaction> {
    const found = await this.#transactions.findOne({ _id: id });
    if (found === null) throw new Refused('BANK_TRANSACTION_NOT_FOUND', { id });
    const same = found.status === 'matched' && found.orderId === orderId;
    if (found.status === 'matched' && !same)
      throw new Refused('BANK_TRANSACTION_SETTLED', { id, status: found.status });
    return found;
  }

  async #suggestions(transaction: BankTransaction): Promise<Suggestion[]> {
    const { amount, currency, named } = transaction;
    const waiting = await this.#tasks.find({ provider: 'manual', amount }).limit(MOST_BY_AMOUNT).toArray();
    const ids = [...new Set([...named, ...waiting.map(({ orderId }) => orderId)])];
    const orders = await Promise.all(ids.map(async (id) => (await this.orders.load(id)).state));
    const words = orders.filter(({ orderId }) => named.includes(orderId)).map(({ number }) => number.toUpperCase());
    return suggest({ amount, currency, words }, orders);
  }

  async #shown(transaction: BankTransaction): Promise<ShownTransaction> {
    const { _id, text: sealed, named: _named, claim: _claim, ...rest } = transaction;
    const [opened, suggestions] = await Promise.all([
      sealed === null ? null : this.vault.unseal(sealed),
      transaction.status === 'open' ? this.#suggestions(transaction) : [],
    ]);
    return { id: _id, ...rest, payer: opened?.payer ?? null, text: opened?.text ?? null, suggestions };
  }
}
