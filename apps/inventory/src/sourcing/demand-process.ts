import { Injectable } from '@nestjs/common';
import {
  AllocationsReturnedV1,
  AmendmentAppliedV1,
  type EventOf,
  LinesCancelledV1,
  OrderReopenedV1,
} from '@orderloom/contracts';
import type { BatchResult, ReceivedEvent } from '@orderloom/messaging';
import { SourcingRepository, StockRepository } from '../repositories.js';
import { release } from '../stock/decide.js';
import { type Stock, stock, stockId } from '../stock/stock.js';
import { writeOff } from '../stock/write-off.js';
import { causedBy, orderIdOf } from './caused-by.js';
import { changeDemand, type Demand } from './decide.js';
import { Sourcer } from './sourcer.js';
import { type OpenLine, reservationsOfUnits } from './sourcing.js';
import { furtherRequest } from './sourcing-request.js';
import { isUnfilled, LINES_UNFILLED, type Unfilled } from './unfilled.js';

type Failure = BatchResult['failures'][number];
type DemandEvent =
  | Unfilled
  | (ReceivedEvent &
      (
        | EventOf<typeof LinesCancelledV1>
        | EventOf<typeof AllocationsReturnedV1>
        | EventOf<typeof OrderReopenedV1>
        | EventOf<typeof AmendmentAppliedV1>
      ));

/** Facts by which an order needs more or less stock than before. */
export const demandTypes: readonly string[] = [
  LinesCancelledV1.type,
  AllocationsReturnedV1.type,
  LINES_UNFILLED,
  OrderReopenedV1.type,
  AmendmentAppliedV1.type,
];

/** The consumer checked the data against the type's schema before, so the type tells the shape. */
export const isDemand = (event: ReceivedEvent): event is DemandEvent =>
  event.type === LINES_UNFILLED ? isUnfilled(event) : demandTypes.includes(event.type);

/** Units of a reservation that an order gives back. */
interface ReturnedUnits {
  readonly sku: string;
  readonly location: string;
  readonly reservationId: string;
  readonly quantity: number;
}

/** A decision about more units that lost against another one is made again this often. */
const MOST_TRIES = 10;

const demandOf = (event: DemandEvent): Demand => {
  const about = { orderId: orderIdOf(event), orderSequence: Number(event.sequence) };
  if ('wanted' in event.data) {
    const wanted = event.data.wanted.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity }));
    return { ...about, ...('epoch' in event.data ? { epoch: event.data.epoch } : {}), wanted };
  }
  const returned = event.data.lines.map(({ lineId, reservationId, quantity }) => ({ lineId, reservationId, quantity }));
  if (!isUnfilled(event)) return { ...about, returned };
  // A location that refused or did not find the units is not asked again; one whose parcel was lost may be.
  const { reason, location } = event.data;
  return { ...about, returned, again: true, ...(reason === 'RESEND' ? {} : { avoid: location }) };
};

/** Units that come back, with the place they were reserved at. */
const returnedIn = (event: DemandEvent): ReturnedUnits[] => {
  if ('wanted' in event.data) return [];
  if (isUnfilled(event)) return event.data.lines.map((line) => ({ ...line, location: event.data.location }));
  return event.data.lines.flatMap((line) => ('location' in line ? [line] : []));
};

const reasonOf = (event: DemandEvent): string => ('reason' in event.data ? event.data.reason : event.type);

/** Lines an order wants after the last of these facts; undefined when none says so. */
export const wantedAfter = (events: readonly ReceivedEvent[]): readonly OpenLine[] | undefined =>
  events
    .filter(isDemand)
    .flatMap((event) => ('wanted' in event.data ? [demandOf(event).wanted ?? []] : []))
    .at(-1)
    ?.filter(({ quantity }) => quantity > 0);

/** Follows what orders need once they were decided about: gives back what they return, and looks for what is more. */
@Injectable()
export class DemandProcess {
  constructor(
    private readonly sourcing: SourcingRepository,
    private readonly ledgers: StockRepository,
    private readonly sourcer: Sourcer,
  ) {}

  /** Repeatable: killed in between, the same batch does what is missing. */
  async handle(events: readonly DemandEvent[], now: string): Promise<Failure[]> {
    if (events.length === 0) return [];
    const settled = await this.sourcing.handleMany(
      events.map((event) => ({
        id: orderIdOf(event),
        decide: (state) => changeDemand(demandOf(event), state),
        context: causedBy(event, 'inventory.demand', now),
      })),
    );
    const failures: Failure[] = settled.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ event: events[index]!, error: outcome.error }],
    );
    const failed = new Set(failures.map(({ event }) => event.subject));
    const done = events.filter((event) => !failed.has(event.subject));
    await this.#giveBack(done, now);
    await this.#sourceMore(done, now);
    return failures;
  }

  async #giveBack(events: readonly DemandEvent[], now: string): Promise<void> {
    const returned = events.flatMap((event) =>
      returnedIn(event).map((line) => ({ event, line, reason: reasonOf(event) })),
    );
    const places = await this.#inLedgers(returned);
    const settled = await this.ledgers.handleMany(
      places.map(({ event, line: { sku, location, reservationId, quantity }, reason }) => ({
        id: stockId(location, sku),
        decide: (state: Stock) => {
          const freed = release(
            { sku, location, reservationId, reason, part: { releaseId: event.id, quantity } },
            state,
          );
          if (!isUnfilled(event) || event.data.reason !== 'SHORT') return freed;
          // Units that were not where the ledger had them go in the same decision: nobody may be promised them between.
          const adjustmentId = `${event.id}:${reservationId}`;
          const gone = { sku, location, quantity, reason: 'SHORT_PICK', adjustmentId, today: now.slice(0, 10) };
          return [...freed, ...writeOff(gone, freed.reduce(stock.evolve, state))];
        },
        context: causedBy(event, `inventory.return.${reservationId}`, now),
      })),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }

  /** The reservations in ledgers that returned units stand for: those of the components where it is a bundle's. */
  async #inLedgers<R extends { event: DemandEvent; line: ReturnedUnits }>(returned: readonly R[]): Promise<R[]> {
    const orders = [...new Set(returned.map(({ event }) => orderIdOf(event)))];
    const bundles = new Map(
      (await Promise.all(orders.map(async (id) => Object.values((await this.sourcing.load(id)).state.bundles))))
        .flat()
        .map((one) => [one.reservationId, one]),
    );
    return returned.flatMap((one) => {
      const bundle = bundles.get(one.line.reservationId);
      if (!bundle) return [one];
      return reservationsOfUnits(bundle, one.line.quantity).map((part) => ({ ...one, line: { ...one.line, ...part } }));
    });
  }

  async #sourceMore(events: readonly DemandEvent[], now: string): Promise<void> {
    const last = new Map(events.map((event) => [orderIdOf(event), event]));
    let open = [...last.keys()];
    for (let attempt = 0; open.length > 0; attempt++) {
      if (attempt === MOST_TRIES) throw new Error(`no decision about ${open.join(', ')} could be recorded`);
      const states = await Promise.all(open.map(async (id) => ({ id, state: (await this.sourcing.load(id)).state })));
      const waiting = states.filter(({ state }) => state.status === 'DECIDED' && state.pending.length > 0);
      const outcomes = await this.sourcer.sourceMore(
        waiting.map(({ id, state }) => {
          const lines = state.open.filter(({ lineId }) => state.pending.includes(lineId));
          return furtherRequest(id, state, lines, causedBy(last.get(id)!, `inventory.demand.${attempt}`, now));
        }),
      );
      for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
      // One that lost against another decision, or found the demand changed again, looks once more.
      open = waiting.map(({ id }) => id);
    }
  }
}
