import { Injectable } from '@nestjs/common';
import {
  type EventOf,
  OrderCancelledV1,
  OrderConfirmedV1,
  OrderExpiredV1,
  OrderSubmittedV1,
  ShipmentDispatchedV1,
  topicOf,
} from '@orderloom/contracts';
import { type BatchResult, OnEvents, PermanentError, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { ShipmentConsumption } from '../stock/consume-shipment.js';
import { causedBy, orderIdOf } from './caused-by.js';
import { DemandProcess, demandTypes, isDemand, wantedAfter } from './demand-process.js';
import { type SubmittedOrder, SubmittedOrders } from './order-lines.js';
import { Sourcer, type SourcingOutcome } from './sourcer.js';

type Failure = BatchResult['failures'][number];
type Of<D extends Parameters<typeof isType>[1]> = ReceivedEvent & EventOf<D>;

/** The consumer checked the data against the type's schema before, so the type tells the shape. */
const isType = (
  event: ReceivedEvent,
  definition: typeof OrderSubmittedV1 | typeof OrderConfirmedV1 | typeof OrderCancelledV1 | typeof ShipmentDispatchedV1,
): boolean => event.type === definition.type;

const isSubmitted = (event: ReceivedEvent): event is Of<typeof OrderSubmittedV1> => isType(event, OrderSubmittedV1);
const isConfirmed = (event: ReceivedEvent): event is Of<typeof OrderConfirmedV1> => isType(event, OrderConfirmedV1);
/** All ends of an order of which nothing is delivered; each says why. */
const endTypes: readonly string[] = [OrderCancelledV1.type, OrderExpiredV1.type];
const isCancelled = (event: ReceivedEvent): event is Of<typeof OrderCancelledV1> => endTypes.includes(event.type);
const isDispatched = (event: ReceivedEvent): event is Of<typeof ShipmentDispatchedV1> =>
  isType(event, ShipmentDispatchedV1);

const submittedOrder = ({ data }: Of<typeof OrderSubmittedV1>): SubmittedOrder => ({
  orderId: data.orderId,
  mode: data.mode,
  facts: {
    channel: data.channel,
    country: data.shipTo.country,
    currency: data.currency,
    paymentTerms: data.paymentTerms,
    total: data.totals.total,
    ...(data.requiredBy === undefined ? {} : { requiredBy: data.requiredBy }),
  },
  reference: `${data.channel}/${data.externalNumber ?? data.number}`,
  lines: data.lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity })),
});

/**
 * Reserves stock for confirmed orders, gives it back when they are cancelled, takes it out when it is shipped. A
 * batch goes through in three passes; an order that is confirmed and cancelled in one batch passes in that order.
 */
@Injectable()
export class SourcingProcess {
  constructor(
    private readonly sourcer: Sourcer,
    private readonly submitted: SubmittedOrders,
    private readonly demand: DemandProcess,
    private readonly consumption: ShipmentConsumption,
    private readonly clock: Clock,
  ) {}

  @OnEvents({
    group: 'inventory.sourcing',
    topics: [topicOf.order, topicOf.logistics],
    types: [OrderSubmittedV1.type, OrderConfirmedV1.type, ...endTypes, ...demandTypes, ShipmentDispatchedV1.type],
  })
  async handle(events: readonly ReceivedEvent[]): Promise<BatchResult> {
    const now = this.clock.now();
    const failures = await this.#source(events, now);
    const failed = new Set(failures.map(({ event }) => event.subject));
    const going = events.filter((one) => !failed.has(one.subject));
    const ends = going.filter(isCancelled);
    failures.push(...(await this.#cancel(ends, now)));
    const demands = going.filter(isDemand);
    failures.push(...(await this.demand.handle(demands, now)));
    // One that was taken up again and ended once more, all in this batch, has to end once more here.
    const reopened = (end: ReceivedEvent) =>
      demands.some((one) => one.subject === end.subject && Number(one.sequence) < Number(end.sequence));
    const ended = ends.filter(reopened);
    if (ended.length > 0) failures.push(...(await this.#cancel(ended, now)));
    failures.push(...(await this.consumption.consume(events.filter(isDispatched), now)));
    return { failures };
  }

  async #source(events: readonly ReceivedEvent[], now: string): Promise<Failure[]> {
    const confirmed = events.filter(isConfirmed);
    const here = new Map(events.filter(isSubmitted).map((event) => [event.data.orderId, submittedOrder(event)]));
    const confirmedIds = new Set(confirmed.map(orderIdOf));
    const demands = byOrder(events.filter(isDemand));
    const [kept] = await Promise.all([
      this.submitted.find([...confirmedIds].filter((id) => !here.has(id))),
      this.submitted.keep([...here.values()].filter(({ orderId }) => !confirmedIds.has(orderId))),
    ]);
    const failures: Failure[] = [];
    const work: { event: ReceivedEvent; order: SubmittedOrder }[] = [];
    for (const event of confirmed) {
      const order = here.get(orderIdOf(event)) ?? kept.get(orderIdOf(event));
      if (!order) {
        const error = new PermanentError(
          'ORDER_LINES_UNKNOWN',
          `${event.subject} is confirmed but was never submitted`,
        );
        failures.push({ event, error });
      } else if (order.mode === 'live') {
        const before = demands.get(order.orderId)?.filter((one) => Number(one.sequence) < Number(event.sequence));
        const lines = wantedAfter(before ?? []) ?? order.lines;
        if (lines.length > 0) work.push({ event, order: { ...order, lines } });
      }
    }
    await this.submitted.change(
      [...demands].flatMap(([orderId, changes]) => {
        const lines = confirmedIds.has(orderId) ? undefined : wantedAfter(changes);
        return lines === undefined ? [] : [{ orderId, lines }];
      }),
    );
    const outcomes = await this.sourcer.source(
      work.map(({ event, order }) => ({
        orderId: order.orderId,
        number: 0,
        lines: order.lines,
        facts: order.facts,
        reference: order.reference,
        context: causedBy(event, 'inventory.sourcing', now),
      })),
    );
    failures.push(
      ...failuresOf(
        work.map(({ event }) => event),
        outcomes,
      ),
    );
    // The submission counts as handled; a confirmation that is tried again comes alone and must find the lines.
    const failed = new Set(failures.map(({ event }) => orderIdOf(event)));
    await this.submitted.keep([...here.values()].filter(({ orderId }) => failed.has(orderId)));
    return failures;
  }

  async #cancel(cancelled: readonly Of<typeof OrderCancelledV1>[], now: string): Promise<Failure[]> {
    const outcomes = await this.sourcer.cancel(
      cancelled.map((event) => ({
        orderId: orderIdOf(event),
        reason: event.data.reason,
        epoch: event.data.epoch,
        context: causedBy(event, 'inventory.sourcing', now),
      })),
    );
    return failuresOf(cancelled, outcomes);
  }
}

const byOrder = <E extends ReceivedEvent>(events: readonly E[]): Map<string, E[]> => {
  const groups = new Map<string, E[]>();
  for (const event of events) groups.set(orderIdOf(event), [...(groups.get(orderIdOf(event)) ?? []), event]);
  return groups;
};

const failuresOf = (events: readonly ReceivedEvent[], outcomes: readonly SourcingOutcome[]): Failure[] =>
  outcomes.flatMap((outcome, index) => {
    const event = events[index];
    return outcome.ok || !event ? [] : [{ event, error: outcome.error }];
  });
