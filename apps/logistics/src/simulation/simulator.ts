import { Injectable } from '@nestjs/common';
import { type FulfilmentEvent, isRefused, type ShipmentEvent } from '@orderloom/contracts';
import type { CommandContext, EventBatch, RecordedEvent, Settled } from '@orderloom/event-sourcing';
import { InjectSettings, Logger, Metrics } from '@orderloom/platform';
import { OWN_FLEET } from '../carriers/own-fleet.js';
import { ReferenceData } from '../data/reference-data.js';
import { endedStatuses, type Fulfilment } from '../fulfilment/fulfilment.js';
import { isMeasured, planParcels } from '../packing/plan-parcels.js';
import { FulfilmentRepository, ShipmentRepository } from '../repositories.js';
import type { LogisticsSettings } from '../settings.js';
import { dispatch } from '../shipment/decide.js';
import { Handovers, shipmentOf } from '../shipment/handover.js';
import { type Shipment, type ShipmentFacts, shipment } from '../shipment/shipment.js';
import { Views } from '../views.js';
import { transitTime } from './durations.js';
import { type CarrierWorld } from './incidents.js';
import { SimulationTime } from './simulation-time.js';
import { advanceFulfilment, advanceShipment, firstScanAfter, nextFulfilmentStep, nextShipmentStep } from './steps.js';
import { afterRefusal, type Timer, type TimerKind, Timers } from './timers.js';

/** Timers worked off together. */
const BATCH = 500;
/** While steps follow each other closely they are gathered for this long, ms of wall time. */
const LINGER_MS = 15;
/** After a failure the next try comes after this long, ms. */
const RETRY_MS = 1_000;

/** Who the steps of the simulation are recorded as; the log follower needs not set timers for these. */
export const SIMULATION_ACTOR = 'simulation';

/** From these on a fulfilment order waits to be taken on. */
const BEGINNINGS = ['FulfilmentCreated', 'FulfilmentRejoined', 'FulfilmentUnmerged'];

const ID_AND_ORDER = { projection: { orderId: 1 } } as const;

const context = (id: string, now: string, correlationId: string): CommandContext => ({
  actor: SIMULATION_ACTOR,
  correlationId,
  handler: `logistics.simulation.${id}`,
  now,
});

/**
 * Plays the warehouse and the carriers on the simulation clock. Events set timers; when timers are due, hundreds of
 * steps are taken together, each entity's in one append. Sleeps until the next timer: an idle system does nothing.
 */
@Injectable()
export class Simulator {
  readonly #warehouse: boolean;
  readonly #carrier: boolean;
  #wake: (() => void) | undefined;
  #woken = false;
  #adopted = false;

  constructor(
    private readonly fulfilments: FulfilmentRepository,
    private readonly shipments: ShipmentRepository,
    private readonly timers: Timers,
    private readonly time: SimulationTime,
    private readonly handovers: Handovers,
    private readonly views: Views,
    private readonly reference: ReferenceData,
    private readonly logger: Logger,
    metrics: Metrics,
    @InjectSettings() settings: LogisticsSettings,
  ) {
    this.#warehouse = settings.WAREHOUSE_MODE === 'simulated';
    this.#carrier = settings.CARRIER_MODE === 'simulated';
    metrics.gauge({
      name: 'orderloom_simulation_stuck',
      help: 'Steps of the simulation that were refused too often and wait for a person.',
      async collect() {
        this.set(await timers.countStuck().catch(() => Number.NaN));
      },
    });
  }

  /** Takes a batch of the own log in: sets the first timers, and makes the shipment of what a person handed over. */
  async follow({ events }: Pick<EventBatch, 'events'>): Promise<void> {
    if (events.some((event) => event.type === 'SimulationClockSet')) await this.time.refresh();
    await this.reference.fresh();
    const shipped = events.filter((event) => event.type === 'FulfilmentShipped' && !bySimulation(event));
    const started = events.flatMap((event) => this.#firstTimer(event));
    await this.#dispatchAfter(shipped);
    await this.timers.begin(started);
    if (started.length > 0 || events.some((event) => event.type === 'SimulationClockSet')) this.wake();
  }

  /** Works until told to stop; the answer waits until the batch in hand is done. */
  run(signal: AbortSignal): () => Promise<void> {
    signal.addEventListener('abort', () => this.wake(), { once: true });
    this.#adopted = false;
    const running = this.#loop(signal);
    return () => running;
  }

  /** True once what was begun before has its timers. */
  get adopted(): boolean {
    return this.#adopted;
  }

  /** Something may be due earlier than was known. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Takes all steps that are due now. @returns how many timers were worked off */
  async tick(): Promise<number> {
    const now = this.time.now();
    const due = await this.timers.due(now, BATCH);
    if (due.length === 0) return 0;
    await this.reference.fresh();
    const wall = this.time.wall();
    const next: Timer[] = [];
    const over: Timer[] = [];
    const leaving = await this.#advanceFulfilments(due, now, wall, next, over);
    const moving = due.filter((timer) => timer.kind === 'shipment').map((timer) => ({ timer, facts: undefined }));
    await this.#advanceShipments([...leaving, ...moving], now, wall, next, over);
    await this.timers.settle(next, over);
    return due.length;
  }

  /**
   * Sets timers for what was begun while people did the work: a change of the settings leaves nothing lying. Timers
   * that are set stay as they are.
   */
  async #adopt(): Promise<void> {
    const { fulfilments, shipments } = this.views;
    if (this.#warehouse) {
      const open = { status: { $nin: [...endedStatuses] } };
      await this.#beginAll('fulfilment', fulfilments.collection().find(open, ID_AND_ORDER));
    }
    if (this.#carrier) {
      const over = ['DELIVERED' as const, 'RETURNED_TO_SENDER' as const, 'LOST' as const];
      const onTheWay = { status: { $nin: over }, carrier: { $nin: this.#notSimulated() } };
      await this.#beginAll('shipment', shipments.collection().find(onTheWay, ID_AND_ORDER));
    }
  }

  async #beginAll(kind: TimerKind, found: AsyncIterable<{ _id: string; orderId: string }>): Promise<void> {
    const due = this.time.now();
    const timers: Timer[] = [];
    for await (const { _id, orderId } of found) {
      timers.push({ kind, id: _id, due, correlation: orderId });
      if (timers.length === BATCH) await this.timers.begin(timers.splice(0));
    }
    await this.timers.begin(timers);
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#woken = false;
        if (!this.#adopted) {
          await Promise.all([this.time.refresh(), this.reference.fresh()]);
          await this.#adopt();
          this.#adopted = true;
        }
        const worked = await this.tick();
        if (worked === BATCH) continue;
        const next = await this.timers.next();
        const wait = next === undefined ? undefined : this.time.until(next);
        await this.#sleep(wait === undefined ? undefined : Math.max(LINGER_MS, wait), signal);
      } catch (error) {
        this.logger.warn({ err: error }, 'the simulation could not take its steps; trying again');
        await this.#sleep(RETRY_MS, signal);
      }
    }
  }

  /** Sleeps until a time or until woken. Timers of Node reach 24 days only, so long waits are cut. */
  async #sleep(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (this.#woken || signal.aborted) {
      // Gathers what comes close together.
      await new Promise((resolve) => setTimeout(resolve, signal.aborted ? 0 : LINGER_MS));
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, Math.min(ms, 2 ** 31 - 1));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #firstTimer(event: RecordedEvent): Timer[] {
    const at = this.time.at(event.recordedAt);
    const correlation = event.metadata.correlationId;
    if (BEGINNINGS.includes(event.type) && this.#warehouse) {
      const id = event.streamId.slice('fulfilment-'.length);
      return [{ kind: 'fulfilment', id, due: at + this.time.durations.accept, correlation }];
    }
    if (event.type === 'ShipmentDispatched' && this.#carrier && !bySimulation(event)) {
      const facts = event.data as ShipmentFacts;
      if (!this.isSimulated(facts.carrier)) return [];
      const due = at + firstScanAfter(facts, this.time.durations);
      return [{ kind: 'shipment', id: facts.shipmentId, due, correlation }];
    }
    return [];
  }

  /** A handover by hand is two appends; whatever happened between them, the shipment is made. */
  async #dispatchAfter(shipped: readonly RecordedEvent[]): Promise<void> {
    if (shipped.length === 0) return;
    const loaded = await Promise.all(
      shipped.map(async (event) => ({
        event,
        state: (await this.fulfilments.load(event.streamId.slice('fulfilment-'.length))).state,
      })),
    );
    const settled = await this.shipments.handleMany(
      loaded.flatMap(({ event, state }) => {
        const facts = shipmentOf(state);
        if (!facts) return [];
        const { actor, correlationId } = event.metadata;
        return [
          {
            id: facts.shipmentId,
            decide: (current: Shipment) => dispatch(facts, current),
            context: {
              actor,
              correlationId,
              causationId: event.id,
              handler: 'logistics.dispatch',
              now: this.time.wall(),
            },
          },
        ];
      }),
    );
    for (const outcome of settled) if (!outcome.ok) throw outcome.error;
  }

  async #advanceFulfilments(
    due: readonly Timer[],
    now: number,
    wall: string,
    next: Timer[],
    over: Timer[],
  ): Promise<{ timer: Timer; facts: ShipmentFacts | undefined }[]> {
    const { durations } = this.time;
    const timers = due.filter((timer) => timer.kind === 'fulfilment');
    const dues: (number | undefined)[] = timers.map(() => undefined);
    const handover = (state: Fulfilment, at: string) => this.handovers.make(state.facts?.fulfilmentId ?? '', state, at);
    const data = this.reference.now;
    const parcels = (state: Fulfilment) => (isMeasured(state, data) ? planParcels(state, data) : undefined);
    const settled: Settled<Fulfilment, FulfilmentEvent>[] = await this.fulfilments.handleMany(
      timers.map(({ id, due: at, correlation }, index) => ({
        id,
        decide: (state: Fulfilment) => {
          // People took over: what was begun by the simulation is theirs to finish.
          if (!this.#warehouse) return [];
          const advanced = advanceFulfilment(state, at, now, wall, durations, handover, parcels);
          dues[index] = advanced.due;
          return advanced.events;
        },
        context: context(id, wall, correlation),
      })),
    );
    const leaving: { timer: Timer; facts: ShipmentFacts | undefined }[] = [];
    settled.forEach((outcome, index) => {
      const timer = timers[index]!;
      if (!outcome.ok) {
        this.#refused(timer, outcome.error, now, next, over);
        return;
      }
      const { state } = outcome.value;
      const nextDue = dues[index];
      if (nextDue !== undefined && nextFulfilmentStep(state, durations, handover)) next.push(again(timer, nextDue));
      else over.push(timer);
      const facts = shipmentOf(state);
      if (facts) leaving.push({ timer: { ...again(timer, 0), kind: 'shipment', id: facts.shipmentId }, facts });
    });
    return leaving;
  }

  async #advanceShipments(
    moving: readonly { readonly timer: Timer; readonly facts: ShipmentFacts | undefined }[],
    now: number,
    wall: string,
    next: Timer[],
    over: Timer[],
  ): Promise<void> {
    const { durations } = this.time;
    const dues: (number | undefined)[] = moving.map(() => undefined);
    const settled: Settled<Shipment, ShipmentEvent>[] = await this.shipments.handleMany(
      moving.map(({ timer, facts }, index) => ({
        id: timer.id,
        decide: (state: Shipment) => {
          const dispatched = facts ? dispatch(facts, state) : [];
          const current = dispatched.reduce(shipment.evolve, state);
          if (!this.#carrier || !this.isSimulated(current.facts?.carrier)) return dispatched;
          const world = this.#worldOf(current);
          const first = facts ? now + (nextShipmentStep(current, durations, world)?.after() ?? 0) : timer.due;
          const advanced = advanceShipment(current, first, now, wall, durations, world);
          dues[index] = advanced.due;
          return [...dispatched, ...advanced.events];
        },
        context: { ...context(timer.id, wall, timer.correlation), expectNew: facts !== undefined },
      })),
    );
    settled.forEach((outcome, index) => {
      const { timer } = moving[index]!;
      if (!outcome.ok) {
        this.#refused(timer, outcome.error, now, next, over);
        return;
      }
      const nextDue = dues[index];
      const { state } = outcome.value;
      if (nextDue !== undefined && nextShipmentStep(state, durations, this.#worldOf(state)))
        next.push(again(timer, nextDue));
      else over.push(timer);
    });
  }

  /**
   * A step that cannot be taken: settled when its entity is over, else tried again later, in the end by a person's word.
   * An outage ends no timer. @throws what is no refusal
   */
  #refused(timer: Timer, error: unknown, now: number, next: Timer[], over: Timer[]): void {
    if (!isRefused(error)) throw error;
    const { kind, id } = timer;
    if (ENDINGS.includes(error.code)) {
      this.logger.info({ kind, id, code: error.code }, 'a simulated step is no longer needed');
      over.push(timer);
      return;
    }
    const retried = afterRefusal(timer, now, error.code);
    this.logger.warn({ kind, id, code: error.code, attempts: retried.attempts }, 'a simulated step was refused');
    next.push(retried);
  }

  /** Carriers whose parcels are moved by others. */
  #notSimulated(): string[] {
    const others = this.reference.now.all('carrier').filter(({ value }) => value.adapter !== 'simulated');
    return [OWN_FLEET, ...others.map(({ id }) => id)];
  }

  /** A carrier that nobody knows any more is simulated, so that its parcels do not lie for ever. */
  isSimulated(carrier: string | undefined): boolean {
    if (carrier === undefined) return true;
    if (carrier === OWN_FLEET) return false;
    return (this.reference.now.get('carrier', carrier)?.value.adapter ?? 'simulated') === 'simulated';
  }

  /** Only for carriers that were told to err: the straight way needs to know nothing. */
  #worldOf({ facts }: Shipment): CarrierWorld | undefined {
    const shares = facts && this.reference.now.get('carrier', facts.carrier)?.value.incidents;
    return shares && this.worldOf(shares);
  }

  /** What the simulated carriers live in. */
  worldOf(shares: CarrierWorld['incidents']): CarrierWorld {
    return {
      incidents: shares,
      playbookOf: (kind) => this.reference.now.playbook(kind),
      after: (ms) => this.time.after(ms),
      way: ({ facts }) =>
        transitTime(facts?.shipmentId ?? '', facts?.country ?? '', this.time.durations, facts?.service),
    };
  }
}

/** Refusals that say that nothing is left to do. */
const ENDINGS: readonly string[] = [
  'FULFILMENT_CANCELLED',
  'FULFILMENT_REJECTED',
  'FULFILMENT_SHORT',
  'FULFILMENT_NOT_FOUND',
  'SHIPMENT_NOT_FOUND',
];

/** The timer for the step after one that was taken. */
const again = ({ kind, id, correlation, attempts }: Timer, due: number): Timer => ({
  kind,
  id,
  due,
  correlation,
  ...(attempts === undefined ? {} : { attempts: 0 }),
});

const bySimulation = ({ metadata }: RecordedEvent): boolean => metadata.actor === SIMULATION_ACTOR;
