import type { Locale } from '@orderloom/contracts';
import { evolve, initial, type Order } from '../order/order.js';
import { sumOf, type Tax } from '../order/pricing.js';
import { worthOfUnits } from '../order/worth.js';
import { word } from './invoice-texts.js';
import type { Issued, Told } from './papers.js';
import { isWanted, NO_TAXES, type TaxesOwed, taxesAfter, taxesOfCredit } from './taxes-owed.js';

/** A row of the table: what, how many, for how much each, how much. Amounts in minor units. */
export interface PaperRow {
  what: string;
  quantity?: number;
  price?: number;
  amount: number;
}

/** What is on a paper: rows that add up to its total, or to that less the taxes on top, and its taxes by kind. */
export interface PaperContent {
  rows: PaperRow[];
  /** empty when the paper has none, or was issued when they were not told apart */
  taxes: Tax[];
}

/** An order before and after what a paper is about, with what of it is tax. */
interface Moment {
  before: Order;
  after: Order;
  owedBefore: TaxesOwed;
  owed: TaxesOwed;
  told: Told | undefined;
}

const momentOf = (history: readonly Told[], revision: number): Moment => {
  let moment: Moment = {
    before: initial(),
    after: initial(),
    owedBefore: NO_TAXES,
    owed: NO_TAXES,
    told: undefined,
  };
  for (const told of history) {
    if (told.revision > BigInt(revision)) break;
    const { after: before, owed: owedBefore } = moment;
    const after = evolve(before, told.event);
    moment = { before, after, owedBefore, owed: taxesAfter(owedBefore, before, told.event, after), told };
  }
  return moment;
};

const keptNet = (line: Order['lines'][number], taxesIncluded: boolean): number =>
  worthOfUnits(line, line.cancelled, line.ordered - line.cancelled, taxesIncluded).net;

/** Everything an order charges, as it stands. */
const rowsOfOrder = (order: Order, locale: Locale): PaperRow[] => {
  const rows: PaperRow[] = [];
  for (const line of order.lines) {
    const quantity = line.ordered - line.cancelled;
    if (quantity === 0) continue;
    rows.push({ what: `${line.sku} ${line.name}`, quantity, price: line.unitPrice, amount: quantity * line.unitPrice });
    const off = quantity * line.unitPrice - keptNet(line, order.taxesIncluded);
    if (off !== 0) rows.push({ what: word('discount', locale), amount: -off });
  }
  return isWanted(order) ? [...rows, ...rowsBeside(order, locale)] : rows;
};

const rowsBeside = (order: Order, locale: Locale): PaperRow[] => [
  ...(order.totals.shipping > 0 ? [{ what: word('shipping', locale), amount: order.totals.shipping }] : []),
  ...order.fees.map((fee) => ({ what: fee.name, amount: fee.amount })),
];

/** What changed between two states of an order: units, prices, and with the last unit delivery and fees. */
const rowsOfChange = ({ before, after }: Moment, sign: 1 | -1, locale: Locale): PaperRow[] => {
  const rows = after.lines.flatMap((line): PaperRow[] => {
    const was = before.lines.find(({ lineId }) => lineId === line.lineId);
    const units = line.ordered - line.cancelled - (was === undefined ? 0 : was.ordered - was.cancelled);
    const net = keptNet(line, after.taxesIncluded) - (was === undefined ? 0 : keptNet(was, before.taxesIncluded));
    if (units === 0 && net === 0) return [];
    const quantity = units === 0 ? {} : { quantity: sign * units };
    return [{ what: `${line.sku} ${line.name}`, ...quantity, amount: sign * net }];
  });
  if (isWanted(before) === isWanted(after)) return rows;
  const charged = isWanted(after) ? 1 : -1;
  const beside = rowsBeside(after, locale).map((row) => ({ ...row, amount: sign * charged * row.amount }));
  return [...rows, ...beside];
};

const rowsOfCredit = ({ before, owedBefore, told }: Moment, locale: Locale): PaperRow[] => {
  if (told?.event.type !== 'OrderCredited') return [];
  const taxes = taxesOfCredit(before, told.event.data, owedBefore).credits;
  return told.event.data.credits.map(({ sku, name, quantity, amount }, index) => ({
    what: sku === 'SHIPPING' ? word('shipping', locale) : `${sku} ${name}`,
    ...(sku === 'SHIPPING' ? {} : { quantity }),
    amount: amount - (before.taxesIncluded ? 0 : sumOf(taxes[index] ?? NO_TAXES)),
  }));
};

/** By how much each kind of tax changed, in the direction of the paper. */
const changedTaxes = ({ owedBefore, owed }: Moment, sign: 1 | -1): Tax[] => {
  const all = [...owed, ...owedBefore.filter((a) => !owed.some((b) => a.code === b.code && a.rate === b.rate))];
  return all.map((tax) => {
    const of = (taxes: TaxesOwed): number =>
      taxes.find(({ code, rate }) => code === tax.code && rate === tax.rate)?.amount ?? 0;
    return { ...tax, amount: sign * (of(owed) - of(owedBefore)) };
  });
};

/** What is on a paper, worked out from its order's history: numbers are in the log, rows are not written twice. */
export const contentOf = (paper: Issued, history: readonly Told[], locale: Locale): PaperContent => {
  const moment = momentOf(history, paper.orderRevision);
  const isFirst = paper.key === paper.orderId;
  const sign = paper.kind === 'credit_note' ? -1 : 1;
  const rows = isFirst
    ? rowsOfOrder(moment.after, locale)
    : moment.told?.event.type === 'OrderCredited'
      ? rowsOfCredit(moment, locale)
      : rowsOfChange(moment, sign, locale);
  const expected = moment.after.taxesIncluded ? paper.total : paper.net;
  const rest = expected - rows.reduce((sum, row) => sum + row.amount, 0);
  if (rest !== 0) rows.push({ what: word(isFirst ? 'credited' : 'adjustment', locale), amount: rest });
  const taxes = (isFirst ? [...moment.owed] : changedTaxes(moment, sign)).filter(({ amount }) => amount !== 0);
  return { rows, taxes: sumOf(taxes) === paper.tax ? taxes : [] };
};
