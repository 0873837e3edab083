import { Refused } from '@orderloom/contracts';
import {
  column,
  defineImport,
  type ImportContext,
  type ImportDefinition,
  type ImportItem,
  type ItemOutcome,
} from '@orderloom/platform';
import type { Collection } from 'mongodb';
import type { Connection } from 'mongoose';
import type { Order } from '../order/order.js';
import type { OrderRepository } from '../order.repository.js';
import { orderOfChild } from '../payment/payment-callback.js';
import { Fold } from '../views/fold.js';
import type { OrderDocument } from '../views/orders.projection.js';
import {
  compareRow,
  type Difference,
  type Moved,
  type Movement,
  movedAt,
  type SettlementRow,
  setAgainst,
} from './compare.js';

/** A row of a settlement file, compared. */
interface StoredRow extends SettlementRow {
  _id: string;
  importId: string;
  provider: string;
  /** row numbers in the file; more than one: the provider settled it twice */
  rows: number[];
  difference: Difference | null;
  /** what the ledger has, minor units */
  ledger: number | null;
  /** what the ledger moved for it then; absent in rows read before this was kept */
  moves?: Movement[];
}

/** What a file and the ledger say. */
export interface SettlementReport {
  importId: string;
  rows: number;
  agreed: number;
  sums: { currency: string; payments: number; refunds: number; fees: number }[];
  differences: Omit<StoredRow, '_id' | 'importId' | 'moves'>[];
}

const columns = {
  id: column.text({
    synonyms: ['merchant_reference', 'payment_id', 'our_reference', 'order_reference', '商户订单号'],
    required: true,
    max: 200,
  }),
  reference: column.text({
    synonyms: ['provider_reference', 'transaction_id', 'charge_id', '交易号', '流水号'],
    required: true,
    max: 200,
  }),
  provider: column.text({ synonyms: ['psp'], max: 50 }),
  currency: column.text({ synonyms: ['ccy', '币种'], max: 3 }),
  amount: column.money({ synonyms: ['gross', 'gross_amount', '金额'], required: true }),
  fee: column.money({ synonyms: ['fees', '手续费'] }),
  occurredAt: column.date({ synonyms: ['date', 'settled_at', 'created_at', '日期', '结算日期'], required: true }),
};

interface FileRow {
  id: string;
  reference: string;
  provider?: string | undefined;
  currency?: string | undefined;
  amount: number;
  fee?: number | undefined;
  occurredAt: string;
}

const SCAN = 500;
const MOST_SHOWN = 1_000;

/** Providers' settlement files against the ledger. */
export class Settlements {
  readonly #rows: Collection<StoredRow>;

  constructor(
    connection: Connection,
    private readonly list: () => Pick<Collection<OrderDocument>, 'find'>,
    private readonly orders: OrderRepository,
    /** whose file it is when the file does not say */
    private readonly provider: string,
  ) {
    this.#rows = connection.getClient().db(connection.name).collection<StoredRow>('settlement_rows');
  }

  async prepare(): Promise<void> {
    await this.#rows.createIndexes([{ key: { importId: 1, difference: 1 } }]);
  }

  /** `POST /api/imports?kind=settlements`: each row is compared with the ledger as the file is read. */
  importKind(): ImportDefinition {
    return defineImport({ kind: 'settlements', columns, handleBatch: (items, context) => this.take(items, context) });
  }

  async take(items: readonly ImportItem<FileRow>[], context: ImportContext): Promise<ItemOutcome[]> {
    const outcomes = await Promise.all(items.map((item) => this.#row(item, context)));
    const writes = outcomes.flatMap(({ stored }) => {
      if (stored === undefined) return [];
      const { _id, rows, ...row } = stored;
      const update = { $setOnInsert: row, $addToSet: { rows: { $each: rows } } };
      return [{ updateOne: { filter: { _id }, update, upsert: true } }];
    });
    if (writes.length > 0) await this.#rows.bulkWrite(writes, { ordered: true });
    return outcomes.map(({ outcome }) => outcome);
  }

  async #row(item: ImportItem<FileRow>, context: ImportContext): Promise<{ outcome: ItemOutcome; stored?: StoredRow }> {
    const [only] = item.rows;
    if (only === undefined) return { outcome: { accepted: true } };
    const { id, reference, amount, fee, occurredAt, provider = this.provider } = only.values;
    const currency = only.values.currency?.toUpperCase() ?? context.currency;
    if (currency === undefined) return { outcome: { accepted: false, code: 'CURRENCY_REQUIRED' } };
    const owner = orderOfChild(id);
    const kind = owner?.kind ?? (amount < 0 ? 'refund' : 'payment');
    // Refunds are told below zero or above; a payment below zero is one that was taken back.
    const counted = kind === 'refund' ? Math.abs(amount) : amount;
    const row: SettlementRow = { kind, id, reference, amount: counted, currency, fee: fee ?? 0, occurredAt };
    const compared = owner === null ? unknown : compare(row, provider, (await this.orders.load(owner.orderId)).state);
    const { importId } = context;
    const _id = `${importId}:${kind}:${id}:${reference}:${counted}`;
    return { outcome: { accepted: true }, stored: { _id, importId, provider, rows: [only.row], ...row, ...compared } };
  }

  /**
   * Looks for what the ledger has and the file has not, over all orders: from the first to the last day of the file.
   * @param dryRun answers what would be found, and notes nothing
   * @throws Refused SETTLEMENT_NOT_FOUND
   */
  async compare(importId: string, dryRun = false): Promise<SettlementReport> {
    const rows = await this.#all(importId);
    const found: StoredRow[] = [];
    for await (const missing of this.#missing(importId, rows)) {
      if (dryRun) found.push(...missing);
      else await this.#note(missing);
    }
    return reportOf(importId, dryRun ? [...rows, ...found] : await this.#all(importId));
  }

  async #note(missing: readonly StoredRow[]): Promise<void> {
    await this.#rows.bulkWrite(
      missing.map(({ _id, ...row }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: row }, upsert: true },
      })),
      { ordered: false },
    );
  }

  /** What the ledger moved in the days of the file and the file does not tell, some hundred orders at a time. */
  async *#missing(importId: string, rows: readonly StoredRow[]): AsyncGenerator<StoredRow[]> {
    const told = byKey(rows.filter((row) => row.difference !== 'MISSING_IN_FILE'));
    const days = rows.map(({ occurredAt }) => occurredAt.slice(0, 10)).sort();
    const [first = '', last = ''] = [days[0], days.at(-1)];
    for (const provider of new Set(rows.map((row) => row.provider))) {
      let after = '';
      for (;;) {
        const page = await this.list()
          .find({ _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(SCAN)
          .toArray();
        if (page.length === 0) break;
        after = String(page.at(-1)?._id);
        const missing = page.flatMap(({ fold, currency }) =>
          untold(movedAt(provider, typeof fold === 'string' ? Fold.read(fold) : fold.order), told)
            .filter(({ occurredAt }) => first <= occurredAt.slice(0, 10) && occurredAt.slice(0, 10) <= last)
            .map(
              ({ amount, ...moved }): StoredRow => ({
                _id: `${importId}:missing:${moved.kind}:${moved.id}:${moved.reference}`,
                importId,
                provider,
                fee: 0,
                rows: [],
                amount: 0,
                ledger: amount,
                ...moved,
                currency,
                difference: 'MISSING_IN_FILE',
              }),
            ),
        );
        if (missing.length > 0) yield missing;
      }
    }
  }

  /** @throws Refused SETTLEMENT_NOT_FOUND */
  async report(importId: string): Promise<SettlementReport> {
    return reportOf(importId, await this.#all(importId));
  }

  async #all(importId: string): Promise<StoredRow[]> {
    const rows = await this.#rows.find({ importId }).toArray();
    if (rows.length === 0) throw new Refused('SETTLEMENT_NOT_FOUND', { importId });
    return rows;
  }
}

const keyOf = ({ kind, id }: { kind: string; id: string }): string => `${kind}:${id}`;

const byKey = <T extends { kind: string; id: string }>(all: readonly T[]): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
};

const unknown = { difference: 'UNKNOWN_ID' as const, ledger: null };

const compare = (row: SettlementRow, provider: string, order: Order) => ({
  ...compareRow(row, provider, order),
  moves: movedAt(provider, order)
    .filter((moved) => keyOf(moved) === keyOf(row))
    .map(({ reference, amount }) => ({ reference, amount })),
});

/** What of the ledger no row tells; where a row differs that is said already. */
const untold = (moved: readonly Moved[], told: ReadonlyMap<string, readonly StoredRow[]>): Moved[] =>
  [...byKey(moved)].flatMap(([key, moves]) => {
    const rows = told.get(key) ?? [];
    if (rows.some(({ difference }) => difference !== null)) return [];
    return setAgainst(rows, moves).untold.flatMap((index) => moves[index] ?? []);
  });

/** Rows that agree each on its own, and say more together than the ledger has. */
const beyondLedger = (rows: readonly StoredRow[]): Set<string> =>
  new Set(
    [...byKey(rows).values()].flatMap((same) => {
      const agreeing = same.filter(({ difference, moves }) => difference === null && moves !== undefined);
      const { beyond } = setAgainst(agreeing, agreeing[0]?.moves ?? []);
      return beyond.flatMap((index) => agreeing[index]?._id ?? []);
    }),
  );

const reportOf = (importId: string, rows: readonly StoredRow[]): SettlementReport => {
  const sums = new Map<string, SettlementReport['sums'][number]>();
  const differences: SettlementReport['differences'] = [];
  const beyond = beyondLedger(rows);
  let agreed = 0;
  for (const { _id, importId: _importId, moves: _moves, ...row } of rows) {
    const sum = sums.get(row.currency) ?? { currency: row.currency, payments: 0, refunds: 0, fees: 0 };
    if (row.kind === 'payment') sum.payments += row.amount;
    else sum.refunds += row.amount;
    sum.fees += row.fee;
    sums.set(row.currency, sum);
    const difference = row.difference ?? (row.rows.length > 1 || beyond.has(_id) ? ('TWICE_IN_FILE' as const) : null);
    if (difference === null) agreed += 1;
    else if (differences.length < MOST_SHOWN) differences.push({ ...row, difference });
  }
  return {
    importId,
    rows: rows.filter((row) => row.difference !== 'MISSING_IN_FILE').length,
    agreed,
    sums: [...sums.values()],
    differences,
  };
};
