import type { FulfilmentEvent, ShipmentEvent, SourcingEvent, StockEvent } from '@orderloom/contracts';
import { Refused } from '@orderloom/contracts';
import {
  cancelSourcing,
  changeDemand,
  recordDecision,
  recordFurtherDecision,
} from '@orderloom/inventory/sourcing/decide';
import { type Decision, type OpenLine, sourcing } from '@orderloom/inventory/sourcing/sourcing';
import { consume, receive, release, reserveUpTo } from '@orderloom/inventory/stock/decide';
import { stock } from '@orderloom/inventory/stock/stock';
import * as work from '@orderloom/logistics/fulfilment/decide';
import { cancel as cancelFulfilment, create, inTurn, ship } from '@orderloom/logistics/fulfilment/decide';
import { stop } from '@orderloom/logistics/fulfilment/decide-stop';
import { fulfilment } from '@orderloom/logistics/fulfilment/fulfilment';
import { deliver, dispatch } from '@orderloom/logistics/shipment/decide';
import { shipmentOf } from '@orderloom/logistics/shipment/handover';
import { shipment } from '@orderloom/logistics/shipment/shipment';
import { commandOf } from '@orderloom/order/fulfilment/order-process';
import { DEFAULT_AMENDMENT_POLICY } from '@orderloom/order/order/amend-policy';
import { acceptAmendment, proposeAmendment } from '@orderloom/order/order/decide-amend';
import { cancel, cancelLines, isOver } from '@orderloom/order/order/decide-cancel';
import { reopen } from '@orderloom/order/order/decide-end';
import { capturePayment } from '@orderloom/order/order/decide-payment';
import { succeedRefund } from '@orderloom/order/order/decide-refund';
import { requestStop } from '@orderloom/order/order/decide-stop';
import { submit } from '@orderloom/order/order/decide-submit';
import type { OrderEvent } from '@orderloom/order/order/events';
import { evolve, initial, type Order } from '@orderloom/order/order/order';
import { fold, LATER, NOW, ORDER_ID, soldLine, submitCommand } from '@orderloom/order/order/order.fixtures';
import { lineInvariantHolds } from '@orderloom/order/order/quantities';
import fc from 'fast-check';

/** A stream with everything recorded in it, and how far each of those who hear of it has got. */
class Stream<S, E extends { type: string; data: unknown }> {
  readonly events: E[] = [];
  constructor(
    public state: S,
    readonly fold: (state: S, event: E) => S,
  ) {}

  /** Records what a command decides; what is refused is left alone, as a consumer leaves it. @returns whether it was refused */
  run(decide: (state: S) => E[]): boolean {
    try {
      for (const event of decide(this.state)) {
        this.events.push(event);
        this.state = this.fold(this.state, event);
      }
      return false;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return true;
    }
  }
}

type Heard = { stream: string; sequence: number; type: string; data: never };
const LOCATION = 'MAIN';
const SKUS = ['SKU-1', 'SKU-2', 'SKU-9'] as const;

/** Order, inventory and logistics with one order, decided by the deciders of the services; only the wire is played. */
class World {
  readonly order = new Stream<Order, OrderEvent>(initial(), evolve);
  readonly sourcing = new Stream(
    sourcing.initial(),
    sourcing.evolve as (
      s: ReturnType<typeof sourcing.initial>,
      e: SourcingEvent,
    ) => ReturnType<typeof sourcing.initial>,
  );
  readonly stocks = new Map(
    SKUS.map((sku) => [sku as string, new Stream(stock.initial(), (s, e: StockEvent) => stock.evolve(s, e))]),
  );
  readonly fulfilments = new Map<string, Stream<ReturnType<typeof fulfilment.initial>, FulfilmentEvent>>();
  readonly shipments = new Map<string, Stream<ReturnType<typeof shipment.initial>, ShipmentEvent>>();
  /** How far each hearer is in each stream. */
  readonly heard = new Map<string, number>();

  constructor(terms: 'prepaid' | 'invoice' | 'cod', firstStock: number) {
    const lines = [soldLine(1, 3, 1000), soldLine(2, 2, 550, 100)];
    this.order.run((order) => submit(submitCommand({ paymentTerms: terms, lines }), order));
    this.receive(firstStock);
  }

  receive(quantity: number): void {
    if (quantity === 0) return;
    for (const [sku, one] of this.stocks) one.run((state) => receive({ sku, location: LOCATION, quantity }, state));
  }

  #fulfilment(id: string) {
    const known =
      this.fulfilments.get(id) ?? new Stream(fulfilment.initial(), (s, e: FulfilmentEvent) => fulfilment.evolve(s, e));
    this.fulfilments.set(id, known);
    return known;
  }

  /** Everybody who hears of a stream. */
  links(): { name: string; events: readonly { type: string; data: unknown }[]; hear: (event: Heard) => boolean }[] {
    return [
      { name: 'order>inventory', events: this.order.events, hear: (event) => this.#inventory(event) },
      { name: 'order>logistics', events: this.order.events, hear: (event) => this.#logistics(event) },
      { name: 'sourcing>order', events: this.sourcing.events, hear: (event) => this.#order('inventory', event) },
      ...[...this.fulfilments].map(([id, { events }]) => ({
        name: `${id}>order`,
        events,
        hear: (event: Heard) => this.#order('logistics', event),
      })),
      ...[...this.shipments].flatMap(([id, { events }]) => [
        { name: `${id}>order`, events, hear: (event: Heard) => this.#order('logistics', event) },
        { name: `${id}>inventory`, events, hear: (event: Heard) => this.#consume(event) },
      ]),
    ];
  }

  /** Delivers the next message of a link, or goes back and delivers some again. */
  deliver(index: number, back: number): boolean {
    const links = this.links();
    const link = links[index % links.length];
    if (link === undefined) return false;
    const position = Math.max(0, (this.heard.get(link.name) ?? 0) - back);
    const event = link.events[position];
    if (event === undefined) return false;
    const refused = link.hear({ stream: link.name, sequence: position, ...event } as Heard);
    // What is refused is parked and tried again; what lies behind it waits.
    if (!refused) this.heard.set(link.name, position + 1);
    return !refused;
  }

  #order(service: 'inventory' | 'logistics', { type, data }: Heard): boolean {
    const known = [
      'SourcingDecided',
      'ShipmentDispatched',
      'ShipmentDelivered',
      'FulfilmentCancelled',
      'FulfilmentStopRefused',
    ];
    if (!known.includes(type)) return false;
    return this.order.run((order) =>
      commandOf({ type: `orderloom.${service}.${type}.v1`, data } as never, order, LATER),
    );
  }

  #reserve(lines: readonly OpenLine[], epoch: number, kind: 'first' | 'more' | 'again'): void {
    const number = kind === 'first' ? 0 : this.sourcing.state.decisionIds.length;
    const made = lines.map((line) => {
      const one = this.stocks.get(line.sku);
      const reservationId = `D${number}:${line.lineId}`;
      const command = {
        sku: line.sku,
        location: LOCATION,
        reservationId,
        orderId: ORDER_ID,
        lineId: line.lineId,
        quantity: line.quantity,
      };
      one?.run((state) => reserveUpTo(command, Number.MAX_SAFE_INTEGER, state));
      return { line, reservationId, quantity: one?.state.live.get(reservationId)?.quantity ?? 0 };
    });
    const told = kind === 'again' ? made.filter(({ quantity }) => quantity > 0) : made;
    if (told.length === 0) return;
    const decision = {
      orderId: ORDER_ID,
      decisionId: `D${number}`,
      ...(epoch === 0 ? {} : { epoch }),
      lines: told.map(({ line, reservationId, quantity }) => ({
        lineId: line.lineId,
        sku: line.sku,
        requested: line.quantity,
        allocations: quantity === 0 ? [] : [{ location: LOCATION, quantity, reservationId }],
        backordered: line.quantity - quantity,
        reason: 'R',
        candidates: [],
      })),
    } as Decision;
    this.sourcing.run((state) =>
      kind === 'first' ? recordDecision(decision, state) : recordFurtherDecision(decision, number, state),
    );
    const kept = new Set(
      this.sourcing.state.status === 'CANCELLED' ? [] : this.sourcing.state.allocations.map((one) => one.reservationId),
    );
    for (const { line, reservationId, quantity } of made)
      if (quantity > 0 && !kept.has(reservationId)) this.#free(line.sku, reservationId);
  }

  #free(sku: string, reservationId: string, part?: { releaseId: string; quantity: number }): void {
    this.stocks
      .get(sku)
      ?.run((state) =>
        release(
          { sku, location: LOCATION, reservationId, reason: 'R', ...(part === undefined ? {} : { part }) },
          state,
        ),
      );
  }

  #inventory({ type, data, sequence }: Heard): boolean {
    const event = { type, data } as OrderEvent;
    switch (event.type) {
      case 'OrderConfirmed': {
        const first = this.order.events[0]?.data as { lines: { lineId: string; sku: string; quantity: number }[] };
        if (this.sourcing.state.status === 'NONE')
          this.#reserve(
            first.lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity })),
            0,
            'first',
          );
        return false;
      }
      case 'OrderCancelled': {
        const { epoch = 0 } = event.data;
        this.sourcing.run((state) => cancelSourcing(ORDER_ID, 'R', state, epoch));
        if (this.sourcing.state.status !== 'CANCELLED') return false;
        for (const { sku, reservationId } of this.sourcing.state.allocations) this.#free(sku, reservationId);
        return false;
      }
      case 'AllocationsReturned': {
        const { lines } = event.data;
        const returned = lines.map(({ lineId, reservationId, quantity }) => ({ lineId, reservationId, quantity }));
        this.sourcing.run((state) => changeDemand({ orderId: ORDER_ID, orderSequence: sequence, returned }, state));
        for (const { sku, reservationId, quantity } of lines)
          this.#free(sku, reservationId, { releaseId: `e${sequence}`, quantity });
        return false;
      }
      case 'LinesCancelled':
      case 'AmendmentApplied':
      case 'OrderReopened': {
        const epoch = event.type === 'OrderReopened' ? { epoch: event.data.epoch } : {};
        const wanted = event.data.wanted.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity }));
        this.sourcing.run((state) =>
          changeDemand({ orderId: ORDER_ID, orderSequence: sequence, ...epoch, wanted }, state),
        );
        const { status, pending, open, epoch: now } = this.sourcing.state;
        if (status === 'DECIDED' && pending.length > 0)
          this.#reserve(
            open.filter(({ lineId }) => pending.includes(lineId)),
            now,
            'more',
          );
        return false;
      }
      default:
        return false;
    }
  }

  /** Goods have come: what waits is decided about again. */
  again(): void {
    const { status, open, epoch } = this.sourcing.state;
    if (status === 'DECIDED' && open.length > 0) this.#reserve(open, epoch, 'again');
  }

  #consume({ type, data }: Heard): boolean {
    if (type !== 'ShipmentDispatched') return false;
    const { shipmentId, lines } = data as {
      shipmentId: string;
      lines: { sku: string; reservationId: string; quantity: number }[];
    };
    return lines
      .map(({ sku, reservationId, quantity }) =>
        this.stocks
          .get(sku)
          ?.run((state) => consume({ sku, location: LOCATION, reservationId, quantity, shipmentId }, state)),
      )
      .some((refused) => refused === true);
  }

  #logistics({ type, data }: Heard): boolean {
    const event = { type, data } as OrderEvent;
    if (event.type === 'FulfilmentReleased') {
      const { number, ...facts } = event.data;
      return this.#fulfilment(facts.fulfilmentId).run((state) =>
        create({ ...facts, orderId: ORDER_ID, orderNumber: number } as never, state),
      );
    }
    if (event.type === 'OrderCancelled') {
      for (const one of this.fulfilments.values())
        one.run((state) => cancelFulfilment('R', LATER, state, event.data.epoch));
      return false;
    }
    if (event.type === 'StopRequested') {
      const { stopId, fulfilmentIds } = event.data;
      return fulfilmentIds
        .map((releaseId) =>
          this.#fulfilment(releaseId).run((state) => stop({ stopId, releaseId, reason: 'R', at: LATER }, state)),
        )
        .some(Boolean);
    }
    return false;
  }

  /** Somebody in the warehouse takes a fulfilment order so many steps on. */
  work(index: number, steps: number): void {
    const [id, one] = [...this.fulfilments][index % Math.max(1, this.fulfilments.size)] ?? [];
    if (id === undefined || one === undefined) return;
    const handover = { shipmentId: `S-${id}`, carrier: 'c', trackingNumber: 't', occurredAt: LATER };
    const all: work.Decide[] = [
      (state) => work.accept(id, LATER, state),
      (state) => work.startPicking(id, LATER, state),
      (state) => work.completePicking(id, LATER, state),
      (state) => work.startPacking(id, LATER, state),
      (state) => work.completePacking(id, LATER, state),
      (state) => ship(id, handover, state),
    ];
    one.run(inTurn(fulfilment.evolve, ...all.slice(0, steps)));
    const facts = shipmentOf(one.state);
    if (facts === undefined) return;
    const parcel =
      this.shipments.get(facts.shipmentId) ??
      new Stream(shipment.initial(), (s, e: ShipmentEvent) => shipment.evolve(s, e));
    this.shipments.set(facts.shipmentId, parcel);
    parcel.run((state) => dispatch(facts, state));
    if (steps > 6) parcel.run((state) => deliver(facts.shipmentId, LATER, state));
  }

  /** The provider pays what is asked for, and pays back. */
  money(): void {
    for (const { paymentId, status, amount } of this.order.state.payments) {
      if (status !== 'CREATED') continue;
      const paid = { paymentId, amount, currency: 'EUR', providerReference: 'r', occurredAt: LATER, now: LATER };
      this.order.run((order) => capturePayment(paid, order));
    }
    for (const { refundId } of this.order.state.refunds) {
      this.order.run((order) => succeedRefund({ refundId, providerReference: 'r', occurredAt: LATER }, order));
    }
  }

  /** Lets everything come to rest. */
  settle(): void {
    this.receive(100);
    for (let round = 0; round < 40; round++) {
      const before = this.#size();
      this.again();
      this.money();
      for (let index = 0; index < this.links().length; index++) while (this.deliver(index, 0));
      for (let index = 0; index < this.fulfilments.size; index++) this.work(index, 7);
      for (const { amendmentId } of this.order.state.amendments)
        this.order.run((order) => acceptAmendment({ amendmentId, now: LATER }, order));
      if (this.#size() === before && round > 0) return;
    }
    throw new Error('it does not come to rest');
  }

  #size(): number {
    const streams = [
      this.order,
      this.sourcing,
      ...this.stocks.values(),
      ...this.fulfilments.values(),
      ...this.shipments.values(),
    ];
    return streams.reduce((sum, { events }) => sum + events.length, 0);
  }

  /** Names everything that does not agree in the end. */
  problems(): string[] {
    const { state } = this.order;
    const problems: string[] = [];
    const say = (wrong: boolean, what: string) => (wrong ? problems.push(what) : 0);
    say(!isOver(state), `the order is ${state.status}`);
    say(!state.lines.every(lineInvariantHolds), 'quantities contradict each other');
    for (const [sku, { state: one }] of this.stocks) {
      say(one.reserved !== 0 || [...one.live].length > 0, `${sku}: ${one.reserved} are still set aside`);
      const shipped = state.lines.filter((line) => line.sku === sku).reduce((sum, line) => sum + line.shipped, 0);
      say(one.consumed !== shipped, `${sku}: ${shipped} shipped, ${one.consumed} taken out`);
    }
    for (const { events } of this.fulfilments.values()) {
      say(events.filter(({ type }) => type === 'FulfilmentShipped').length > 1, 'handed over twice');
    }
    const paidBack = state.ledger.captured - state.ledger.refunded;
    const owed = Math.max(0, state.ledger.sold - state.ledger.cancelled - state.ledger.credited);
    say(paidBack > owed, `${paidBack} kept of ${owed} owed`);
    if (JSON.stringify(fold(this.order.events)) !== JSON.stringify(state)) problems.push('folding twice differs');
    return problems;
  }
}

type Step = (world: World) => void;
const quantity = fc.integer({ min: 0, max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.nat(7), fc.constantFrom(0, 0, 1, 3, 9)).map(
      ([link, back]): Step =>
        (w) =>
          void w.deliver(link, back),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 7 })).map(
      ([index, steps]): Step =>
        (w) =>
          w.work(index, steps),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((w) => w.money()) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1, 2).map(
      (units): Step =>
        (w) => {
          w.receive(units);
          w.again();
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(3).map(
      (n): Step =>
        (w) =>
          void w.order.run((o) => requestStop({ stopId: `T${n}`, reason: 'R', now: NOW }, o)),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((w) => void w.order.run((o) => cancel({ reason: 'R', now: NOW }, o))) },
  { weight: 1, arbitrary: fc.constant<Step>((w) => void w.order.run((o) => reopen({ reason: 'R', now: NOW }, o))) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(4), fc.constantFrom('L1', 'L2', 'L3'), fc.integer({ min: 1, max: 2 })).map(
      ([n, lineId, units]): Step =>
        (w) =>
          void w.order.run((o) =>
            cancelLines({ cancellationId: `C${n}`, reason: 'R', lines: [{ lineId, quantity: units }], now: NOW }, o),
          ),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(4), fc.constantFrom('L1', 'L2'), quantity, fc.boolean()).map(
      ([n, lineId, units, add]): Step =>
        (w) => {
          const changes = add
            ? { added: [{ sku: 'SKU-9', name: 'Product 9', quantity: units + 1, unitPrice: 300, discount: 0 }] }
            : { lines: [{ lineId, quantity: units }] };
          w.order.run((o) =>
            proposeAmendment(
              { amendmentId: `A${n}`, requestedBy: 'CUSTOMER', reason: 'R', changes, now: NOW },
              DEFAULT_AMENDMENT_POLICY,
              o,
            ),
          );
        },
    ),
  },
);

describe('order, inventory and logistics together', () => {
  it('bring every order to one end with nothing left set aside, whatever is told late, twice or in another order', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('prepaid' as const, 'invoice' as const, 'cod' as const),
        fc.nat(6),
        fc.array(step, { maxLength: 40 }),
        (terms, stocked, steps) => {
          const world = new World(terms, stocked);
          for (const one of steps) one(world);
          world.settle();
          const problems = world.problems();
          if (problems.length > 0) throw new Error(problems.join('; '));
        },
      ),
      { numRuns: Number(process.env['PROCESS_RUNS'] ?? 10_000) },
    );
  }, 180_000);
});
