import { Injectable } from '@nestjs/common';
import {
  type EventOf,
  FulfilmentCancelledV1,
  FulfilmentCreatedV1,
  FulfilmentStopRefusedV1,
  findEvent,
  ShipmentDeliveredV1,
  ShipmentDispatchedV1,
  ShipmentPromiseChangedV1,
  ShortageAnsweredV1,
  SourcingDecidedV1,
  topicOf,
} from '@orderloom/contracts';
import type { Command } from '@orderloom/event-sourcing';
import { type BatchResult, OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { allocate } from '../order/decide-allocate.js';
import { deliver, ship } from '../order/decide-ship.js';
import { answerStop } from '../order/decide-stop.js';
import type { OrderEvent } from '../order/events.js';
import type { Order } from '../order/order.js';
import { promiseOfRelease, promiseOfShipment } from '../order/promise.js';
import { OrderRepository } from '../order.repository.js';
import { componentsOf, hearShortage } from './hear-shortage.js';
import { hearUnfilled, UNFILLED_TYPES, type UnfilledFact } from './hear-unfilled.js';

type Heard =
  | EventOf<typeof SourcingDecidedV1>
  | EventOf<typeof ShortageAnsweredV1>
  | EventOf<typeof ShipmentDispatchedV1>
  | EventOf<typeof ShipmentDeliveredV1>
  | EventOf<typeof FulfilmentCreatedV1>
  | EventOf<typeof ShipmentPromiseChangedV1>
  | EventOf<typeof FulfilmentCancelledV1>
  | EventOf<typeof FulfilmentStopRefusedV1>
  | UnfilledFact;

const HANDLES: readonly string[] = [
  SourcingDecidedV1.type,
  ShortageAnsweredV1.type,
  ShipmentDispatchedV1.type,
  ShipmentDeliveredV1.type,
  FulfilmentCreatedV1.type,
  ShipmentPromiseChangedV1.type,
  FulfilmentCancelledV1.type,
  FulfilmentStopRefusedV1.type,
  ...UNFILLED_TYPES,
];

/** The consumer checks data against the catalogue's schema before it calls, so the type tells the shape. */
const isHeard = (event: ReceivedEvent): event is ReceivedEvent & Heard =>
  HANDLES.includes(event.type) && findEvent(event.type) !== undefined;

/** What another service's fact means for the order. */
export const commandOf = (event: Heard, order: Order, now: string): OrderEvent[] => {
  switch (event.type) {
    case 'orderloom.inventory.SourcingDecided.v1': {
      const { decisionId, epoch, lines } = event.data;
      return allocate(
        {
          decisionId,
          ...(epoch === undefined ? {} : { epoch }),
          now,
          allocations: lines.flatMap(({ lineId, sku, allocations }) =>
            allocations.map(({ location, quantity, reservationId, sku: instead = sku, name, components }) => ({
              lineId,
              sku: instead,
              location,
              quantity,
              reservationId,
              ...(name === undefined ? {} : { name }),
              ...(components === undefined ? {} : { components: componentsOf(components) }),
            })),
          ),
          backordered: lines
            .filter((line) => line.backordered > 0)
            .map(({ lineId, sku, backordered }) => ({ lineId, sku, quantity: backordered })),
          reason: [...new Set(lines.filter((line) => line.backordered > 0).map((line) => line.reason))].join('; '),
        },
        order,
      );
    }
    case 'orderloom.inventory.ShortageAnswered.v1':
      return hearShortage(event.data, now, order);
    case 'orderloom.logistics.ShipmentDispatched.v1': {
      const { shipmentId, fulfilmentId, carrier, trackingNumber, promisedAt, occurredAt, lines } = event.data;
      const promised = promisedAt === undefined ? {} : { promisedAt };
      return ship(
        { shipmentId, fulfilmentId, carrier, trackingNumber, ...promised, occurredAt, lines: quantities(lines), now },
        order,
      );
    }
    case 'orderloom.logistics.FulfilmentCreated.v1': {
      const { fulfilmentId, promisedAt } = event.data;
      return promisedAt === undefined ? [] : promiseOfRelease({ fulfilmentId, promisedAt, now }, order);
    }
    case 'orderloom.logistics.ShipmentPromiseChanged.v1': {
      const { shipmentId, promisedAt, reason, occurredAt } = event.data;
      return promiseOfShipment({ shipmentId, promisedAt, reason, occurredAt }, order);
    }
    case 'orderloom.logistics.ShipmentDelivered.v1': {
      const { shipmentId, fulfilmentId, occurredAt, lines } = event.data;
      return deliver({ shipmentId, fulfilmentId, occurredAt, lines: quantities(lines), now }, order);
    }
    case 'orderloom.logistics.FulfilmentCancelled.v1': {
      const { stopId, fulfilmentId, releaseId = fulfilmentId, lines = [], occurredAt } = event.data;
      // Otherwise it followed from what the order itself has said.
      if (stopId === undefined) return [];
      const answer = { stopId, fulfilmentId: releaseId, partId: fulfilmentId, lines, occurredAt, now };
      return answerStop({ ...answer, outcome: 'STOPPED' }, order);
    }
    case 'orderloom.logistics.FulfilmentStopRefused.v1': {
      const { stopId, fulfilmentId, releaseId, code, occurredAt } = event.data;
      const answer = { stopId, fulfilmentId: releaseId, partId: fulfilmentId, code, lines: [], occurredAt, now };
      return answerStop({ ...answer, outcome: 'REFUSED' }, order);
    }
    default:
      return hearUnfilled(event, order);
  }
};

const quantities = (lines: readonly { lineId: string; quantity: number }[]) =>
  lines.map(({ lineId, quantity }) => ({ lineId, quantity }));

/**
 * The fulfilment process: facts of other services become commands on the order, whose own stream is inbox and outbox.
 * Event ids are derived from the fact, so hearing it twice writes it once.
 */
@Injectable()
export class OrderProcess {
  constructor(
    private readonly orders: OrderRepository,
    private readonly clock: Clock,
  ) {}

  @OnEvents({ group: 'order.process', topics: [topicOf.inventory, topicOf.logistics], types: HANDLES })
  async handle(events: readonly ReceivedEvent[]): Promise<BatchResult> {
    const now = this.clock.now();
    const heard = events.filter(isHeard);
    const settled = await this.orders.handleMany(heard.map((event) => this.#command(event, now)));
    const failures: { event: ReceivedEvent; error: unknown }[] = [];
    for (const [index, outcome] of settled.entries()) {
      const event = heard[index];
      if (!outcome.ok && event !== undefined) failures.push({ event, error: outcome.error });
    }
    return { failures };
  }

  #command(event: ReceivedEvent & Heard, now: string): Command<Order, OrderEvent> {
    return {
      id: event.data.orderId,
      decide: (order) => commandOf(event, order, now),
      context: {
        actor: 'order.process',
        correlationId: event.correlationid,
        causationId: event.id,
        handler: 'order.process',
        now,
        ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
      },
    };
  }
}
