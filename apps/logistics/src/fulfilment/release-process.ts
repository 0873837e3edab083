import { Injectable } from '@nestjs/common';
import {
  type EventOf,
  FulfilmentReleasedV1,
  OrderCancelledV1,
  OrderExpiredV1,
  StopRequestedV1,
  topicOf,
} from '@orderloom/contracts';
import type { CommandContext } from '@orderloom/event-sourcing';
import { type BatchResult, OnEvents, type ReceivedEvent } from '@orderloom/messaging';
import { Clock } from '@orderloom/platform';
import { Promises } from '../promise/promises.js';
import { Regrouping } from '../regroup/regrouping.js';
import { FulfilmentRepository } from '../repositories.js';
import { Views } from '../views.js';
import { cancel, create } from './decide.js';
import { stop } from './decide-stop.js';
import type { Fulfilment, FulfilmentFacts } from './fulfilment.js';

type Released = ReceivedEvent & EventOf<typeof FulfilmentReleasedV1>;
type Cancelled = ReceivedEvent & EventOf<typeof OrderCancelledV1>;

/** The consumer checked the data against the type's schema before. */
const isReleased = (event: ReceivedEvent): event is Released => event.type === FulfilmentReleasedV1.type;
/** All ends of an order of which nothing is delivered; each says why. */
const endTypes: readonly string[] = [OrderCancelledV1.type, OrderExpiredV1.type];
const isCancelled = (event: ReceivedEvent): event is Cancelled => endTypes.includes(event.type);
type StopRequested = ReceivedEvent & EventOf<typeof StopRequestedV1>;
const isStop = (event: ReceivedEvent): event is StopRequested => event.type === StopRequestedV1.type;

const orderIdOf = (event: ReceivedEvent): string => event.subject.slice('order-'.length);

/** What the order released, as this service's own fact. */
export const factsOf = (event: Released): FulfilmentFacts => {
  const { fulfilmentId, location, lines, shipTo, customer, customerId, number, requiredBy, deliveryWish, epoch } =
    event.data;
  return {
    fulfilmentId,
    orderId: orderIdOf(event),
    orderNumber: number,
    location,
    lines,
    shipTo,
    ...(customer === undefined ? {} : { customer }),
    ...(customerId === undefined ? {} : { customerId }),
    ...(requiredBy === undefined ? {} : { requiredBy }),
    ...(deliveryWish === undefined ? {} : { deliveryWish }),
    ...(epoch === undefined ? {} : { epoch }),
  };
};

/**
 * Takes on what orders release, and answers when they ask for a stop. Orders cannot be cancelled once they are released,
 * except by such an answer; should a person force it, what has not left is stopped here.
 */
@Injectable()
export class ReleaseProcess {
  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly views: Views,
    private readonly promises: Promises,
    private readonly regrouping: Regrouping,
    private readonly clock: Clock,
  ) {}

  @OnEvents({
    group: 'logistics.fulfilment',
    topics: [topicOf.order],
    types: [FulfilmentReleasedV1.type, ...endTypes, StopRequestedV1.type],
  })
  async handle(events: readonly ReceivedEvent[]): Promise<BatchResult> {
    const released = events.filter(isReleased);
    await this.promises.ready();
    const failures = await this.#run(
      released.map((event) => {
        const facts = this.promises.withPromise(factsOf(event));
        return { event, id: facts.fulfilmentId, expectNew: true, decide: create.bind(undefined, facts) };
      }),
    );
    const failed = new Set(failures.map(({ event }) => event.subject));
    const at = this.clock.now();
    const asked = events.filter(isStop).filter((event) => !failed.has(event.subject));
    if (asked.length > 0) failures.push(...(await this.#stop(asked, at)));
    const cancelled = events.filter(isCancelled);
    if (cancelled.length === 0) return { failures };
    const stops = await this.#fulfilmentsOf(
      cancelled.filter((event) => !failed.has(event.subject)),
      released,
    );
    failures.push(
      ...(await this.#run(
        stops.map(({ event, id }) => ({
          event,
          id,
          expectNew: false,
          decide: (state: Fulfilment) => cancel(event.data.reason, at, state, event.data.epoch),
        })),
      )),
    );
    return { failures };
  }

  /** Asks each fulfilment order that works on a release; what it says is its own event, which the order hears. */
  async #stop(asked: readonly StopRequested[], at: string): Promise<BatchResult['failures'][number][]> {
    const work = asked.flatMap((event) => event.data.fulfilmentIds.map((releaseId) => ({ event, releaseId })));
    const stops = await Promise.all(
      work.map(async ({ event, releaseId }) => {
        const { stopId, reason } = event.data;
        const { ids, late } = await this.regrouping.answering(releaseId, causedBy(event, at));
        return ids.map((id) => {
          const command = { stopId, releaseId, reason, at, tooLate: late.includes(id) };
          return { event, id, expectNew: false, decide: (state: Fulfilment) => stop(command, state) };
        });
      }),
    );
    return this.#run(stops.flat());
  }

  /** Those of this batch, and those that are listed. A listing that lags is no danger: see above. */
  async #fulfilmentsOf(cancelled: readonly Cancelled[], released: readonly Released[]) {
    const orderIds = cancelled.map(orderIdOf);
    const listed = await this.views.fulfilments
      .collection()
      .find({ orderId: { $in: orderIds } }, { projection: { orderId: 1 } })
      .toArray();
    return cancelled.flatMap((event) => {
      const ids = new Set([
        ...listed.filter(({ orderId }) => orderId === orderIdOf(event)).map(({ _id }) => _id),
        ...released.filter(({ subject }) => subject === event.subject).map(({ data }) => data.fulfilmentId),
      ]);
      return [...ids].map((id) => ({ event, id }));
    });
  }

  async #run(
    work: readonly {
      readonly event: ReceivedEvent;
      readonly id: string;
      readonly expectNew: boolean;
      readonly decide: Parameters<FulfilmentRepository['handle']>[1];
    }[],
  ): Promise<BatchResult['failures'][number][]> {
    const now = this.clock.now();
    const settled = await this.fulfilments.handleMany(
      work.map(({ event, id, expectNew, decide }) => ({
        id,
        decide,
        context: { ...causedBy(event, now), expectNew },
      })),
    );
    return settled.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ event: work[index]!.event, error: outcome.error }],
    );
  }
}

const causedBy = (event: ReceivedEvent, now: string): CommandContext => ({
  actor: 'logistics.fulfilment',
  correlationId: event.correlationid,
  causationId: event.id,
  handler: 'logistics.fulfilment',
  now,
  ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
});
