import { isRefused } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import type { Clock, Vault } from '@orderloom/platform';
import type { Catalogue } from '../../catalogue/catalogue.js';
import { recordReview } from '../../order/decide-review.js';
import type { OrderRepository } from '../../order.repository.js';
import type { OrderList } from '../../views/order-list.js';
import { type OrderReviews, REMEMBERED } from '../order-reviews.js';
import { RecentOrders } from '../recent-orders.js';
import type { DeskJob, JobHandler, JobResult, Step } from './desk-jobs.js';
import { toReviewAgain } from './look-again.js';

export const SWEEP = 'sweep';
const BATCH = 200;
/** Orders nothing of which has left the house yet. */
export const OPEN = { mode: 'live', status: { $in: ['SUBMITTED', 'IN_REVIEW', 'CONFIRMED'] } };

export interface SweepParts {
  orders: OrderRepository;
  list: OrderList;
  catalogue: Catalogue;
  vault: Vault;
  reviews: OrderReviews;
  clock: Clock;
}

/**
 * Looks at every open order again: what has changed since it was placed, and duplicates that came in at the same moment
 * by two doors. Rules for sweeps are applied; everything found is in the report.
 */
export class Sweep implements JobHandler {
  readonly restarts = true;
  readonly #running = new Map<string, RecentOrders>();

  constructor(private readonly parts: SweepParts) {}

  begin(job: DeskJob): void {
    this.#running.set(job._id, new RecentOrders(REMEMBERED));
  }

  end(job: DeskJob): void {
    this.#running.delete(job._id);
  }

  async step(job: DeskJob): Promise<Step> {
    const { list, orders, vault, catalogue, reviews, clock } = this.parts;
    const recent = this.#running.get(job._id) ?? new RecentOrders(REMEMBERED);
    const [at = '', id = ''] = (job.cursor ?? '').split(' ');
    const docs = await list
      .documents()
      .find(
        { $and: [OPEN, { $or: [{ submittedAt: { $gt: at } }, { submittedAt: at, _id: { $gt: id } }] }] },
        { projection: { submittedAt: 1 } },
      )
      .sort({ submittedAt: 1, _id: 1 })
      .limit(BATCH)
      .toArray();
    const now = clock.now();
    const states = (await Promise.all(docs.map((doc) => orders.load(String(doc._id))))).map(({ state }) => state);
    const open = states.filter((order) => order.status === 'SUBMITTED' || order.status === 'CONFIRMED');
    const find = await catalogue.findProducts(open.flatMap((order) => order.lines.map((line) => line.sku)));
    const results: JobResult[] = [];
    const counts: Record<string, number> = {};
    const commands = [];
    for (const order of await toReviewAgain(open, vault, find, now)) {
      const { checks, review } = await reviews.look(order, 'sweep', now, { remember: true, recent });
      const found = checks.filter(({ check }) => check !== 'rules').map(({ check, inputs }) => ({ check, ...inputs }));
      const telling = found.filter((one) => (one as { severity?: string }).severity !== 'info');
      for (const one of telling) {
        const code = String((one as { code?: string }).code);
        counts[code] = (counts[code] ?? 0) + 1;
      }
      if (telling.length === 0 && review === undefined) continue;
      const applied = (review?.decisions ?? []).map(({ ruleId, version }) => `${ruleId}@${version}`);
      const outcome = review === undefined ? 'found' : 'held';
      results.push({ orderId: order.orderId, number: order.number, outcome, details: { findings: found, applied } });
      if (review === undefined) continue;
      commands.push({
        id: order.orderId,
        decide: (state: (typeof states)[number]) => recordReview(review, now, state),
        context: {
          actor: 'order.sweep',
          correlationId: job.correlationId,
          causationId: deterministicId('sweep', job._id, order.orderId),
          handler: 'order.sweep',
          now,
        },
      });
    }
    for (const outcome of await orders.handleMany(commands)) {
      if (!outcome.ok && !isRefused(outcome.error)) throw outcome.error;
    }
    const last = docs.at(-1);
    return {
      results,
      looked: docs.length,
      cursor: docs.length < BATCH || last === undefined ? null : `${last.submittedAt} ${String(last._id)}`,
      counts,
    };
  }
}
