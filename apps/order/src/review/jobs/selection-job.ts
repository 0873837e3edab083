import { isRefused, Refused } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import type { Clock } from '@orderloom/platform';
import { cancel } from '../../order/decide-cancel.js';
import { approveHold, assignHold, rejectHold } from '../../order/decide-holds.js';
import { tagOrder } from '../../order/decide-questions.js';
import type { OrderEvent } from '../../order/events.js';
import { decidedBefore, type Hold, openHolds } from '../../order/holds.js';
import { evolve, type Order } from '../../order/order.js';
import { placeHold } from '../../order/place-hold.js';
import { about } from '../../order/refusals.js';
import type { PlaceHold } from '../../order/review.js';
import type { OrderRepository } from '../../order.repository.js';
import { mustBeTheirs } from '../desk/whose-hold.js';
import type { DeskJob, JobHandler, JobResult, Step } from './desk-jobs.js';

export const SELECTION = 'selection';
const BATCH = 100;

/** What may be done to many orders at once. */
export const BULK_ACTIONS = ['approve', 'reject', 'hold', 'cancel', 'tag', 'assign'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** The action with what it needs. */
export interface BulkCommand {
  action: BulkAction;
  actor: string;
  /** what whoever asked may decide on; absent in jobs of before this was kept: everything */
  roles?: readonly string[];
  /** approve, reject, assign: only holds of this type; every open one when absent */
  type?: string;
  reason?: string;
  note?: string;
  hold?: Omit<PlaceHold, 'now'>;
  add?: string[];
  remove?: string[];
  ownerRole?: string;
  owner?: string;
}

const meant = (order: Order, type: string | undefined): readonly Hold[] => {
  const holds = openHolds(order).filter((hold) => type === undefined || hold.type === type);
  if (holds.length === 0) throw new Refused('NO_OPEN_HOLD', about(order));
  // Those that come first are decided first, so that one order passes both reviews in one go.
  return holds.toSorted((a, b) => decidedBefore(order, a).length - decidedBefore(order, b).length);
};

/** One after another, each on what the one before left. */
const inTurn = (
  order: Order,
  holds: readonly Hold[],
  decide: (hold: Hold, order: Order) => OrderEvent[],
): OrderEvent[] => {
  let state = order;
  return holds.flatMap((hold) => {
    const events = decide(hold, state);
    state = events.reduce(evolve, state);
    return events;
  });
};

/** What a bulk action does to one order: the very commands that do it one by one. */
export const bulkDecision = (command: BulkCommand, now: string, order: Order): OrderEvent[] => {
  const { action, actor: by, type } = command;
  const note = command.note === undefined ? {} : { note: command.note };
  const theirs = (holdId: string, state: Order): void => {
    if (command.roles !== undefined) mustBeTheirs(state, holdId, { actor: by, roles: command.roles });
  };
  switch (action) {
    case 'approve':
      return inTurn(order, meant(order, type), ({ holdId }, state) => {
        theirs(holdId, state);
        return approveHold({ holdId, by, now }, state);
      });
    case 'reject': {
      const [hold] = meant(order, type);
      if (hold === undefined) return [];
      theirs(hold.holdId, order);
      return rejectHold({ holdId: hold.holdId, reason: command.reason ?? 'ORDER_REJECTED', ...note, now }, order);
    }
    case 'assign': {
      const { ownerRole, owner } = command;
      const role = ownerRole === undefined ? {} : { ownerRole };
      return inTurn(order, meant(order, type), ({ holdId }, state) => {
        theirs(holdId, state);
        return assignHold({ holdId, ...role, owner: owner ?? null, reason: 'ASSIGNED', now }, state);
      });
    }
    case 'hold':
      return command.hold === undefined ? [] : placeHold({ ...command.hold, now }, order);
    case 'cancel':
      return cancel({ reason: command.reason ?? 'CUSTOMER_REQUEST', ...note, now }, order);
    case 'tag':
      return tagOrder({ add: command.add ?? [], remove: command.remove ?? [], now }, order);
    default:
      return action satisfies never;
  }
};

/** Does one action to every order of a selection, each on its own: what one refuses does not stop the others. */
export class SelectionJob implements JobHandler {
  constructor(
    private readonly orders: OrderRepository,
    private readonly clock: Clock,
  ) {}

  async step(job: DeskJob): Promise<Step> {
    const { ids, command, dryRun } = job.input as unknown as { ids: string[]; command: BulkCommand; dryRun?: true };
    const from = Number(job.cursor ?? '0');
    const batch = ids.slice(from, from + BATCH);
    const now = this.clock.now();
    if (dryRun) return stepOf(await this.#try(batch, command, now), from, ids.length);
    const settled = await this.orders.handleMany(
      batch.map((id) => ({
        id,
        decide: (order: Order) => bulkDecision(command, now, order),
        context: {
          actor: job.actor,
          correlationId: job.correlationId,
          causationId: deterministicId('selection-job', job._id, id),
          handler: 'order.selection',
          now,
        },
      })),
    );
    const results = settled.map((outcome, index) => {
      const orderId = batch[index] ?? '';
      if (outcome.ok) {
        const { state, changed } = outcome.value;
        return { orderId, number: state.number, outcome: changed ? 'done' : 'unchanged' };
      }
      if (!isRefused(outcome.error)) throw outcome.error;
      return refusedResult(orderId, outcome.error);
    });
    return stepOf(results, from, ids.length);
  }

  /** What would become of each order. */
  #try(ids: readonly string[], command: BulkCommand, now: string): Promise<JobResult[]> {
    return Promise.all(
      ids.map(async (orderId): Promise<JobResult> => {
        try {
          const { events, before } = await this.orders.preview(orderId, (order) => bulkDecision(command, now, order));
          const outcome = events.length > 0 ? 'would be done' : 'unchanged';
          return { orderId, number: before.number, outcome, details: { events: events.map(({ type }) => type) } };
        } catch (error) {
          if (!isRefused(error)) throw error;
          return refusedResult(orderId, error);
        }
      }),
    );
  }
}

const refusedResult = (orderId: string, { code, details }: Refused): JobResult => ({
  orderId,
  number: String(details['number'] ?? ''),
  outcome: 'refused',
  code,
  details,
});

const stepOf = (results: readonly JobResult[], from: number, total: number): Step => {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const next = from + results.length;
  return { results, looked: results.length, cursor: next >= total ? null : String(next), counts };
};
