import type { InventoryEventData, OrderFacts, ShortageEventData, SourcingEvent } from '@orderloom/contracts';

/** A decision about some lines of an order, as recorded. */
export type Decision = InventoryEventData['SourcingDecided'];
export type DecidedLine = Decision['lines'][number];

/** What one reservation of an order was made for. */
export interface Allocation {
  readonly lineId: string;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
  readonly reservationId: string;
  /** Of a bundle: what its components hold, each under its own reservation. */
  readonly components?: readonly { readonly sku: string; readonly quantity: number; readonly reservationId: string }[];
}

/** The reservations in stock ledgers that an allocation stands for. */
export const reservationsIn = ({
  sku,
  location,
  reservationId,
  quantity,
  components,
}: Omit<Allocation, 'lineId'>): { sku: string; location: string; reservationId: string; quantity: number }[] =>
  components ? components.map((part) => ({ ...part, location })) : [{ sku, location, reservationId, quantity }];

/** The same for some units of it. */
export const reservationsOfUnits = (allocation: Omit<Allocation, 'lineId'>, units: number) =>
  reservationsIn(allocation).map((one) => ({
    ...one,
    quantity: allocation.quantity === 0 ? 0 : Math.round((one.quantity * units) / allocation.quantity),
  }));

/** A line with units that wait for goods. */
export interface OpenLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  /** Sku that goes instead. */
  readonly use?: string | undefined;
}

/** A change of what an order needs, as recorded. */
export type DemandChange = InventoryEventData['SourcingDemandChanged'];

/** State of a `sourcing-{orderId}` stream. */
export interface Sourcing {
  readonly status: 'NONE' | 'DECIDED' | 'CANCELLED';
  /** Ids of the decisions, and marks of changed demand that void those under way; the next one's number is their count. */
  readonly decisionIds: readonly string[];
  readonly allocations: readonly Allocation[];
  /** Units per line that no location had so far; of a cancelled order, those it waited for until then. */
  readonly open: readonly OpenLine[];
  /** Units per line that the order wants, as far as it was told. */
  readonly wanted: Readonly<Record<string, number>>;
  /** Lines that need more than before and were not decided about since. */
  readonly pending: readonly string[];
  /** Sequence of the last event of the order that changed what it needs; -1: none did. */
  readonly heardUpTo: number;
  /** How often the order was reopened. */
  readonly epoch: number;
  /** What the first decision was made from. */
  readonly facts?: OrderFacts | undefined;
  /** Higher gets arriving goods before others. */
  readonly priority: number;
  /** Every bundle that was ever allocated, with the units it had then: what is given back must be found. */
  readonly bundles: Readonly<Record<string, Allocation>>;
  /** Sku of each line as ordered. */
  readonly skus: Readonly<Record<string, string>>;
  /** Locations that have failed this order. */
  readonly avoid: readonly string[];
  /** The question that is open, and how many there were. */
  readonly shortage?: ShortageEventData['ShortageRaised'] | undefined;
  readonly shortages: number;
  /** Answers in force, by line. */
  readonly answers: Readonly<Record<string, ShortageEventData['ShortageAnswered']['answers'][number]>>;
}

const allocationsOf = (line: DecidedLine): Allocation[] =>
  line.allocations.map((allocation) => ({ lineId: line.lineId, sku: line.sku, ...allocation }));

/** The aggregate of how an order's lines were matched with stock. */
export const sourcing = {
  prefix: 'sourcing',
  initial: (): Sourcing => ({
    status: 'NONE',
    decisionIds: [],
    allocations: [],
    open: [],
    wanted: {},
    pending: [],
    heardUpTo: -1,
    epoch: 0,
    priority: 0,
    bundles: {},
    skus: {},
    avoid: [],
    shortages: 0,
    answers: {},
  }),
  evolve(state: Sourcing, event: SourcingEvent): Sourcing {
    switch (event.type) {
      case 'SourcingDecided': {
        const { decisionId, lines, order } = event.data;
        const decided = new Set(lines.map((line) => line.lineId));
        const bundles = lines.flatMap(allocationsOf).filter((one) => one.components !== undefined);
        return {
          ...state,
          facts: state.facts ?? order,
          skus: { ...state.skus, ...Object.fromEntries(lines.map(({ lineId, sku }) => [lineId, sku])) },
          priority: Math.max(state.priority, order?.priority ?? 0),
          bundles:
            bundles.length === 0
              ? state.bundles
              : { ...state.bundles, ...Object.fromEntries(bundles.map((one) => [one.reservationId, one])) },
          wanted: { ...Object.fromEntries(lines.map(({ lineId, requested }) => [lineId, requested])), ...state.wanted },
          pending: state.pending.filter((lineId) => !decided.has(lineId)),
          status: 'DECIDED',
          decisionIds: [...state.decisionIds, decisionId],
          allocations: [...state.allocations, ...lines.flatMap(allocationsOf)],
          open: [
            ...state.open.filter((line) => !decided.has(line.lineId)),
            ...lines
              .filter((line) => line.backordered > 0)
              .map(({ lineId, sku, backordered }) =>
                openLine(lineId, sku, backordered, state.answers[lineId]?.substitute),
              ),
          ],
        };
      }
      case 'SourcingCancelled':
        return { ...state, status: 'CANCELLED', pending: [] };
      case 'SourcingDemandChanged':
        return changeDemand(state, event.data);
      case 'SourcingPrioritised':
        return { ...state, priority: event.data.priority };
      case 'ShortageRaised':
        return { ...state, shortage: event.data, shortages: state.shortages + 1 };
      case 'ShortageAnswered':
        return answered(state, event.data);
      default:
        return unknown(event, state);
    }
  },
};

/** The order as it is wanted, whatever of it is open: what a profile's conditions are asked about. */
export const wholeOrder = ({ wanted, skus, open }: Sourcing): OpenLine[] => {
  const waiting = new Map(open.map((line) => [line.lineId, line.sku]));
  return Object.entries(wanted).flatMap(([lineId, quantity]) => {
    const sku = skus[lineId] ?? waiting.get(lineId);
    return sku === undefined || quantity <= 0 ? [] : [{ lineId, sku, quantity }];
  });
};

/** Locations that units of the order come from. */
export const usedLocations = ({ allocations }: Pick<Sourcing, 'allocations'>): string[] => [
  ...new Set(allocations.map(({ location }) => location)),
];

const openLine = (lineId: string, sku: string, quantity: number, use: string | undefined): OpenLine =>
  use === undefined ? { lineId, sku, quantity } : { lineId, sku, quantity, use };

/** What is asked for instead is looked for from now on; decisions under way about the line are out of date. */
const answered = (state: Sourcing, { answers, shortageId }: ShortageEventData['ShortageAnswered']): Sourcing => {
  const byLine = { ...state.answers, ...Object.fromEntries(answers.map((one) => [one.lineId, one])) };
  const instead = answers.some((one) => one.substitute !== undefined);
  return {
    ...state,
    shortage: undefined,
    answers: byLine,
    decisionIds: instead ? [...state.decisionIds, `shortage:${shortageId}`] : state.decisionIds,
    open: state.open.map(({ lineId, sku, quantity }) => openLine(lineId, sku, quantity, byLine[lineId]?.substitute)),
  };
};

const changeDemand = (state: Sourcing, data: DemandChange): Sourcing => {
  const reopened = data.epoch !== undefined && data.epoch > state.epoch;
  const less = new Map<string, number>();
  for (const { reservationId, quantity } of data.returned ?? []) {
    less.set(reservationId, (less.get(reservationId) ?? 0) + quantity);
  }
  const before = new Map(reopened ? [] : state.open.map((line) => [line.lineId, line.quantity]));
  const more = data.open.filter(({ lineId, quantity }) => quantity > (before.get(lineId) ?? 0));
  const still = new Set(data.open.map(({ lineId }) => lineId));
  return {
    ...state,
    status: reopened ? 'DECIDED' : state.status,
    decisionIds: [...state.decisionIds, `demand:${data.orderSequence}`],
    allocations: reopened
      ? []
      : state.allocations
          .map((one) => ({ ...one, quantity: one.quantity - (less.get(one.reservationId) ?? 0) }))
          .filter(({ quantity }) => quantity > 0),
    open: data.open.map(({ lineId, sku, quantity }) =>
      openLine(lineId, sku, quantity, state.answers[lineId]?.substitute),
    ),
    avoid: data.avoid === undefined ? state.avoid : [...new Set([...state.avoid, data.avoid])],
    wanted: data.wanted
      ? Object.fromEntries(data.wanted.map(({ lineId, quantity }) => [lineId, quantity]))
      : state.wanted,
    pending: [
      ...new Set([
        ...state.pending.filter((lineId) => !reopened && still.has(lineId)),
        ...more.map(({ lineId }) => lineId),
      ]),
    ],
    heardUpTo: data.orderSequence,
    epoch: data.epoch ?? state.epoch,
  };
};

/** Recorded events are never refused: what this version does not know changes nothing. */
const unknown = <S>(_event: never, state: S): S => state;
