import { Injectable } from '@nestjs/common';
import { isRefused, Refused } from '@orderloom/contracts';
import { deterministicId } from '@orderloom/event-sourcing';
import { Clock } from '@orderloom/platform';
import { type BulkEntry, type CommandRequest, contextFor, refusedEntry, runMany } from '../command-answer.js';
import { Regrouping } from '../regroup/regrouping.js';
import { FulfilmentRepository, ShipmentRepository } from '../repositories.js';
import { dispatch } from '../shipment/decide.js';
import { Handovers, type HandoverWish, shipmentIdOf, shipmentOf } from '../shipment/handover.js';
import type { Shipment } from '../shipment/shipment.js';
import type { Fulfilment } from './fulfilment.js';
import { type Action, type ActionInput, decideAction, possibleActions } from './steps.js';

/** What readers see of a fulfilment order: nothing personal. */
export const showFulfilment = (state: Fulfilment): unknown => {
  const { facts, status, handover } = state;
  if (!facts) return null;
  const { fulfilmentId, orderId, orderNumber, location, lines, requiredBy } = facts;
  return {
    id: fulfilmentId,
    orderId,
    orderNumber,
    location,
    country: facts.shipTo.country,
    status,
    lines,
    parcels: state.parcels,
    requiredBy: requiredBy ?? null,
    handover: handover ?? null,
    releaseId: facts.releaseId ?? null,
    parts: state.group.parts,
    members: state.group.members,
    mergedInto: state.group.into,
    actions: possibleActions(fulfilmentId, state),
  };
};

/** What people do with fulfilment orders, one or many at a time. */
@Injectable()
export class WorkOnFulfilments {
  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly shipments: ShipmentRepository,
    private readonly handovers: Handovers,
    private readonly regrouping: Regrouping,
    private readonly clock: Clock,
  ) {}

  /** Takes one action on many; one result per id, in the order given. A repeat changes nothing. */
  async run(
    action: Action,
    ids: readonly string[],
    input: ActionInput & HandoverWish,
    request: CommandRequest,
  ): Promise<BulkEntry[]> {
    const at = this.clock.now();
    const commands = [...new Set(ids)].map((id) => {
      const handover = (state: Fulfilment) => this.handovers.make(id, state.facts?.shipTo.country ?? '', at, input);
      return { id, decide: decideAction(action, id, at, input, handover) };
    });
    const entries = await runMany(this.fulfilments, commands, request, showFulfilment);
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
    input: ActionInput & HandoverWish,
    request: CommandRequest,
  ): Promise<Extract<BulkEntry, { ok: true }>> {
    const [entry] = await this.run(action, [id], input, request);
    if (!entry?.ok) throw await this.#again(action, id, input, request, entry);
    return entry;
  }

  /** The refusal itself, with all it carries (a conflict lists the events since); an entry only names it. */
  async #again(
    action: Action,
    id: string,
    input: ActionInput & HandoverWish,
    request: CommandRequest,
    entry: Extract<BulkEntry, { ok: false }> | undefined,
  ): Promise<unknown> {
    const at = this.clock.now();
    const handover = (state: Fulfilment) => this.handovers.make(id, state.facts?.shipTo.country ?? '', at, input);
    try {
      await this.fulfilments.preview(id, decideAction(action, id, at, input, handover), contextFor(request));
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
  async #dispatch(ids: readonly string[], request: CommandRequest): Promise<void> {
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
