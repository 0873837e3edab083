import { Injectable } from '@nestjs/common';
import {
  type EventOf,
  OrderCancelledV1,
  OrderConfirmedV1,
  OrderSubmittedV1,
  ShipmentDispatchedV1,
  topicOf,
} from '@orderloom/contracts';
import type { CommandContext } from '@orderloom/event-sourcing';
import { type BatchResult, OnEvents, PermanentError, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { ShipmentConsumption } from '../stock/consume-shipment.js';
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
const isCancelled = (event: ReceivedEvent): event is Of<typeof OrderCancelledV1> => isType(event, OrderCancelledV1);
const isDispatched = (event: ReceivedEvent): event is Of<typeof ShipmentDispatchedV1> =>
  isType(event, ShipmentDispatchedV1);

/** The order of an event of an `order-` stream. */
export const orderIdOf = (event: ReceivedEvent): string => event.subject.slice('order-'.length);

/** Context of a command that an event of another service causes; event ids are derived from it. */
export const causedBy = (event: ReceivedEvent, handler: string, now: string): CommandContext => ({
  actor: handler,
  correlationId: event.correlationid,
  causationId: event.id,
  handler,
  now,
  ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
});

const submittedOrder = ({ data }: Of<typeof OrderSubmittedV1>): SubmittedOrder => ({
  orderId: data.orderId,
  mode: data.mode,
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
    private readonly consumption: ShipmentConsumption,
    private readonly clock: Clock,
  ) {}

  @OnEvents({
    group: 'inventory.sourcing',
    topics: [topicOf.order, topicOf.logistics],
    types: [OrderSubmittedV1.type, OrderConfirmedV1.type, OrderCancelledV1.type, ShipmentDispatchedV1.type],
  })
  async handle(events: readonly ReceivedEvent[]): Promise<BatchResult> {
    const now = this.clock.now();
    const failures = await this.#source(events, now);
    const failed = new Set(failures.map(({ event }) => event.subject));
    failures.push(
      ...(await this.#cancel(
        events.filter(isCancelled).filter((one) => !failed.has(one.subject)),
        now,
      )),
    );
    failures.push(...(await this.consumption.consume(events.filter(isDispatched), now)));
    return { failures };
  }

  async #source(events: readonly ReceivedEvent[], now: string): Promise<Failure[]> {
    const confirmed = events.filter(isConfirmed);
    const here = new Map(events.filter(isSubmitted).map((event) => [event.data.orderId, submittedOrder(event)]));
    const confirmedIds = new Set(confirmed.map(orderIdOf));
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
      } else if (order.mode === 'live' && order.lines.length > 0) work.push({ event, order });
    }
    const outcomes = await this.sourcer.source(
      work.map(({ event, order }) => ({
        orderId: order.orderId,
        number: 0,
        lines: order.lines,
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
        context: causedBy(event, 'inventory.sourcing', now),
      })),
    );
    return failuresOf(cancelled, outcomes);
  }
}

const failuresOf = (events: readonly ReceivedEvent[], outcomes: readonly SourcingOutcome[]): Failure[] =>
  outcomes.flatMap((outcome, index) => {
    const event = events[index];
    return outcome.ok || !event ? [] : [{ event, error: outcome.error }];
  });
