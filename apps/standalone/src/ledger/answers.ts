import { compareIds, type Difference } from './difference.js';
import type { ReplayedOrder } from './orders.js';

/** What a caller was told about one order it placed under an `Idempotency-Key`. */
export interface RecordedAnswers {
  readonly key: string;
  /** The order id of every 2xx answer, first and repeated ones. */
  readonly placed: readonly string[];
  /** The answer to its cancellation: status code; absent when none was asked for or none came. */
  readonly cancelled?: number;
}

/**
 * Compares what callers were told with what is stored: each key made at most one order, an acknowledged one is there,
 * an acknowledged cancellation too. Orders that no caller knows of are told when `complete` says that all callers are.
 */
export function compareAnswers(
  answers: readonly RecordedAnswers[],
  orders: ReadonlyMap<string, ReplayedOrder>,
  complete = true,
): Difference[] {
  const differences: Difference[] = [];
  const say = (id: string, detail: string) => differences.push({ check: 'answer', id, detail });
  const byKey = new Map<string, string[]>();
  for (const [id, { order }] of orders) {
    if (order.idempotencyKey !== null)
      byKey.set(order.idempotencyKey, [...(byKey.get(order.idempotencyKey) ?? []), id]);
  }
  for (const { key, placed, cancelled } of answers) {
    const stored = byKey.get(key) ?? [];
    const told = [...new Set(placed)];
    if (told.length > 1) say(key, `was answered with ${told.join(' and ')}`);
    if (stored.length > 1) say(key, `made ${stored.join(' and ')}`);
    for (const id of told) {
      if (!stored.includes(id)) say(key, `was answered with ${id}, which is not stored`);
      const status = orders.get(id)?.order.status;
      if (cancelled === 200 && status !== 'CANCELLED') say(id, `was answered as cancelled and is ${status}`);
      if (cancelled === 409 && status === 'CANCELLED') say(id, 'was refused to be cancelled and is cancelled');
    }
  }
  if (complete) {
    const known = new Set(answers.map(({ key }) => key));
    differences.push(
      ...compareIds(
        'answer',
        [],
        [...byKey.keys()].filter((key) => !known.has(key)),
        {
          missing: '',
          unexpected: 'is the key of an order that nobody placed',
        },
      ),
    );
  }
  return differences;
}
