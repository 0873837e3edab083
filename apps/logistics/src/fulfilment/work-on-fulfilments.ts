import { Injectable } from '@nestjs/common';
import { isRefused, Refused } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { Clock } from '@orderloom/platform';
import { type BulkEntry, type BulkRequest, contextFor, refusedEntry, runMany } from '@orderloom/service';
import { ReferenceData } from '../data/reference-data.js';
import { isMeasured, planParcels } from '../packing/plan-parcels.js';
import { Regrouping } from '../regroup/regrouping.js';
import { FulfilmentRepository, ShipmentRepository } from '../repositories.js';
import { dispatch } from '../shipment/decide.js';
import { Handovers, type HandoverWish, shipmentIdOf, shipmentOf } from '../shipment/handover.js';
import type { Shipment } from '../shipment/shipment.js';
import { whyNot } from './decide.js';
import type { Fulfilment, Handover, Parcel } from './fulfilment.js';
import { type Action, type ActionInput, decideAction, possibleActions } from './steps.js';

/** What readers see of a fulfilment order: nothing personal. */
export const showFulfilment = (state: Fulfilment): unknown => {
  const { facts, status, handover, label, picked } = state;
  if (!facts) return null;
  const { fulfilmentId, orderId, orderNumber, location, requiredBy, dueAt, promisedAt } = facts;
  return {
    id: fulfilmentId,
    orderId,
    orderNumber,
    location,
    country: facts.shipTo.country,
    status,
    lines: state.lines,
    released: facts.lines,
    picked,
    parcels: state.parcels,
    requiredBy: requiredBy ?? null,
    dueAt: dueAt ?? null,
    promisedAt: promisedAt ?? null,
    overdue: state.overdue,
    label: label ?? null,
    handover: handover ?? null,
    releaseId: facts.releaseId ?? null,
    parts: state.group.parts,
    members: state.group.members,
    mergedInto: state.group.into,
    actions: possibleActions(fulfilmentId, state),
  };
};

/** Carriers booked at the same time. */
const BOOKINGS = 8;

type Input = ActionInput & HandoverWish & { readonly auto?: boolean | undefined };

/** What people do with fulfilment orders, one or many at a time. */
@Injectable()
export class WorkOnFulfilments {
  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly shipments: ShipmentRepository,
    private readonly handovers: Handovers,
    private readonly reference: ReferenceData,
    private readonly regrouping: Regrouping,
    private readonly clock: Clock,
  ) {}

  /** Takes one action on many; one result per id, in the order given. A repeat changes nothing. */
  async run(action: Action, ids: readonly string[], input: Input, request: BulkRequest): Promise<BulkEntry[]> {
    const at = this.clock.now();
    const wanted = [...new Set(ids)];
    const booked = await this.#book(action, wanted, at, input, request);
    const commands = wanted
      .filter((id) => !(booked.get(id) instanceof Refused))
      .map((id) => ({ id, decide: this.#decide(action, id, at, input, booked.get(id)) }));
    const entries = await runMany(this.fulfilments, commands, request, showFulfilment);
    for (const [id, outcome] of booked) {
      if (outcome instanceof Refused) entries.push(refusedEntry(id, outcome, request.context.locale));
    }
    if (action === 'dispatch' && !request.dryRun) {
      const ids = entries.filter((entry) => entry.ok).map(({ id }) => id);
      await this.#dispatch(ids, request);
      await this.#followMembers(entries);
    }
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    return ids.map((id) => byId.get(id) ?? refusedEntry(id, notFound(id), request.context.locale));
  }

  /** As `run` for one. @throws Refused */
  async runOne(
    action: Action,
    id: string,
    input: Input,
    request: BulkRequest,
  ): Promise<Extract<BulkEntry, { ok: true }>> {
    const [entry] = await this.run(action, [id], input, request);
    if (!entry?.ok) throw await this.#again(action, id, input, request, entry);
    return entry;
  }

  #decide(action: Action, id: string, at: string, input: Input, booked: Handover | Refused | undefined) {
    const handover = (state: Fulfilment): Handover =>
      booked && !(booked instanceof Refused) ? booked : this.handovers.make(id, state, at, input);
    return decideAction(action, id, at, input, { handover, parcels: (state) => this.#parcels(state, input) });
  }

  /** The plan where it was asked for, or where somebody has measured what is packed. */
  #parcels(state: Fulfilment, { auto }: Input): readonly Parcel[] | undefined {
    if (state.scans.packed.length > 0) return undefined;
    const data = this.reference.now;
    return auto === true || (auto === undefined && isMeasured(state, data)) ? planParcels(state, data) : undefined;
  }

  /** Carriers are asked before anything is decided; what cannot be done anyway is not booked. */
  async #book(
    action: Action,
    ids: readonly string[],
    at: string,
    input: Input,
    { dryRun }: BulkRequest,
  ): Promise<Map<string, Handover | Refused>> {
    const booked = new Map<string, Handover | Refused>();
    await this.reference.fresh();
    if ((action !== 'dispatch' && action !== 'label') || dryRun) return booked;
    const queue = [...ids];
    const worker = async () => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        const { state } = await this.fulfilments.load(id);
        const step = action === 'label' ? 'label' : 'ship';
        if (whyNot(step, id, state) !== undefined || state.label) continue;
        try {
          booked.set(id, await this.handovers.book(id, state, at, input));
        } catch (error) {
          if (!isRefused(error)) throw error;
          booked.set(id, error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(BOOKINGS, ids.length) }, worker));
    return booked;
  }

  /** The refusal itself, with all it carries (a conflict lists the events since); an entry only names it. */
  async #again(
    action: Action,
    id: string,
    input: Input,
    request: BulkRequest,
    entry: Extract<BulkEntry, { ok: false }> | undefined,
  ): Promise<unknown> {
    try {
      await this.fulfilments.preview(
        id,
        this.#decide(action, id, this.clock.now(), input, undefined),
        contextFor(request),
      );
    } catch (error) {
      if (isRefused(error)) return error;
    }
    return new Refused(entry?.code ?? 'FULFILMENT_NOT_FOUND', { ...entry?.details, fulfilmentId: id });
  }

  /** What goes out in the same parcel has left as well. Killed before, the log's follower says so. */
  async #followMembers(entries: readonly BulkEntry[]): Promise<void> {
    for (const entry of entries) {
      if (!entry.ok || !entry.events.some(takesOthersAlong)) continue;
      const history = await this.fulfilments.history(entry.id);
      await this.regrouping.follow(history.filter(({ type }) => type === 'FulfilmentShipped'));
    }
  }

  /** The shipments of what was handed over. Killed before, the log's follower makes them. */
  async #dispatch(ids: readonly string[], request: BulkRequest): Promise<void> {
    const states = await Promise.all(ids.map(async (id) => (await this.fulfilments.load(id)).state));
    const { expectedRevision: _none, ...context } = contextFor(request);
    const settled = await this.shipments.handleMany(
      states.flatMap((state) => {
        const facts = shipmentOf(state);
        if (!facts) return [];
        const id = shipmentIdOf(facts.fulfilmentId);
        return [
          {
            id,
            decide: (current: Shipment) => dispatch(facts, current),
            context: {
              ...context,
              causationId: deterministicId('dispatch', id),
              handler: 'logistics.dispatch',
              expectNew: true,
            },
          },
        ];
      }),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }
}

const takesOthersAlong = ({ type, data }: { readonly type: string; readonly data: unknown }): boolean =>
  type === 'FulfilmentShipped' && typeof data === 'object' && data !== null && 'members' in data;

const notFound = (fulfilmentId: string): Refused => new Refused('FULFILMENT_NOT_FOUND', { fulfilmentId });
