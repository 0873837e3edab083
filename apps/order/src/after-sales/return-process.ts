import { Injectable } from '@nestjs/common';
import {
  isRefused,
  ReturnApprovedV1,
  ReturnDeclinedV1,
  type ReturnEventData,
  ReturnInspectedV1,
  ReturnReceivedV1,
  ReturnRequestedV1,
  ReturnResolvedV1,
  ReturnSentBackV1,
  topicOf,
} from '@orderloom/contracts';
import type { CommandContext } from '@orderloom/event-sourcing';
import { type BatchResult, OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { storeCreditId } from '../balance/balance-ids.js';
import {
  disposeOf,
  endReturnOf,
  requestReturnOf,
  sendBackOf,
  settleReturn,
  takeBack,
} from '../order/decide-returned.js';
import type { OrderEvent } from '../order/events.js';
import { evolve, type Order } from '../order/order.js';
import { OrderRepository } from '../order.repository.js';
import { MoneyPolicy } from '../payment/money-policy.js';
import { decline } from './decide-return.js';
import { close } from './decide-send-back.js';
import { Exchanges } from './exchanges.js';
import type { ReturnEvent } from './return.js';
import { ReturnRepository } from './return.repository.js';

const HANDLES = [
  ReturnRequestedV1,
  ReturnApprovedV1,
  ReturnDeclinedV1,
  ReturnReceivedV1,
  ReturnInspectedV1,
  ReturnResolvedV1,
  ReturnSentBackV1,
].map(({ type }) => type as string);

/** A fact of a return, fresh from its append or from the topic. */
export interface ReturnFact {
  readonly id: string;
  readonly correlationId: string;
  readonly event: ReturnEvent;
}

/**
 * What a return means for its order, and the order for the return. Facts are acted on as soon as they are recorded and
 * once more when they come by on the topic: event ids are made of the fact, so it is done once, also when the process
 * was killed in between.
 */
@Injectable()
export class ReturnProcess {
  constructor(
    private readonly orders: OrderRepository,
    private readonly returns: ReturnRepository,
    private readonly exchanges: Exchanges,
    private readonly policy: MoneyPolicy,
    private readonly clock: Clock,
  ) {}

  // Shares the consumer that reads this service's own topic anyway.
  @OnEvents({ group: 'order.payments', topics: [topicOf.order], types: HANDLES })
  async handle(events: readonly ReceivedEvent[]): Promise<BatchResult> {
    const bySubject = new Map<string, ReceivedEvent[]>();
    for (const event of events) bySubject.set(event.subject, [...(bySubject.get(event.subject) ?? []), event]);
    const failures: { event: ReceivedEvent; error: unknown }[] = [];
    await Promise.all(
      [...bySubject.values()].map(async (own) => {
        for (const event of own) {
          try {
            await this.apply({ id: event.id, correlationId: event.correlationid, event: stored(event) });
          } catch (error) {
            failures.push({ event, error });
            return;
          }
        }
      }),
    );
    return { failures };
  }

  /** Does what follows from one fact. May be repeated. */
  async apply(fact: ReturnFact): Promise<void> {
    const { event } = fact;
    const now = this.clock.now();
    switch (event.type) {
      case 'ReturnRequested':
        return this.#requested(fact, event.data, now);
      case 'ReturnApproved':
        return this.#approved(fact, event.data, now);
      case 'ReturnDeclined': {
        const { returnId, orderId, lines, reason } = event.data;
        return this.#onOrder(fact, orderId, now, (order) => endReturnOf({ returnId, lines, reason, now }, order));
      }
      case 'ReturnReceived': {
        const { returnId, orderId, receiptId, lines, missing } = event.data;
        return this.#onOrder(fact, orderId, now, (order) => {
          const back = takeBack({ returnId, receiptId, lines, now }, order);
          const after = back.reduce(evolve, order);
          return [...back, ...endReturnOf({ returnId, lines: missing, reason: 'NOT_RECEIVED', now }, after)];
        });
      }
      case 'ReturnInspected': {
        const { returnId, orderId, inspectionId, units } = event.data;
        return this.#onOrder(fact, orderId, now, (order) => disposeOf({ returnId, inspectionId, units, now }, order));
      }
      case 'ReturnResolved':
        return this.#resolved(fact, event.data, now);
      case 'ReturnSentBack': {
        const { returnId, orderId, sendingId } = event.data;
        const lines = event.data.lines.map(({ lineId, unpaid }) => ({ lineId, quantity: unpaid }));
        return this.#onOrder(fact, orderId, now, (order) => sendBackOf({ returnId, sendingId, lines, now }, order));
      }
      case 'ReturnDispatched':
      case 'ReturnClosed':
        return;
      default:
        event satisfies never;
    }
  }

  /** Two returns may ask for the same units at the same moment; the order takes the first and the other is declined. */
  async #requested(fact: ReturnFact, data: ReturnEventData['ReturnRequested'], now: string): Promise<void> {
    const { returnId, orderId, lines } = data;
    try {
      await this.#onOrder(fact, orderId, now, (order) => requestReturnOf({ returnId, lines, now }, order));
    } catch (error) {
      if (!isRefused(error)) throw error;
      const { code } = error;
      await this.returns.handle(returnId, (state) => decline({ reason: code, now }, state), contextOf(fact, now));
    }
  }

  async #approved(fact: ReturnFact, data: ReturnEventData['ReturnApproved'], now: string): Promise<void> {
    if (data.advance !== true) return;
    const { returnId, orderId, exchange = [], amount = 0 } = data;
    const { state } = await this.returns.load(returnId);
    const replaced = state.lines.map(({ lineId }) => lineId);
    await this.exchanges.place({ returnId, orderId, lines: exchange, replaced, value: amount }, requestOf(fact, now));
  }

  async #resolved(fact: ReturnFact, data: ReturnEventData['ReturnResolved'], now: string): Promise<void> {
    const { returnId, orderId, resolution, amount, lines, exchange = [], exchangeOrderId } = data;
    let credit = resolution === 'REFUND' ? amount : 0;
    if (resolution === 'EXCHANGE') {
      const used = await this.exchanges.place(
        { returnId, orderId, lines: exchange, replaced: lines.map(({ lineId }) => lineId), value: amount },
        requestOf(fact, now),
      );
      // What the replacement costs less goes back.
      credit = Math.max(0, amount - used);
    }
    const { customerId, currency } = data;
    const account =
      resolution === 'STORE_CREDIT' && customerId !== undefined ? storeCreditId(customerId, currency) : undefined;
    await this.#onOrder(fact, orderId, now, (order) =>
      settleReturn(
        {
          returnId,
          resolution,
          amount,
          credit,
          lines,
          ...(exchangeOrderId === undefined ? {} : { exchangeOrderId }),
          ...(account === undefined ? {} : { account }),
          refunds: this.policy,
          now,
        },
        order,
      ),
    );
    await this.returns.handle(returnId, (state) => close({ now }, state), contextOf(fact, now));
  }

  async #onOrder(
    fact: ReturnFact,
    orderId: string,
    now: string,
    decide: (order: Order) => OrderEvent[],
  ): Promise<void> {
    await this.orders.handle(orderId, decide, contextOf(fact, now));
  }
}

const contextOf = ({ id, correlationId }: ReturnFact, now: string): CommandContext => ({
  actor: 'order.returns',
  correlationId,
  causationId: id,
  handler: 'order.returns',
  now,
});

const requestOf = ({ correlationId }: ReturnFact, now: string) =>
  ({ actor: 'order.returns', correlationId, now, locale: 'en' }) as const;

/** The consumer checked the data against the type's schema before. */
const stored = (event: ReceivedEvent): ReturnEvent =>
  ({ type: event.type.split('.')[2], data: event.data }) as unknown as ReturnEvent;
