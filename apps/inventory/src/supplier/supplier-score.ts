import { isOpen, type Purchase } from '../purchase/purchase.js';

/** How well a supplier has done; shares are 0–1, null where nothing can be said yet. */
export interface SupplierScore {
  /** Purchase orders it is made of. */
  readonly orders: number;
  /** Share of orders whose last delivery came on the agreed day or before. */
  readonly onTime: number | null;
  /** Units delivered of those ordered. */
  readonly complete: number | null;
  /** What was paid, divided by what was expected: above 1 it became dearer. */
  readonly price: number | null;
  /** Days from the order to the first delivery, on average. */
  readonly leadTimeDays: number | null;
  /** 0–100: half punctuality, four tenths completeness, one tenth price. */
  readonly score: number | null;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** An order counts once it has ended, or once it is late. */
const counts = (purchase: Purchase, today: string): boolean =>
  (purchase.status === 'CLOSED' && purchase.sentAt !== null) ||
  (isOpen(purchase) && purchase.agreedOn !== null && purchase.agreedOn < today);

/** Scores a supplier by its purchase orders. */
export const scoreOf = (purchases: readonly Purchase[], today: string): SupplierScore => {
  const counted = purchases.filter((one) => counts(one, today));
  if (counted.length === 0) {
    return { orders: 0, onTime: null, complete: null, price: null, leadTimeDays: null, score: null };
  }
  const punctual = counted.filter(
    ({ status, agreedOn, lastReceivedAt }) =>
      status === 'CLOSED' && lastReceivedAt !== null && (agreedOn === null || lastReceivedAt.slice(0, 10) <= agreedOn),
  );
  const lines = counted.flatMap((one) => one.lines);
  const ordered = lines.reduce((sum, line) => sum + line.ordered, 0);
  const arrived = lines.reduce((sum, line) => sum + Math.min(line.received, line.ordered), 0);
  const priced = lines.flatMap(({ unitPrice, orderedPrice, received }) =>
    unitPrice === null || orderedPrice === null || orderedPrice === 0 || received === 0
      ? []
      : [{ paid: unitPrice * received, expected: orderedPrice * received }],
  );
  const expected = priced.reduce((sum, one) => sum + one.expected, 0);
  const onTime = round(punctual.length / counted.length);
  const complete = ordered === 0 ? null : round(arrived / ordered);
  const price = expected === 0 ? null : round(priced.reduce((sum, one) => sum + one.paid, 0) / expected);
  const days = mean(
    counted.flatMap(({ sentAt, firstReceivedAt }) =>
      sentAt === null || firstReceivedAt === null
        ? []
        : [(Date.parse(firstReceivedAt) - Date.parse(sentAt)) / 86_400_000],
    ),
  );
  const fair = price === null ? 1 : Math.min(1, 1 / price);
  return {
    orders: counted.length,
    onTime,
    complete,
    price,
    leadTimeDays: days === null ? null : Math.round(days * 10) / 10,
    score: Math.round(50 * onTime + 40 * (complete ?? 0) + 10 * fair),
  };
};
