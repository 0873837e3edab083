import { Refused } from '@orderloom/contracts';
import type { Vault } from '@orderloom/platform';
import type { Catalogue } from '../../catalogue/catalogue.js';
import type { DataOf } from '../../order/events.js';
import { evolve, initial, type Order } from '../../order/order.js';
import { axes } from '../../order/status.js';
import type { OrderRepository } from '../../order.repository.js';
import type { OrderList } from '../../views/order-list.js';
import type { DeskBooks } from '../desk-books.js';
import { RULES } from '../desk-books.js';
import { type OrderReviews, REMEMBERED } from '../order-reviews.js';
import { RecentOrders } from '../recent-orders.js';
import type { Rule } from '../rules/rule.js';
import { RuleSet } from '../rules/rule-set.js';
import type { DeskJob, JobHandler, JobResult, Step } from './desk-jobs.js';
import { toReviewAgain } from './look-again.js';

export const BACK_TEST = 'back-test';
const BATCH = 200;
const ONE_DAY_MS = 86_400_000;

/** What a back-test is made from. */
export interface BackTestParts {
  orders: OrderRepository;
  list: OrderList;
  catalogue: Catalogue;
  vault: Vault;
  books: DeskBooks;
  reviews: OrderReviews;
}

/** The orders of a span, by when they were placed. */
export const placedBetween = (from: string, to: string) => ({ submittedAt: { $gte: from, $lte: to } });

/**
 * What a rule would have done to the orders of the last days: each is read from the log as it was placed and looked at
 * beside those placed before it. Prices and standings are those of today, payment and stock those of the order now.
 */
export class BackTest implements JobHandler {
  readonly restarts = true;
  readonly #running = new Map<string, { rule: Rule; recent: RecentOrders }>();

  constructor(private readonly parts: BackTestParts) {}

  async begin(job: DeskJob): Promise<void> {
    const { ruleId, version } = job.input as { ruleId: string; version: number };
    const { state } = await this.parts.books.rules.load(RULES);
    const rule = state.rules.get(ruleId)?.versions.find((one) => one.version === version);
    if (rule === undefined) throw new Refused('RULE_VERSION_NOT_FOUND', { ruleId, version });
    this.#running.set(job._id, { rule, recent: new RecentOrders(REMEMBERED, ONE_DAY_MS) });
  }

  end(job: DeskJob): void {
    this.#running.delete(job._id);
  }

  async step(job: DeskJob): Promise<Step> {
    const running = this.#running.get(job._id);
    if (running === undefined) throw new Error('a back-test goes on that never began');
    const { from, to } = job.input as { from: string; to: string };
    const [at, id] = job.cursor === null ? [from, ''] : (job.cursor.split(' ') as [string, string]);
    const docs = await this.parts.list
      .documents()
      .find(
        {
          $and: [
            placedBetween(from, to),
            { $or: [{ submittedAt: { $gt: at } }, { submittedAt: at, _id: { $gt: id } }] },
          ],
        },
        { projection: { submittedAt: 1 } },
      )
      .sort({ submittedAt: 1, _id: 1 })
      .limit(BATCH)
      .toArray();
    const ids = docs.map((doc) => String(doc._id));
    const results = await this.#try(running, ids);
    const last = docs.at(-1);
    return {
      results,
      looked: docs.length,
      cursor: docs.length < BATCH || last === undefined ? null : `${last.submittedAt} ${String(last._id)}`,
      counts: Object.fromEntries(
        [...new Set(results.map(({ outcome }) => outcome))].map((outcome) => [
          outcome,
          results.filter((result) => result.outcome === outcome).length,
        ]),
      ),
    };
  }

  async #try({ rule, recent }: { rule: Rule; recent: RecentOrders }, ids: readonly string[]): Promise<JobResult[]> {
    const { orders, vault, catalogue, reviews } = this.parts;
    const histories = await Promise.all(ids.map((id) => orders.history(id)));
    const placed = histories.flatMap((events): { order: Order; now: Order }[] => {
      const [first] = events;
      if (first === undefined) return [];
      const submitted = { type: 'OrderSubmitted', data: first.data as DataOf<'OrderSubmitted'> } as const;
      // The log holds what the deciders of this service yielded.
      const now = events.reduce((state, event) => evolve(state, event as never), initial());
      return [{ order: evolve(initial(), submitted), now }];
    });
    const find = await catalogue.findProducts(placed.flatMap(({ order }) => order.lines.map((line) => line.sku)));
    const set = new RuleSet([rule], String(rule.version));
    const toLookAt = await Promise.all(
      placed.map(async ({ order, now }) => {
        const [opened] = await toReviewAgain([order], vault, find, now.submittedAt);
        return opened;
      }),
    );
    const results: JobResult[] = [];
    for (const [index, order] of toLookAt.entries()) {
      const now = placed[index]?.now;
      if (order === undefined || now === undefined) continue;
      const trigger = rule.triggers[0] ?? 'submit';
      const { review } = await reviews.look(order, trigger, order.at, { remember: true, recent, rules: set });
      const decision = review?.decisions.find(({ ruleId }) => ruleId === rule.ruleId);
      if (decision === undefined) continue;
      results.push({
        orderId: order.orderId,
        number: order.number,
        outcome: decision.action,
        details: {
          facts: decision.facts,
          ...(decision.hold === undefined ? {} : { type: decision.hold.type, blocks: decision.hold.blocks }),
          became: axes(now).status,
        },
      });
    }
    return results;
  }
}
