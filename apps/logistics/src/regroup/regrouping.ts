import { Injectable } from '@nestjs/common';
import { type FulfilmentEvent, isRefused, type LogisticsEventData, Refused } from '@orderloom/contracts';
import { type CommandContext, deterministicId, type RecordedEvent } from '@orderloom/event-sourcing';
import { Clock } from '@orderloom/platform';
import { create } from '../fulfilment/decide.js';
import type { Fulfilment, Handover } from '../fulfilment/fulfilment.js';
import { FulfilmentRepository, ShipmentRepository } from '../repositories.js';
import { dispatch } from '../shipment/decide.js';
import { shipmentIdOf, shipmentOf } from '../shipment/handover.js';
import type { Shipment } from '../shipment/shipment.js';
import { join, leave, mergeInto, shipWith, unmerge } from './decide-merge.js';
import { partFacts, rejoin } from './decide-split.js';
import type { Member } from './group.js';

type Data<T extends keyof LogisticsEventData> = LogisticsEventData[T];
type Told = Pick<RecordedEvent, 'id' | 'type' | 'data' | 'metadata'>;

/** Events that another stream has to follow; everything else passes by at no cost. */
const FOLLOWED = new Set([
  'FulfilmentSplit',
  'FulfilmentMerged',
  'FulfilmentLeft',
  'FulfilmentCancelled',
  'FulfilmentRejected',
  'FulfilmentShort',
  'FulfilmentShipped',
]);

const memberOf = ({ facts, lines }: Fulfilment): Member | undefined =>
  facts && {
    fulfilmentId: facts.fulfilmentId,
    orderId: facts.orderId,
    orderNumber: facts.orderNumber,
    lines,
  };

/** How one leaves that goes out in another's parcel: what the parcel weighs and costs is told once, with that one. */
const alongWith = (lead: Omit<Data<'FulfilmentShipped'>, 'fulfilmentId'>): Omit<Handover, 'shipmentId'> => {
  const { carrier, service, trackingNumber, occurredAt, promisedAt } = lead;
  return {
    occurredAt,
    ...(carrier === undefined ? {} : { carrier }),
    ...(service === undefined ? {} : { service }),
    ...(trackingNumber === undefined ? {} : { trackingNumber }),
    ...(promisedAt === undefined ? {} : { promisedAt }),
  };
};

/**
 * What one fulfilment order decides and others have to follow: parts of a split, members of a parcel. Done at once by
 * whoever asked, and again by the follower of the log, so that a crash in between leaves nothing half-way; every step
 * is decided by the stream it is about.
 */
@Injectable()
export class Regrouping {
  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly shipments: ShipmentRepository,
    private readonly clock: Clock,
  ) {}

  /** Follows a batch of the log, or what a command has just recorded; repeatable. */
  async follow(events: readonly Told[]): Promise<void> {
    for (const event of events) if (FOLLOWED.has(event.type)) await this.#follow(event);
  }

  async #follow(event: Told): Promise<void> {
    const at = this.clock.now();
    switch (event.type) {
      case 'FulfilmentSplit':
        return this.#makeParts(event, event.data as Data<'FulfilmentSplit'>);
      case 'FulfilmentMerged': {
        return this.#joinOrGoAlone(event, event.data as Data<'FulfilmentMerged'>, at);
      }
      case 'FulfilmentLeft': {
        const { fulfilmentId, memberId, mergeId } = event.data as Data<'FulfilmentLeft'>;
        return this.#decide(memberId, event, (state) => unmerge(fulfilmentId, mergeId, at, state));
      }
      case 'FulfilmentCancelled': {
        const { fulfilmentId, releaseId, reason } = event.data as Data<'FulfilmentCancelled'>;
        if (reason === 'REJOINED' && releaseId !== undefined) {
          return this.#decide(releaseId, event, (state) => rejoin(fulfilmentId, at, state));
        }
        return this.#letGo(event, fulfilmentId, at);
      }
      case 'FulfilmentRejected':
        return this.#letGo(event, (event.data as Data<'FulfilmentRejected'>).fulfilmentId, at);
      case 'FulfilmentShort': {
        const { fulfilmentId, rest } = event.data as Data<'FulfilmentShort'>;
        return rest.length === 0 ? this.#letGo(event, fulfilmentId, at) : undefined;
      }
      case 'FulfilmentShipped': {
        const { members, fulfilmentId, ...lead } = event.data as Data<'FulfilmentShipped'>;
        const handover = alongWith(lead);
        for (const id of members ?? []) {
          const own = { ...handover, shipmentId: shipmentIdOf(id) };
          await this.#decide(id, event, (state) => shipWith(fulfilmentId, own, state));
          await this.#dispatch(id, event);
        }
      }
    }
  }

  /** Those that were to go out with one that is over go on by themselves. */
  async #letGo(event: Told, fulfilmentId: string, at: string): Promise<void> {
    const { members } = (await this.fulfilments.load(fulfilmentId)).state.group;
    for (const { fulfilmentId: id, mergeId } of members) {
      await this.#decide(id, event, (state) => unmerge(fulfilmentId, mergeId, at, state));
    }
  }

  async #makeParts(event: Told, { fulfilmentId, parts }: Data<'FulfilmentSplit'>): Promise<void> {
    const { facts } = (await this.fulfilments.load(fulfilmentId)).state;
    if (!facts) return;
    const settled = await this.fulfilments.handleMany(
      parts.map((part) => ({
        id: part.fulfilmentId,
        decide: (state) => create(partFacts(facts, part), state),
        context: this.#context(event, part.fulfilmentId),
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }

  /** The parcel takes it along; where it cannot any more, it goes out on its own. */
  async #joinOrGoAlone(event: Told, { fulfilmentId: id, into, mergeId }: Data<'FulfilmentMerged'>, at: string) {
    const { state } = await this.fulfilments.load(id);
    const member = memberOf(state);
    if (!member || state.group.mergeId !== mergeId) return;
    try {
      await this.#decide(into, event, (lead) => join(into, member, mergeId, at, lead));
    } catch (error) {
      if (!isRefused(error)) throw error;
      await this.#decide(id, event, (own) => unmerge(into, mergeId, at, own));
    }
  }

  async #dispatch(id: string, event: Told): Promise<void> {
    const facts = shipmentOf((await this.fulfilments.load(id)).state);
    if (!facts) return;
    const context = this.#context(event, id);
    await this.shipments.handle(facts.shipmentId, (state: Shipment) => dispatch(facts, state), context);
  }

  async #decide(id: string, event: Told, decide: (state: Fulfilment) => FulfilmentEvent[]): Promise<void> {
    await this.fulfilments.handle(id, decide, this.#context(event, id));
  }

  #context(event: Told, id: string): CommandContext {
    const { actor, correlationId, traceparent } = event.metadata;
    return {
      actor,
      correlationId,
      causationId: event.id,
      handler: `logistics.regroup.${id}`,
      now: this.clock.now(),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
  }

  /**
   * Who answers a stop of a release: it, its parts where it is split, and for each one that goes out with another's
   * parcel only once that has let it go.
   * @returns ids that answer for themselves, and those that can no longer be let go
   */
  async answering(releaseId: string, context: CommandContext): Promise<{ ids: string[]; late: string[] }> {
    const { state } = await this.fulfilments.load(releaseId);
    const ids = [releaseId, ...state.group.parts.map(({ fulfilmentId }) => fulfilmentId)];
    const late: string[] = [];
    for (const id of ids) {
      const { into } = (await this.fulfilments.load(id)).state.group;
      if (into === null) continue;
      try {
        const left = await this.fulfilments.handle(into, (lead) => leave(into, id, context.now, true, lead), {
          ...context,
          handler: `logistics.leave.${id}`,
        });
        await this.follow(left.events);
      } catch (error) {
        if (!isRefused(error)) throw error;
        late.push(id);
      }
    }
    return { ids, late };
  }

  /** Puts several in the parcel of the first. @throws Refused what keeps the first of them that cannot be */
  async merge(ids: readonly string[], context: CommandContext): Promise<void> {
    const [lead, ...others] = ids;
    if (lead === undefined) return;
    for (const id of others) {
      const mergeId = deterministicId('merge', id, lead, context.correlationId);
      const merged = await this.fulfilments.handle(
        id,
        (state) => mergeInto(id, lead, mergeId, context.now, state),
        context,
      );
      await this.follow(merged.events);
      const { state } = await this.fulfilments.load(id);
      if (state.group.into !== lead)
        throw new Refused('FULFILMENT_STARTED', { fulfilmentId: lead, status: state.status });
    }
  }

  /** Takes one out of the parcel it was given over to. @throws Refused FULFILMENT_NOT_FOUND, FULFILMENT_STARTED */
  async unmerge(id: string, context: CommandContext): Promise<void> {
    const into = await this.#parcelOf(id);
    if (into === null) return;
    const left = await this.fulfilments.handle(into, (lead) => leave(into, id, context.now, false, lead), context);
    await this.follow(left.events);
  }

  /** The events that `unmerge` would record. @throws Refused as it */
  async wouldUnmerge(id: string, context: CommandContext): Promise<object[]> {
    const into = await this.#parcelOf(id);
    if (into === null) return [];
    const { events } = await this.fulfilments.preview(
      into,
      (lead) => leave(into, id, context.now, false, lead),
      context,
    );
    return events.map(({ type, data }) => ({ type, data }));
  }

  /** The one whose parcel takes it along; null when it goes out on its own. */
  async #parcelOf(id: string): Promise<string | null> {
    const { state } = await this.fulfilments.load(id);
    if (!state.facts) throw new Refused('FULFILMENT_NOT_FOUND', { fulfilmentId: id });
    return state.group.into;
  }
}
